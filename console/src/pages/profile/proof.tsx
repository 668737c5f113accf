// SPDX-License-Identifier: Apache-2.0
import { Form, Input, Modal } from 'antd';
import { createContext, useContext, useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../kit/api.ts';
import { ProblemAlert } from '../../kit/problem.tsx';

/** Does something that may need a fresh proof of the person: it is then asked for and the act is done again. */
export type ProveAnd = <T>(act: (proof: { password?: string }) => Promise<T>) => Promise<T>;

const Context = createContext<ProveAnd>((act) => act({}));

export function useProof(): ProveAnd {
  return useContext(Context);
}

interface Asked {
  /** Tries with the password; throws what the server says. */
  readonly attempt: (password: string) => Promise<void>;
  readonly giveUp: () => void;
}

export interface ProofProps {
  readonly hasPassword: boolean;
  readonly children: ReactNode;
}

/** Asks for the password where the server wants to know that the person is still there. */
export function Proof({ hasPassword, children }: ProofProps): JSX.Element {
  const { t } = useTranslation('profile');
  const [asked, setAsked] = useState<Asked>();
  const [error, setError] = useState<unknown>();
  const [form] = Form.useForm<{ password: string }>();
  const prove: ProveAnd = async (act) => {
    try {
      return await act({});
    } catch (failure) {
      const wanted =
        failure instanceof ApiProblem && failure.code === 'security.fresh-login-required';
      if (!wanted || !hasPassword) throw failure;
      return new Promise((resolve, reject) => {
        const attempt = async (password: string): Promise<void> => resolve(await act({ password }));
        setAsked({ attempt, giveUp: () => reject(failure) });
      });
    }
  };
  const close = (): void => {
    setAsked(undefined);
    setError(undefined);
    form.resetFields();
  };
  return (
    <Context value={prove}>
      {children}
      <Modal
        open={asked !== undefined}
        title={t('proof.title')}
        okText={t('proof.confirm')}
        cancelText={t('proof.cancel')}
        onOk={() => form.submit()}
        onCancel={() => {
          asked?.giveUp();
          close();
        }}
      >
        <Form
          form={form}
          layout="vertical"
          onFinish={({ password }) => void asked?.attempt(password).then(close, setError)}
        >
          <Form.Item name="password" label={t('proof.password')}>
            <Input.Password autoComplete="current-password" autoFocus />
          </Form.Item>
        </Form>
        <ProblemAlert error={error} />
      </Modal>
    </Context>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex, Form, Input } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import type { Me } from './me.ts';
import { useAct } from './use-act.ts';

interface Typed {
  readonly currentPassword?: string;
  readonly password: string;
}

/** A new password; it ends the sessions of other browsers. */
export function Password({ me }: { readonly me: Me }): JSX.Element {
  const { t } = useTranslation('profile');
  const api = useApi();
  const [form] = Form.useForm<Typed>();
  const { run, error, isBusy, isDone } = useAct();
  const save = ({ currentPassword, password }: Typed): void =>
    run(async () => {
      await api.patch('me', { ...(me.password ? { currentPassword } : {}), password });
      form.resetFields();
    });
  return (
    <Flex vertical gap="small">
      {me.passwordTemporary && <Alert type="warning" showIcon title={t('password.temporary')} />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        {me.password && (
          <Form.Item
            name="currentPassword"
            label={t('password.current')}
            rules={[{ required: true, message: t('password.missing') }]}
          >
            <Input.Password autoComplete="current-password" />
          </Form.Item>
        )}
        <Form.Item
          name="password"
          label={t('password.new')}
          rules={[{ required: true, message: t('password.missing') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('password.again')}
          dependencies={['password']}
          rules={[
            ({ getFieldValue }) => ({
              validator: async (_rule, value) => {
                if (value !== getFieldValue('password')) throw new Error(t('password.differs'));
              },
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button htmlType="submit" loading={isBusy}>
          {t('password.set')}
        </Button>
      </Form>
      <ProblemAlert error={error} />
      {isDone && <Alert type="success" showIcon title={t('password.done')} />}
    </Flex>
  );
}

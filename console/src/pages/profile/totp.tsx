// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex, Form, Input, QRCode } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../kit/confirm.tsx';
import { Copyable } from '../../kit/copyable.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import type { Me } from './me.ts';
import { useProof } from './proof.tsx';
import { useAct } from './use-act.ts';

interface Secret {
  readonly secret: string;
  readonly uri: string;
}

/** A code generator (TOTP) as the second factor, with its recovery codes. */
export function Totp({ me }: { readonly me: Me }): JSX.Element {
  const { t } = useTranslation('profile');
  const api = useApi();
  const prove = useProof();
  const confirm = useConfirm();
  const { run, error, isBusy } = useAct();
  const [secret, setSecret] = useState<Secret>();
  const [recovery, setRecovery] = useState<readonly string[]>();
  const begin = (): void =>
    run(async () => {
      setRecovery(undefined);
      setSecret(await prove((proof) => api.post<Secret>('me/totp', proof)));
    });
  const enrol = ({ code }: { code: string }): void =>
    run(async () => {
      const answer = await api.put<{ recovery: readonly string[] }>('me/totp', { code });
      setRecovery(answer.recovery);
      setSecret(undefined);
    });
  const remove = (): void =>
    confirm({
      title: t('totp.removeTitle'),
      text: t('totp.removeText'),
      confirm: t('totp.remove'),
      act: async () => run(() => prove((proof) => api.delete('me/totp', { body: proof }))),
    });
  return (
    <Flex vertical gap="small" align="start">
      <span>{me.totp ? t('totp.on', { count: me.recovery }) : t('totp.off')}</span>
      {recovery !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('totp.recovery')}
          description={<Copyable text={recovery.join('\n')} label={t('totp.recovery')} />}
        />
      )}
      {secret !== undefined && <Enrol secret={secret} isBusy={isBusy} onCode={enrol} />}
      <ProblemAlert error={error} />
      {secret === undefined && (
        <Flex gap="small">
          <Button onClick={begin} loading={isBusy}>
            {t(me.totp ? 'totp.renew' : 'totp.begin')}
          </Button>
          {me.totp && (
            <Button danger onClick={remove}>
              {t('totp.remove')}
            </Button>
          )}
        </Flex>
      )}
    </Flex>
  );
}

interface EnrolProps {
  readonly secret: Secret;
  readonly isBusy: boolean;
  readonly onCode: (typed: { code: string }) => void;
}

/** The secret as a picture and as text, and the code that proves that it has arrived. */
function Enrol({ secret, isBusy, onCode }: EnrolProps): JSX.Element {
  const { t } = useTranslation('profile');
  return (
    <Form layout="vertical" requiredMark={false} onFinish={onCode}>
      <p>{t('totp.scan')}</p>
      <div role="img" aria-label={t('totp.qr')}>
        <div aria-hidden="true">
          <QRCode value={secret.uri} type="svg" color="#000" bgColor="#fff" />
        </div>
      </div>
      <Copyable text={secret.secret} label={t('totp.secret')} />
      <Form.Item
        name="code"
        label={t('totp.code')}
        rules={[{ required: true, message: t('totp.codeMissing') }]}
      >
        <Input autoComplete="one-time-code" inputMode="numeric" autoFocus />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={isBusy}>
        {t('totp.enrol')}
      </Button>
    </Form>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex, Form, Input } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { passkeysWork, registration } from '../../kit/passkeys.ts';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';
import { Time } from '../../kit/time.tsx';
import type { Me } from './me.ts';
import { useProof } from './proof.tsx';
import { useAct } from './use-act.ts';

interface Passkey {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly used?: string;
}

/** Keys of devices and security keys that sign in without a password. */
export function Passkeys({ me }: { readonly me: Me }): JSX.Element {
  const { t } = useTranslation('profile');
  const api = useApi();
  const prove = useProof();
  const { data } = useGet<{ items: readonly Passkey[] }>('me/passkeys', {
    enabled: me.passkeys > 0,
  });
  const { run, error, isBusy } = useAct();
  const add = ({ name }: { name?: string }): void =>
    run(async () => {
      const options = await prove((proof) =>
        api.post<PublicKeyCredentialCreationOptionsJSON>('me/passkeys', proof),
      );
      const passkey = await registration(options);
      await api.put('me/passkeys', {
        ...(name === undefined || name === '' ? {} : { name }),
        passkey,
      });
    });
  const remove = (id: number): void =>
    run(() => prove((proof) => api.delete(`me/passkeys/${id}`, { body: proof })));
  const items = me.passkeys === 0 ? [] : (data?.items ?? []);
  return (
    <Flex vertical gap="small">
      {items.length === 0 && <span>{t('passkeys.none')}</span>}
      <ul className="fs-plain">
        {items.map(({ id, name, used }) => (
          <li key={id}>
            <strong>{name}</strong>
            <span>
              {t('passkeys.used')} <Time value={used} relative />
            </span>
            <Button size="small" danger onClick={() => remove(id)} disabled={isBusy}>
              {t('passkeys.remove', { name })}
            </Button>
          </li>
        ))}
      </ul>
      {passkeysWork ? (
        <Form layout="inline" onFinish={add}>
          <Form.Item name="name" label={t('passkeys.name')}>
            <Input maxLength={64} placeholder={t('passkeys.example')} />
          </Form.Item>
          <Button htmlType="submit" loading={isBusy}>
            {t('passkeys.add')}
          </Button>
        </Form>
      ) : (
        <Alert type="info" showIcon title={t('passkeys.insecure')} />
      )}
      <ProblemAlert error={error} />
    </Flex>
  );
}

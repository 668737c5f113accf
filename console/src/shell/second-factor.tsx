// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Form, Input } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../kit/problem.tsx';
import { useSignIn, type SecondFactorMethod, type SessionState } from './sign-in.ts';

export interface SecondFactorProps {
  readonly methods: readonly SecondFactorMethod[];
  readonly onState: (state: SessionState) => void;
  readonly onBack: () => void;
}

/** The code of an app, a passkey, or a recovery code. */
export function SecondFactor({ methods, onState, onBack }: SecondFactorProps): JSX.Element {
  const { t } = useTranslation();
  const codes = methods.filter((method) => method !== 'passkey');
  const [way, setWay] = useState(codes[0]);
  const { second, secondWithPasskey, error, isBusy } = useSignIn(onState);
  const other = codes.find((method) => method !== way);
  return (
    <Flex vertical gap="small">
      <p>{t('login.second')}</p>
      {way !== undefined && (
        <Form key={way} layout="vertical" requiredMark={false} onFinish={second}>
          <Form.Item
            name={way}
            label={t(`login.${way}`)}
            rules={[{ required: true, message: t('login.codeMissing') }]}
          >
            <Input
              autoFocus
              autoComplete="one-time-code"
              inputMode={way === 'totp' ? 'numeric' : 'text'}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={isBusy}>
            {t('login.open')}
          </Button>
        </Form>
      )}
      {methods.includes('passkey') && (
        <Button block onClick={secondWithPasskey}>
          {t('login.passkey')}
        </Button>
      )}
      <ProblemAlert error={error} />
      <Flex justify="space-between">
        {other !== undefined && (
          <Button type="link" onClick={() => setWay(other)}>
            {t(`login.with.${other}`)}
          </Button>
        )}
        <Button type="link" onClick={onBack}>
          {t('login.back')}
        </Button>
      </Flex>
    </Flex>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card, Divider, Flex, Form, Input, Segmented } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '../kit/place.ts';
import { passkeysWork } from '../kit/passkeys.ts';
import { ProblemAlert } from '../kit/problem.tsx';
import type { ClosedSession } from '../kit/session.tsx';
import { LanguageButton, ThemeButton } from './preferences.tsx';
import { LostBanner } from './banners.tsx';
import { SecondFactor } from './second-factor.tsx';
import { useSignIn, type SecondFactorMethod, type SessionState } from './sign-in.ts';

export interface LoginProps {
  readonly session: ClosedSession;
  /** Why the one-time link did not sign in. */
  readonly error: unknown;
}

/** The ways in that the server offers. The address stays what it was and is shown afterwards. */
export function Login({ session, error }: LoginProps): JSX.Element {
  const { t } = useTranslation();
  const [factors, setFactors] = useState<readonly SecondFactorMethod[]>();
  const onState = (state: SessionState): void => {
    setFactors(state.state === 'second-factor' ? state.methods : undefined);
  };
  return (
    <div className="fs-login">
      <LostBanner />
      <Flex justify="end">
        <LanguageButton />
        <ThemeButton />
      </Flex>
      <main>
        <Card>
          <h1>
            <img src={addressOf('icon.svg')} alt="" width={32} height={32} /> {t('brand')}
          </h1>
          <ProblemAlert error={error} />
          <ProviderFault />
          {factors === undefined ? (
            <FirstFactor session={session} onState={onState} />
          ) : (
            <SecondFactor
              methods={factors}
              onState={onState}
              onBack={() => setFactors(undefined)}
            />
          )}
        </Card>
      </main>
    </div>
  );
}

/** What a login at an identity provider ended with: it comes back as `?fault=CODE`. */
function ProviderFault(): JSX.Element | null {
  const { t } = useTranslation();
  const code = new URLSearchParams(location.search).get('fault');
  if (code === null) return null;
  const link = <a href={`${addressOf('docs')}#${code}`}>{code}</a>;
  return <Alert type="error" showIcon title={t('login.oidcFailed')} description={link} />;
}

interface FirstFactorProps {
  readonly session: ClosedSession;
  readonly onState: (state: SessionState) => void;
}

function FirstFactor({ session, onState }: FirstFactorProps): JSX.Element {
  const { t } = useTranslation();
  const { password } = session.methods;
  const [way, setWay] = useState<'password' | 'token'>(password ? 'password' : 'token');
  const signIn = useSignIn(onState);
  return (
    <>
      {password && (
        <Segmented
          block
          aria-label={t('login.way')}
          value={way}
          onChange={setWay}
          options={[
            { value: 'password', label: t('login.password') },
            { value: 'token', label: t('login.token') },
          ]}
        />
      )}
      <Form layout="vertical" requiredMark={false} onFinish={signIn.open} className="fs-form">
        {way === 'password' ? <PasswordFields /> : <TokenFields />}
        <Button type="primary" htmlType="submit" block loading={signIn.isBusy}>
          {t('login.open')}
        </Button>
      </Form>
      <ProblemAlert error={signIn.error} />
      <OtherWays session={session} onPasskey={signIn.openWithPasskey} />
    </>
  );
}

function PasswordFields(): JSX.Element {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="name"
        label={t('login.name')}
        rules={[{ required: true, message: t('login.nameMissing') }]}
      >
        <Input autoComplete="username webauthn" autoFocus />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('login.password')}
        rules={[{ required: true, message: t('login.passwordMissing') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
    </>
  );
}

function TokenFields(): JSX.Element {
  const { t } = useTranslation();
  return (
    <>
      <Alert type="info" title={t('login.linkHint')} />
      <Form.Item
        name="token"
        label={t('login.token')}
        rules={[{ required: true, message: t('login.tokenMissing') }]}
      >
        <Input.Password autoComplete="off" autoFocus />
      </Form.Item>
    </>
  );
}

interface OtherWaysProps {
  readonly session: ClosedSession;
  readonly onPasskey: () => void;
}

function OtherWays({ session, onPasskey }: OtherWaysProps): JSX.Element | null {
  const { t } = useTranslation();
  const { password, oidc } = session.methods;
  const withPasskey = password && passkeysWork;
  if (!withPasskey && oidc.length === 0) return null;
  return (
    <>
      <Divider plain>{t('login.or')}</Divider>
      <Flex vertical gap="small">
        {withPasskey && (
          <Button block onClick={onPasskey}>
            {t('login.passkey')}
          </Button>
        )}
        {oidc.map(({ id, title }) => (
          <Button block key={id} href={oidcAddress(id)}>
            {t('login.oidc', { title })}
          </Button>
        ))}
      </Flex>
    </>
  );
}

/** The provider sends the browser back to the page it was at. */
function oidcAddress(id: string): string {
  const back = location.pathname + location.search;
  return `${addressOf(`api/v1/session/oidc/${encodeURIComponent(id)}`)}?return=${encodeURIComponent(back)}`;
}

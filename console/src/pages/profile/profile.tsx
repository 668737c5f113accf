// SPDX-License-Identifier: Apache-2.0
import { Alert, Card, Flex, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useSession } from '../../kit/session.tsx';
import { View } from '../../kit/view.tsx';
import { AboutMe } from './about-me.tsx';
import type { Me } from './me.ts';
import { Passkeys } from './passkeys.tsx';
import { Password } from './password.tsx';
import { Proof } from './proof.tsx';
import { Sessions } from './sessions.tsx';
import { methodsOf, StepUp } from './step-up.tsx';
import { Totp } from './totp.tsx';

/** What the person who is signed in may change of themselves. */
export function Profile(): JSX.Element {
  const { t } = useTranslation('profile');
  const { user } = useSession();
  return (
    <View title={t('title')}>
      {user.kind === 'user' ? (
        <Own />
      ) : (
        <Alert type="info" showIcon title={t('noAccount')} description={user.name} />
      )}
    </View>
  );
}

function Own(): JSX.Element {
  const { t } = useTranslation('profile');
  const { strong } = useSession();
  const { data: me, error, refetch } = useGet<Me>('me');
  if (error !== null) return <ProblemAlert error={error} onRetry={refetch} />;
  if (me === undefined) return <Spin className="fs-wait" />;
  const weak = !strong && methodsOf(me).length > 0;
  const cards = [
    ...(weak ? [{ title: t('stepUp.title'), body: <StepUp me={me} /> }] : []),
    { title: t('about.title'), body: <AboutMe me={me} /> },
    { title: t('password.title'), body: <Password me={me} /> },
    { title: t('totp.title'), body: <Totp me={me} /> },
    { title: t('passkeys.title'), body: <Passkeys me={me} /> },
    { title: t('sessions.title'), body: <Sessions /> },
  ];
  return (
    <Proof hasPassword={me.password}>
      <Flex vertical gap="middle" className="fs-narrow">
        {cards.map(({ title, body }) => (
          <Card key={title} title={<h2>{title}</h2>} size="small">
            {body}
          </Card>
        ))}
      </Flex>
    </Proof>
  );
}

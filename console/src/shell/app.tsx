// SPDX-License-Identifier: Apache-2.0
import { RouterProvider } from '@tanstack/react-router';
import { Button, Result, Spin } from 'antd';
import type { i18n } from 'i18next';
import { useEffect, useState, type JSX } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { remembered } from '../kit/memory.ts';
import { ProblemAlert } from '../kit/problem.tsx';
import { createServices, ServicesProvider, useServices } from '../kit/services.tsx';
import { SessionContext, useSessionQuery, type OpenSession } from '../kit/session.tsx';
import { languageOf } from '../kit/texts.ts';
import { Login } from './login.tsx';
import { redeemLink } from './one-time-link.ts';
import { createPages } from './router.tsx';
import { Theme } from './theme.tsx';

/** The console: its services, its looks, and the session that everything else needs. */
export function App({ texts }: { readonly texts: i18n }): JSX.Element {
  const [services] = useState(() => createServices(() => languageOf(texts)));
  return (
    <I18nextProvider i18n={texts}>
      <ServicesProvider services={services}>
        <Theme>
          <Gate />
        </Theme>
      </ServicesProvider>
    </I18nextProvider>
  );
}

/** Shows the login in place of a page, so that the address stays what it was. */
function Gate(): JSX.Element {
  const { t } = useTranslation();
  const { api } = useServices();
  const [link] = useState(() => redeemLink(api));
  const [linkError, setLinkError] = useState<unknown>();
  const [ready, setReady] = useState(link === undefined);
  useEffect(() => {
    link?.then(
      () => setReady(true),
      (error: unknown) => {
        setLinkError(error);
        setReady(true);
      },
    );
  }, [link]);
  if (!ready) return <Spin className="fs-wait" aria-label={t('loading')} />;
  return <SessionGate linkError={linkError} />;
}

function SessionGate({ linkError }: { readonly linkError: unknown }): JSX.Element {
  const { t } = useTranslation();
  const session = useSessionQuery();
  if (session.data?.open === true) return <SignedIn session={session.data} />;
  if (session.data !== undefined) return <Login session={session.data} error={linkError} />;
  if (session.error === null) return <Spin className="fs-wait" aria-label={t('loading')} />;
  return (
    <Result
      status="error"
      title={t('start.failed')}
      extra={<Button onClick={() => void session.refetch()}>{t('start.again')}</Button>}
    >
      <ProblemAlert error={session.error} />
    </Result>
  );
}

function SignedIn({ session }: { readonly session: OpenSession }): JSX.Element {
  const { i18n } = useTranslation();
  const { live } = useServices();
  const [router] = useState(createPages);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  const { language } = session;
  useEffect(() => {
    if (language !== undefined && remembered('language') === undefined)
      void i18n.changeLanguage(language);
  }, [i18n, language]);
  return (
    <SessionContext value={session}>
      <RouterProvider router={router} />
    </SessionContext>
  );
}

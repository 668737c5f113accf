// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../kit/confirm.tsx';
import { PageLink } from '../kit/link.tsx';
import { useServices } from '../kit/services.tsx';
import { useCan, useSession } from '../kit/session.tsx';
import { useStore } from '../kit/store.ts';

/** The server does not answer; it goes by itself when it does. */
export function LostBanner(): JSX.Element | null {
  const { t } = useTranslation();
  const { reachability } = useServices();
  if (useStore(reachability.isUp)) return null;
  return <Alert banner type="error" role="alert" title={t('lost')} />;
}

/** What is shown is made up, and one click removes all of it. */
export function DemoBanner(): JSX.Element | null {
  const { t } = useTranslation();
  const { api, queries } = useServices();
  const { demo } = useSession();
  const canRemove = useCan('system.manage');
  const confirm = useConfirm();
  if (!demo) return null;
  const remove = (): void =>
    confirm({
      title: t('demo.removeTitle'),
      text: t('demo.removeText'),
      confirm: t('demo.remove'),
      act: async () => {
        await api.delete('demo');
        await queries.invalidateQueries();
      },
    });
  const button = (
    <Button size="small" onClick={remove}>
      {t('demo.remove')}
    </Button>
  );
  return (
    <Alert banner type="info" title={t('demo.text')} action={canRemove ? button : undefined} />
  );
}

/** What the user still has to do: a password of one's own, a second factor. */
export function NeedsBanner(): JSX.Element | null {
  const { t } = useTranslation();
  const { needs } = useSession();
  const texts = { password: t('needs.password'), 'second-factor': t('needs.secondFactor') };
  const asked = Object.entries(texts).filter(([need]) => needs.includes(need));
  if (asked.length === 0) return null;
  const link = <PageLink to="/profile">{t('needs.go')}</PageLink>;
  return (
    <Alert banner type="warning" title={asked.map(([, text]) => text).join(' ')} action={link} />
  );
}

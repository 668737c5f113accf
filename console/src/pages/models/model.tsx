// SPDX-License-Identifier: Apache-2.0
import { useParams } from '@tanstack/react-router';
import { Button, Empty, Spin, Tabs } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../kit/api.ts';
import { useConfirm } from '../../kit/confirm.tsx';
import { CopyAsCommand, quoted } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useCan, useSession } from '../../kit/session.tsx';
import { choiceField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import { modelPath, type Document } from './api.ts';
import { useChecked, useTrials } from './check.ts';
import { textOf, valueAt, versionOf } from './document.ts';
import { useDraft, useVectors, type Draft } from './draft.ts';
import { Editor } from './editor.tsx';
import './models.css';
import { ThingsOf } from './models.tsx';
import { Publish } from './publish.tsx';
import { Trial } from './trial.tsx';
import { Versions } from './versions.tsx';

/** One model: its draft, payloads tried on it, its versions. */
export function Model(): JSX.Element {
  const parameters: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const { tenant } = useSession();
  const named = parameters['uri'];
  const uri = typeof named === 'string' ? named : '';
  return <OfUri key={`${tenant.id} ${uri}`} uri={uri} />;
}

function OfUri({ uri }: { readonly uri: string }): JSX.Element {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useGet<Document>(modelPath(uri));
  const [draft, keep] = useDraft(uri);
  const missing = error instanceof ApiProblem && error.status === 404;
  if (data === undefined && draft === undefined) {
    return (
      <View title={uri}>
        {missing ? (
          <Empty description={t('model.none')} className="fs-empty">
            <PageLink to="/models/new">{t('new.open')}</PageLink>
          </Empty>
        ) : error === null ? (
          <Spin className="fs-wait" />
        ) : (
          <ProblemAlert error={error} onRetry={refetch} />
        )}
      </View>
    );
  }
  return <Opened uri={uri} stored={data} draft={draft} keep={keep} />;
}

interface OpenedProps {
  readonly uri: string;
  /** The newest version; undefined while nothing is published. */
  readonly stored: Document | undefined;
  readonly draft: Draft | undefined;
  readonly keep: (draft: Draft | undefined) => void;
}

const tabs = ['edit', 'try', 'versions'] as const;

function Opened({ uri, stored, draft, keep }: OpenedProps): JSX.Element {
  const { t } = useTranslation('models');
  const [{ tab }, setState] = useUrlState({ tab: choiceField(tabs, 'edit') });
  const storedText = stored === undefined ? '' : textOf(stored);
  const text = draft?.text ?? storedText;
  const checked = useChecked(text);
  const [vectors, keepVectors] = useVectors(uri);
  const isFine = checked.isSettled && checked.faults.length === 0;
  const trials = useTrials(uri, isFine ? checked.document : undefined, vectors);
  const mayWrite = useCan('models.write');
  const change = (next: string): void => {
    if (next === storedText) return keep(undefined);
    const base = draft === undefined ? stored && versionOf(stored) : draft.base;
    return keep(base === undefined ? { text: next } : { text: next, base });
  };
  const failing = trials.verdicts?.filter(({ passes }) => !passes).length ?? 0;
  const shownTitle = valueAt(checked.document ?? stored, '/title');
  return (
    <View
      title={typeof shownTitle === 'string' && shownTitle !== '' ? shownTitle : uri}
      actions={
        <>
          <CopyAsCommand
            method="GET"
            path={modelPath(uri)}
            cli={`fengsui model get ${quoted(uri)}`}
          />
          <Export uri={uri} text={text} />
          {mayWrite && (
            <Publish
              {...{ uri, stored, checked, trials, isDraft: draft !== undefined, vectors }}
              onPublished={() => keep(undefined)}
            />
          )}
        </>
      }
    >
      <div className="md-bar">
        <code>{uri}</code>
        {stored !== undefined && (
          <span>
            {t('model.used')} <ThingsOf uri={uri} />
          </span>
        )}
        <DraftState {...{ stored, draft, keep }} />
      </div>
      <Tabs
        activeKey={tab}
        onChange={(key) => setState({ tab: tabs.find((each) => each === key) ?? 'edit' })}
        items={[
          {
            key: 'edit',
            label: t('tabs.edit'),
            children: <Editor text={text} checked={checked} onChange={change} />,
          },
          {
            key: 'try',
            label: failing === 0 ? t('tabs.try') : t('tabs.tryFailing', { count: failing }),
            children: (
              <Trial {...{ uri, checked, isFine, trials, vectors }} onVectors={keepVectors} />
            ),
          },
          {
            key: 'versions',
            label: t('tabs.versions'),
            disabled: stored === undefined,
            children: stored === undefined ? null : <Versions uri={uri} />,
          },
        ]}
      />
    </View>
  );
}

/** Whether this is a draft, of what, and how to give it up. */
function DraftState({ stored, draft, keep }: Omit<OpenedProps, 'uri'>): JSX.Element {
  const { t } = useTranslation('models');
  const confirm = useConfirm();
  const newest = stored === undefined ? undefined : versionOf(stored);
  if (draft === undefined) return <span>{t('model.published', { version: newest })}</span>;
  const isBehind = draft.base !== newest && newest !== undefined;
  return (
    <>
      <span className="fs-warn" role="status">
        {draft.base === undefined ? t('model.newDraft') : t('model.draft', { version: draft.base })}
        {isBehind && ` ${t('model.behind', { version: newest })}`}
      </span>
      <Button
        size="small"
        onClick={() =>
          confirm({
            title: t('model.dropTitle'),
            text: t('model.dropText'),
            confirm: t('model.drop'),
            act: async () => keep(undefined),
          })
        }
      >
        {t('model.drop')}
      </Button>
    </>
  );
}

/** Saves what the editor shows as a file. */
function Export({ uri, text }: { readonly uri: string; readonly text: string }): JSX.Element {
  const { t } = useTranslation('models');
  const save = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `${uri.replaceAll(/[^A-Za-z0-9.-]+/g, '-')}.tm.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  };
  return (
    <Button size="small" onClick={save}>
      {t('model.export')}
    </Button>
  );
}

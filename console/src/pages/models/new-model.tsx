// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from '@tanstack/react-router';
import { Button, Flex, Segmented } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import { useSession } from '../../kit/session.tsx';
import { remember } from '../../kit/memory.ts';
import { choiceField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import { isObject, type Document } from './api.ts';
import { textOf } from './document.ts';
import { TextField } from './field.tsx';
import { lineOf, parseWithPlaces } from './json-places.ts';
import './models.css';

const ways = ['scratch', 'json', 'sample'] as const;
const iri = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;

/** Begins a model: empty, from JSON, or from what a device sends; the editor goes on with the draft. */
export function NewModel(): JSX.Element {
  const { t } = useTranslation('models');
  const [{ way }, setState] = useUrlState({ way: choiceField(ways, 'scratch') });
  const { tenant } = useSession();
  const navigate = useNavigate();
  const begin = (document: Document): void => {
    const { id } = document;
    const uri = typeof id === 'string' ? id : '';
    remember(`model-draft ${uri} ${tenant.id}`, JSON.stringify({ text: textOf(document) }));
    void navigate({ to: '/models/$uri', params: { uri } });
  };
  return (
    <View title={t('new.heading')}>
      <div className="md-page fs-narrow">
        <Segmented
          aria-label={t('new.way')}
          value={way}
          onChange={(next) => setState({ way: ways.find((each) => each === next) ?? 'scratch' })}
          options={ways.map((each) => ({ value: each, label: t(`new.ways.${each}`) }))}
        />
        <p className="fs-muted">{t(`new.about.${way}`)}</p>
        {way === 'json' ? <FromJson onBegin={begin} /> : <FromName way={way} onBegin={begin} />}
      </div>
    </View>
  );
}

interface StartProps {
  readonly onBegin: (document: Document) => void;
}

function FromName({ way, onBegin }: StartProps & { way: 'scratch' | 'sample' }): JSX.Element {
  const { t } = useTranslation('models');
  const api = useApi();
  const [title, setTitle] = useState('');
  const [uri, setUri] = useState('urn:example:');
  const [sample, setSample] = useState('{"temperature": 21.5, "open": false}');
  const [error, setError] = useState<unknown>(null);
  const [conflicts, setConflicts] = useState<readonly string[]>([]);
  const parsed = parseWithPlaces(sample);
  const fine = iri.test(uri) && title !== '' && (way === 'scratch' || parsed.ok);
  const infer = async (payload: unknown): Promise<void> => {
    try {
      const body = { payloads: [payload], uri, title };
      const found = await api.post<{ document: Document; conflicts: string[] }>(
        'models/infer',
        body,
      );
      if (found.conflicts.length === 0 || conflicts.length > 0) onBegin(found.document);
      else setConflicts(found.conflicts);
    } catch (reason) {
      setError(reason);
    }
  };
  const begin = (): void => {
    if (way === 'scratch') onBegin(emptyModel(uri, title));
    else if (parsed.ok) void infer(parsed.value);
  };
  return (
    <form
      className="md-page"
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <TextField label={t('form.modelTitle')} faults={[]} value={title} onChange={setTitle} />
      <TextField label={t('new.uri')} faults={[]} value={uri} onChange={setUri} />
      {!iri.test(uri) && <p className="fs-muted">{t('new.uriHelp')}</p>}
      {way === 'sample' && (
        <>
          <label htmlFor="md-sample">{t('new.sample')}</label>
          <textarea
            id="md-sample"
            className="md-payload"
            spellCheck={false}
            value={sample}
            onChange={({ target }) => setSample(target.value)}
          />
          {!parsed.ok && <NotJson text={sample} at={parsed.at} />}
          {conflicts.length > 0 && (
            <p className="fs-warn" role="alert">
              {t('new.conflicts', { names: conflicts.join(', ') })}
            </p>
          )}
        </>
      )}
      <ProblemAlert error={error} />
      <Flex>
        <Button type="primary" htmlType="submit" disabled={!fine}>
          {t('new.begin')}
        </Button>
      </Flex>
    </form>
  );
}

function FromJson({ onBegin }: StartProps): JSX.Element {
  const { t } = useTranslation('models');
  const [text, setText] = useState('');
  const parsed = parseWithPlaces(text);
  const document = parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  const { id } = document ?? {};
  const named = typeof id === 'string' && iri.test(id);
  return (
    <div className="md-page">
      <label htmlFor="md-paste">{t('new.paste')}</label>
      <textarea
        id="md-paste"
        className="md-payload"
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {text !== '' && !parsed.ok && <NotJson text={text} at={parsed.at} />}
      {parsed.ok && !named && <p className="fs-bad">{t('new.needsId')}</p>}
      <Flex>
        <Button
          type="primary"
          disabled={document === undefined || !named}
          onClick={() => document !== undefined && onBegin(document)}
        >
          {t('new.begin')}
        </Button>
      </Flex>
    </div>
  );
}

function NotJson({ text, at }: { readonly text: string; readonly at: number }): JSX.Element {
  const { t } = useTranslation('models');
  return (
    <p className="fs-bad" role="alert">
      {`${t('editor.line', lineOf(text, at))} ${t('editor.notJson')}`}
    </p>
  );
}

function emptyModel(uri: string, title: string): Document {
  return {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: uri,
    title,
    version: { model: '1.0.0' },
    properties: {},
  };
}

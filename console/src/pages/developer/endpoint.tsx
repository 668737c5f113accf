// SPDX-License-Identifier: Apache-2.0
import { Input, Select, Tabs } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable, Snippets } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { absoluteAddressOf } from '../../kit/place.ts';
import { useSession } from '../../kit/session.tsx';
import { useMadeKeys } from './made-keys.ts';
import {
  exampleOf,
  filledPath,
  typeText,
  type Description,
  type Endpoint,
  type Filled,
  type Parameter,
} from './openapi.ts';
import { snippetsOf } from './request-snippets.ts';
import { TryIt } from './try-it.tsx';
import { useTenantFor } from './use-tenant-for.ts';

export interface EndpointProps {
  readonly endpoint: Endpoint;
  readonly description: Description;
}

/** One route: its members to fill in, the request tried here and written for programs, its shapes. */
export function EndpointView({ endpoint, description }: EndpointProps): JSX.Element {
  const { t } = useTranslation('developer');
  const { method, path, operation } = endpoint;
  const [filled, setFilled] = useState<Filled>({});
  const [type = '', content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const [body, setBody] = useState(() =>
    type.includes('json') ? JSON.stringify(exampleOf(content?.schema, description), null, 2) : '',
  );
  const place = filledPath(endpoint, filled);
  const sent = type === '' ? undefined : { type, text: body };
  return (
    <article className="dv-stack" aria-label={endpoint.key}>
      <h2>
        <span className="dv-method">{method}</span> <code>{path}</code>
      </h2>
      <p>{operation.summary}</p>
      {operation.description !== undefined && <p className="fs-muted">{operation.description}</p>}
      <Access access={operation['x-access']} />
      <Parameters
        parameters={operation.parameters ?? []}
        filled={filled}
        onChange={(name, value) => setFilled({ ...filled, [name]: value })}
      />
      {sent !== undefined && (
        <div className="dv-field">
          <label htmlFor="dv-body">{t('api.body', { type })}</label>
          <textarea
            id="dv-body"
            className="dv-text"
            spellCheck={false}
            value={body}
            onChange={({ target }) => setBody(target.value)}
          />
        </div>
      )}
      <TryIt method={method} place={place} sent={sent} />
      <Written method={method} place={place} sent={sent} />
      <Shapes endpoint={endpoint} />
    </article>
  );
}

function Access({ access }: { readonly access: string | undefined }): JSX.Element | null {
  const { t } = useTranslation('developer');
  const { permissions } = useSession();
  if (access === undefined) return null;
  if (access === 'open' || access === 'self') return <p>{t(`api.access.${access}`)}</p>;
  const permission = access.replace('thing:', '');
  const may = permissions.includes(permission);
  return (
    <p>
      {t('api.needs')} <code>{permission}</code>{' '}
      <span className={may ? 'fs-good' : 'fs-bad'}>{t(may ? 'api.may' : 'api.mayNot')}</span>
      {access !== permission && ` ${t('api.device')}`}
    </p>
  );
}

interface ParametersProps {
  readonly parameters: readonly Parameter[];
  readonly filled: Filled;
  readonly onChange: (name: string, value: string) => void;
}

function Parameters({ parameters, filled, onChange }: ParametersProps): JSX.Element | null {
  const shown = parameters.filter(({ in: where }) => where === 'path' || where === 'query');
  if (shown.length === 0) return null;
  return (
    <div className="dv-fields">
      {shown.map(({ name, in: where, required, description, schema }) => {
        const key = `${where} ${name}`;
        const about = [typeText(schema), description ?? schema?.description];
        return (
          <div key={key} className="dv-field">
            <label
              htmlFor={`dv-${where}-${name}`}
            >{`${name}${required === true ? ' *' : ''}`}</label>
            <Input
              id={`dv-${where}-${name}`}
              size="small"
              value={filled[key] ?? ''}
              onChange={({ target }) => onChange(key, target.value)}
            />
            <span className="fs-muted fs-small">{about.filter(Boolean).join(' · ')}</span>
          </div>
        );
      })}
    </div>
  );
}

interface RequestProps {
  readonly method: string;
  readonly place: string;
  readonly sent: { readonly type: string; readonly text: string } | undefined;
}

const fromEnvironment = 0;

/** The request for programs, with this server, this tenant and a token. */
function Written({ method, place, sent }: RequestProps): JSX.Element {
  const { t } = useTranslation('developer');
  const { keys } = useMadeKeys();
  const [id, setId] = useState<number>();
  const key = id === fromEnvironment ? undefined : (keys.find((each) => each.id === id) ?? keys[0]);
  const tenant = useTenantFor(key);
  const url = absoluteAddressOf(place);
  const texts = snippetsOf({ method, url, token: key?.token, tenant, body: sent });
  return (
    <section className="dv-panel" aria-label={t('api.written')}>
      <div className="dv-row">
        <h3>{t('api.written')}</h3>
        <Select<number>
          size="small"
          aria-label={t('api.key')}
          value={key?.id ?? fromEnvironment}
          options={[
            ...keys.map((each) => ({ value: each.id, label: each.name })),
            { value: fromEnvironment, label: t('api.environment') },
          ]}
          onChange={setId}
          popupMatchSelectWidth={false}
        />
        <PageLink to="/developer">{t('api.toKeys')}</PageLink>
      </div>
      <Snippets
        snippets={[
          { key: 'curl', title: 'curl', text: texts.curl },
          { key: 'node', title: 'Node', text: texts.node },
          { key: 'python', title: 'Python', text: texts.python },
          { key: 'cli', title: 'CLI', text: texts.cli },
        ]}
      />
    </section>
  );
}

/** What goes in and comes out, as types; of errors the one shape that all have. */
function Shapes({ endpoint: { operation } }: Pick<EndpointProps, 'endpoint'>): JSX.Element {
  const { t } = useTranslation('developer');
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(([type, { schema }]) => ({ status, type, schema })),
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  return (
    <section className="dv-panel" aria-label={t('api.shapes')}>
      <h3>{t('api.shapes')}</h3>
      <Tabs
        size="small"
        items={[
          ...bodies.map(([type, { schema }], index) => ({
            key: `body-${index}`,
            label: t('api.bodyOf', { type }),
            children: <Copyable text={typeText(schema)} label={t('api.bodyOf', { type })} />,
          })),
          ...answers.map(({ status, type, schema }, index) => ({
            key: `answer-${index}`,
            label: `${status} ${type}`,
            children: <Copyable text={typeText(schema)} label={`${status} ${type}`} />,
          })),
        ]}
      />
      <PageLink to="/developer?tab=errors">{t('api.errors')}</PageLink>
    </section>
  );
}

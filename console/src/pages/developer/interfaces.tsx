// SPDX-License-Identifier: Apache-2.0
import { Input, Spin } from 'antd';
import { useMemo, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { addressOf } from '../../kit/place.ts';
import { EndpointView } from './endpoint.tsx';
import { endpointsOf, says, type Description, type Endpoint } from './openapi.ts';
import { useDescription } from './use-description.ts';

/** Every route of this server: what it takes and answers, tried with the session, written down for programs. */
export function Interfaces(): JSX.Element {
  const { data, error, refetch } = useDescription();
  if (data === undefined)
    return error === null ? <Spin /> : <ProblemAlert error={error} onRetry={refetch} />;
  return <Described description={data} />;
}

function Described({ description }: { readonly description: Description }): JSX.Element {
  const { t } = useTranslation('developer');
  const [{ find, op }, setState] = useUrlState({ find: textField(), op: textField() });
  const all = useMemo(() => endpointsOf(description), [description]);
  const found = find === '' ? all : all.filter((endpoint) => says(endpoint, find));
  const chosen = all.find(({ key }) => key === op);
  return (
    <div className="dv-columns">
      <div className="dv-stack">
        <Input.Search
          allowClear
          aria-label={t('api.find')}
          placeholder={t('api.find')}
          value={find}
          onChange={({ target }) => setState({ find: target.value })}
        />
        <div className="dv-row">
          <span className="fs-muted" role="status">
            {t('api.count', { shown: found.length, count: all.length })}
          </span>
          <a href={addressOf('openapi.json')} target="_blank" rel="noreferrer">
            openapi.json
          </a>
        </div>
        <nav className="dv-list" aria-label={t('tabs.api')}>
          {[...Map.groupBy(found, ({ tag }) => tag)].map(([tag, endpoints]) => (
            <section key={tag} aria-label={tag}>
              <h3>{tag}</h3>
              <ul>
                {endpoints.map((endpoint) => (
                  <Entry
                    key={endpoint.key}
                    endpoint={endpoint}
                    isChosen={endpoint === chosen}
                    onChoose={() => setState({ op: endpoint.key }, 'push')}
                  />
                ))}
              </ul>
            </section>
          ))}
        </nav>
      </div>
      {chosen === undefined ? (
        <p className="fs-muted">{t('api.choose')}</p>
      ) : (
        <EndpointView key={chosen.key} endpoint={chosen} description={description} />
      )}
    </div>
  );
}

interface EntryProps {
  readonly endpoint: Endpoint;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Entry({ endpoint, isChosen, onChoose }: EntryProps): JSX.Element {
  const { method, path, operation } = endpoint;
  return (
    <li>
      <button type="button" aria-current={isChosen} onClick={onChoose}>
        <span className="dv-method">{method}</span>
        <code>{path.replace('/api/v1', '')}</code>
        <span className="fs-muted fs-small">{operation.summary}</span>
      </button>
    </li>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { DownloadOutlined, SendOutlined } from '@ant-design/icons';
import { Button, Flex, Input, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable, Snippets } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { download } from './download.ts';
import { payloadOf } from './example.ts';
import type { Made } from './made.ts';
import { authorityFile, type Listener, type Place } from './place.ts';
import { simulate } from './simulate.ts';
import { samplesOf } from './snippets.ts';

interface FirstMessageProps {
  readonly made: Made;
  readonly place: Place;
  readonly listeners: readonly Listener[];
}

/** The credential, what to send, and how, in several languages; or the browser sends it. */
export function FirstMessage(props: FirstMessageProps): JSX.Element {
  const { made } = props;
  const mayModels = useCan('models.read');
  const isAsked = made.model !== undefined && mayModels;
  const path = `models/${encodeURIComponent(made.model ?? '')}`;
  const { data, error, refetch } = useGet<unknown>(path, { enabled: isAsked });
  if (isAsked && data === undefined) {
    if (error !== null) return <ProblemAlert error={error} onRetry={refetch} />;
    return <Spin />;
  }
  return <Message {...props} initial={JSON.stringify(payloadOf(data))} />;
}

function Message(props: FirstMessageProps & { readonly initial: string }): JSX.Element {
  const { t } = useTranslation('access');
  const { made, place, listeners, initial } = props;
  const { thing, name, device } = made;
  const [payload, setPayload] = useState(initial);
  const compact = compacted(payload);
  const authority = listeners.find((each) => each.name === place.way)?.authority;
  return (
    <>
      <dl className="ac-facts">
        <dt>{t('connect.device')}</dt>
        <dd>
          <PageLink to={`/things/${thing}`}>{name}</PageLink>
        </dd>
        <dt>{t('connect.address')}</dt>
        <dd className="ac-mono">{place.url}</dd>
        <dt>{t('connect.username')}</dt>
        <dd className="ac-mono">{device.username}</dd>
        <dt>{t('connect.token')}</dt>
        <dd>
          <Copyable text={device.token} label={t('connect.token')} />
          <span className="fs-muted fs-small">{t('connect.once')}</span>
        </dd>
      </dl>
      <label htmlFor="ac-payload">{t('connect.payload')}</label>
      <Input.TextArea
        id="ac-payload"
        className="ac-mono"
        rows={2}
        value={payload}
        status={compact === undefined ? 'error' : ''}
        onChange={({ target }) => setPayload(target.value)}
      />
      <span className={compact === undefined ? 'fs-bad fs-small' : 'fs-muted fs-small'}>
        {t(compact === undefined ? 'connect.notJson' : 'connect.payloadHelp')}
      </span>
      {compact !== undefined && (
        <>
          <Simulate token={device.token} payload={compact} />
          {place.authority !== undefined && authority !== undefined && (
            <div>
              <Button
                size="small"
                icon={<DownloadOutlined />}
                onClick={() => download(authorityFile, authority, 'application/x-pem-file')}
              >
                {t('connect.authority', { file: authorityFile })}
              </Button>
            </div>
          )}
          <Snippets snippets={samplesOf(place, device, compact)} />
        </>
      )}
    </>
  );
}

/** Sends the message from this browser, as the device. */
function Simulate({ token, payload }: { token: string; payload: string }): JSX.Element {
  const { t } = useTranslation('access');
  const [state, setState] = useState<{ busy: boolean; error: unknown; accepted?: number }>({
    busy: false,
    error: undefined,
  });
  const send = async (): Promise<void> => {
    setState({ busy: true, error: undefined });
    try {
      const accepted = await simulate(token, payload);
      setState({ busy: false, error: undefined, accepted });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const { busy, error, accepted } = state;
  return (
    <>
      <Flex gap="small" align="center" wrap>
        <Button icon={<SendOutlined />} loading={busy} onClick={() => void send()}>
          {t('connect.simulate')}
        </Button>
        <span className="fs-muted fs-small" role="status">
          {accepted === undefined
            ? t('connect.simulateHelp')
            : t('connect.simulated', { count: accepted })}
        </span>
      </Flex>
      <ProblemAlert error={error} />
    </>
  );
}

/** JSON in one line; undefined where it is none. */
function compacted(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

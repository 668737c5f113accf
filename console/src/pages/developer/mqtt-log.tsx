// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { MqttEvent } from './mqtt-client.ts';
import type { Message } from './mqtt-packets.ts';
import type { Logged } from './use-mqtt.ts';

const shownBytesMax = 4_096;

/** What went over the connection, the newest first. */
export function MqttLog({ log }: { readonly log: readonly Logged[] }): JSX.Element {
  const { t } = useTranslation('developer');
  if (log.length === 0) return <p className="fs-muted">{t('mqtt.nothing')}</p>;
  return (
    <ol className="dv-log" aria-label={t('mqtt.log')} aria-live="polite" tabIndex={0}>
      {log.map(({ id, time, event }) => (
        <li key={id}>
          <span className="fs-muted fs-number">{time.toLocaleTimeString('sv')}</span>{' '}
          <Line event={event} />
        </li>
      ))}
    </ol>
  );
}

function Line({ event }: { readonly event: MqttEvent }): JSX.Element {
  const { t } = useTranslation('developer');
  const text = t(`mqtt.events.${event.kind}`);
  if ('message' in event) return <MessageLine text={text} message={event.message} />;
  if (event.kind === 'broken') return <span className="fs-bad">{`${text}: ${event.reason}`}</span>;
  if (!('code' in event)) return <strong>{text}</strong>;
  const { code, reason } = event;
  const failed = code >= 0x80 || event.kind === 'refused';
  const name = 'name' in event ? event.name : '';
  const parts = [name, `0x${code.toString(16).padStart(2, '0')}`, reason];
  return (
    <span className={failed ? 'fs-bad' : 'fs-good'}>
      <strong>{failed ? `✕ ${text}` : text}</strong> {parts.filter(Boolean).join(' · ')}
    </span>
  );
}

function MessageLine({ text, message }: { text: string; message: Message }): JSX.Element {
  const { topic, payload, qos, retain } = message;
  return (
    <>
      <strong>{text}</strong> <code>{topic}</code>{' '}
      <span className="fs-muted">{`QoS ${qos}${retain ? ' · retain' : ''}`}</span>
      <br />
      <code>{payloadText(payload)}</code>
    </>
  );
}

/** As text where it is text, else as hex. */
function payloadText(payload: Uint8Array): string {
  const shown = payload.subarray(0, shownBytesMax);
  const more = payload.length > shownBytesMax ? '…' : '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(shown) + more;
  } catch {
    return [...shown].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') + more;
  }
}

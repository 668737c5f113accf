// SPDX-License-Identifier: Apache-2.0
import { Alert } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { isoText } from '../../kit/time.tsx';
import { wayText } from './inbox-columns.tsx';
import { byteOf, hexLines, type Packet, type PacketRow, type PacketStep } from './packet-buffer.ts';

/** Bytes and meaning side by side, then the way of the message. */
export function PacketDetail({ row }: { readonly row: PacketRow }): JSX.Element {
  const { t } = useTranslation('access');
  const { packet, steps } = row;
  const { outcome, name, thing, source, clientId, protocol, transport, time, message } = packet;
  const { code, at, detail } = outcome;
  const inbox = new URLSearchParams({ tab: 'inbox', source, protocol });
  const said = [code, at, detail].filter(Boolean).join(' · ');
  return (
    <section className="ac-detail" aria-label={t('packets.detail')}>
      <h2>{`${name} · ${t('packets.message', { message })}`}</h2>
      <div className="ac-about">
        <span className="fs-muted fs-small">
          {[isoText(time), wayText(protocol, transport), source, clientId]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {thing !== undefined && <PageLink to={`/things/${thing}`}>{`#${thing}`}</PageLink>}
      </div>
      {!outcome.ok && (
        <Alert
          type="error"
          showIcon
          title={said === '' ? t('packets.bad') : said}
          action={<PageLink to={`/access?${inbox.toString()}`}>{t('packets.why')}</PageLink>}
        />
      )}
      <div className="ac-sides">
        <div>
          <h3>{t('packets.raw')}</h3>
          <Hex packet={packet} />
        </div>
        <div>
          <h3>{t('packets.decoded')}</h3>
          <pre className="ac-json" tabIndex={0} aria-label={t('packets.decoded')}>
            {JSON.stringify(packet.summary, undefined, 2)}
          </pre>
        </div>
        {steps.length > 0 && (
          <div>
            <h3>{t('packets.way')}</h3>
            <Way steps={steps} />
          </div>
        )}
      </div>
    </section>
  );
}

function Hex({ packet: { hex, bytes, outcome } }: { readonly packet: Packet }): JSX.Element {
  const { t } = useTranslation('access');
  const bad = byteOf(outcome.at);
  const shown = hex.length / 2;
  return (
    <>
      <pre className="ac-hex" tabIndex={0} aria-label={t('packets.raw')}>
        {hexLines(hex).map(({ offset, bytes: line, text }) => (
          <div key={offset}>
            <span className="fs-muted">{offset.toString(16).padStart(4, '0')}</span>{' '}
            {line.map((byte, index) =>
              offset + index === bad ? (
                <mark key={index} title={t('packets.badByte', { at: bad })}>{`${byte} `}</mark>
              ) : (
                `${byte} `
              ),
            )}
            {'   '.repeat(16 - line.length)} <span className="fs-muted">{text}</span>
          </div>
        ))}
      </pre>
      {shown < bytes && <p className="fs-muted fs-small">{t('packets.cut', { shown, bytes })}</p>}
    </>
  );
}

/** The steps of the message, each with the time since the first. */
function Way({ steps }: { readonly steps: readonly PacketStep[] }): JSX.Element {
  const { t } = useTranslation('access');
  const start = Date.parse(steps[0]?.at ?? '');
  return (
    <ol className="ac-checks" aria-label={t('packets.way')}>
      {steps.map(({ step, ok, detail, at }) => (
        <li key={step} data-step={step} data-state={ok ? 'ok' : 'fail'}>
          <Badge tone={ok ? 'good' : 'bad'}>{t(`way.${step}`)}</Badge>
          <span className="fs-number fs-muted">{`+${Date.parse(at) - start} ms`}</span>
          <span className="fs-small">{detail}</span>
        </li>
      ))}
    </ol>
  );
}

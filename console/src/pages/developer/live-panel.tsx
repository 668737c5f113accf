// SPDX-License-Identifier: Apache-2.0
import { Button, Select } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { Copyable } from '../../kit/copyable.tsx';
import { absoluteAddressOf } from '../../kit/place.ts';
import { useServices } from '../../kit/services.tsx';
import { Labelled } from './labelled.tsx';
import { liveFrames } from './shapes.ts';

const shownMax = 200;

interface Frame {
  readonly id: number;
  readonly direction: '→' | '←';
  readonly text: string;
}

function useLiveAddress(): string {
  const { tenant } = useServices();
  const acting = tenant.get();
  const base = absoluteAddressOf('api/v1/live').replace(/^http/, 'ws');
  return acting === undefined ? base : `${base}?tenant=${acting}`;
}

/** The live channel by hand: a frame is sent, and what comes is shown as it came. */
export function LivePanel(): JSX.Element {
  const { t } = useTranslation('developer');
  const address = useLiveAddress();
  const [frame, setFrame] = useState(pretty(liveFrames[0].frame));
  const [frames, setFrames] = useState<readonly Frame[]>([]);
  const [isOpen, setOpen] = useState(false);
  const socket = useRef<WebSocket>(undefined);
  const count = useRef(0);
  useEffect(() => () => socket.current?.close(), []);
  const note = (direction: Frame['direction'], text: string): void => {
    const line = { id: ++count.current, direction, text };
    setFrames((before) => [line, ...before].slice(0, shownMax));
  };
  const send = (): void => {
    const text = compact(frame);
    const open = socket.current;
    if (open !== undefined && open.readyState === WebSocket.OPEN) {
      open.send(text);
      note('→', text);
      return;
    }
    const made = new WebSocket(address);
    socket.current = made;
    made.addEventListener('open', () => {
      setOpen(true);
      made.send(text);
      note('→', text);
    });
    made.addEventListener('message', ({ data }) => note('←', String(data)));
    made.addEventListener('close', ({ code }) => {
      setOpen(false);
      note('←', t('live.closed', { code }));
    });
  };
  return (
    <div className="dv-halves">
      <div className="dv-panel">
        <div className="dv-row">
          <h2>{t('messages.live')}</h2>
          <code>{address}</code>
          <Badge tone={isOpen ? 'good' : 'quiet'}>
            {t(isOpen ? 'mqtt.states.open' : 'mqtt.states.closed')}
          </Badge>
        </div>
        <p className="fs-muted">{t('live.about')}</p>
        <Labelled label={t('live.example')}>
          {(id) => (
            <Select<string>
              id={id}
              placeholder={t('live.example')}
              options={liveFrames.map(({ key }) => ({
                value: key,
                label: t(`live.examples.${key}`),
              }))}
              onChange={(key) => {
                const chosen = liveFrames.find((each) => each.key === key);
                if (chosen !== undefined) setFrame(pretty(chosen.frame));
              }}
            />
          )}
        </Labelled>
        <Labelled label={t('live.frame')}>
          {(id) => (
            <textarea
              id={id}
              className="dv-text"
              spellCheck={false}
              value={frame}
              onChange={({ target }) => setFrame(target.value)}
            />
          )}
        </Labelled>
        <div className="dv-row">
          <Button type="primary" onClick={send}>
            {t('live.send')}
          </Button>
          {isOpen && <Button onClick={() => socket.current?.close()}>{t('mqtt.close')}</Button>}
          <Button onClick={() => setFrames([])}>{t('mqtt.clear')}</Button>
        </div>
        <p className="fs-muted">{t('live.program')}</p>
        <Copyable text={programText(address, compact(frame))} label={t('live.program')} />
      </div>
      {frames.length === 0 ? (
        <p className="fs-muted">{t('live.nothing')}</p>
      ) : (
        <ol className="dv-log" aria-label={t('live.frames')} aria-live="polite" tabIndex={0}>
          {frames.map(({ id, direction, text }) => (
            <li key={id}>
              <code>{`${direction} ${text}`}</code>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function pretty(frame: object): string {
  return JSON.stringify(frame, null, 2);
}

/** The frame in one line; what is no JSON goes as it is, and the server says what is wrong with it. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function programText(address: string, frame: string): string {
  return [
    '// npm install ws',
    "import { WebSocket } from 'ws';",
    'const headers = { authorization: `Bearer ${process.env.FENGSUI_TOKEN}` };',
    `const socket = new WebSocket(${JSON.stringify(address)}, { headers });`,
    `socket.on('open', () => socket.send(${JSON.stringify(frame)}));`,
    "socket.on('message', (data) => console.log(String(data)));",
  ].join('\n');
}

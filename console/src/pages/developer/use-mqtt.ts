// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'react';
import { absoluteAddressOf } from '../../kit/place.ts';
import { MqttClient, type MqttEvent, type MqttState } from './mqtt-client.ts';
import type { ConnectOptions } from './mqtt-packets.ts';

const shownMax = 300;

/** A line of the log. */
export interface Logged {
  readonly id: number;
  readonly time: Date;
  readonly event: MqttEvent;
}

export interface Mqtt {
  readonly state: MqttState;
  /** The newest first, so many as are shown. */
  readonly log: readonly Logged[];
  readonly client: MqttClient | undefined;
  connect(options: ConnectOptions): void;
  close(): void;
  clear(): void;
}

/** A connection to this server's broker for as long as the page is shown. */
export function useMqtt(): Mqtt {
  const [state, setState] = useState<MqttState>('closed');
  const [log, setLog] = useState<readonly Logged[]>([]);
  const [client, setClient] = useState<MqttClient>();
  const open = useRef<MqttClient>(undefined);
  const count = useRef(0);
  const note = (event: MqttEvent): void => {
    const line = { id: ++count.current, time: new Date(), event };
    setLog((before) => [line, ...before].slice(0, shownMax));
  };
  const close = (): void => {
    open.current?.close();
    open.current = undefined;
  };
  useEffect(() => close, []);
  const connect = (options: ConnectOptions): void => {
    close();
    const made = new MqttClient(mqttAddress(), options, {
      onState: (next) => open.current === made && setState(next),
      onEvent: note,
    });
    open.current = made;
    setState('connecting');
    setClient(made);
  };
  const end = (): void => {
    close();
    setState('closed');
  };
  return { state, log, client, connect, close: end, clear: () => setLog([]) };
}

/** Where the broker is reached over WebSocket. */
export function mqttAddress(): string {
  return absoluteAddressOf('mqtt').replace(/^http/, 'ws');
}

// SPDX-License-Identifier: Apache-2.0
import type { ItemsFrame, SubscribeFrame } from '../../../src/api/live/protocol.ts';
import { Store } from './store.ts';

export type LiveRequest = Omit<SubscribeFrame, 'op' | 'id'>;
export type LiveState = 'live' | 'reconnecting' | 'polling';
export type OnItems = (items: readonly unknown[], dropped: number) => void;

interface Listener {
  readonly request: LiveRequest;
  readonly onItems: OnItems;
}

const pingEveryMs = 15_000;
const silentMsMax = 40_000;
const reconnectMsMin = 500;
const reconnectMsMax = 10_000;
/** After so many failures in a row pages ask by themselves, as behind proxies that let no WebSocket through. */
const failuresMax = 3;

/** The one live WebSocket of a tab: all subscriptions of all pages, through losses of the connection. */
export class LiveSocket {
  readonly state = new Store<LiveState>('reconnecting');
  /** Items that rates have left out since the tab was opened. */
  readonly dropped = new Store(0);
  readonly #address: () => string;
  readonly #listeners = new Map<string, Listener>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #failures = 0;
  #heard = 0;
  #lastId = 0;
  readonly #onLost: () => void;

  constructor(address: () => string, onLost: () => void) {
    this.#address = address;
    this.#onLost = onLost;
  }

  start(): void {
    if (this.#socket === undefined && this.#timer === undefined) this.#connect();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearInterval(this.#ping);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#failures = 0;
    this.state.set('reconnecting');
  }

  /** Items of a kind from now on, through reconnections; returns how to end it. */
  listen(request: LiveRequest, onItems: OnItems): () => void {
    const id = String(++this.#lastId);
    this.#listeners.set(id, { request, onItems });
    this.#send({ op: 'subscribe', id, ...request });
    return () => {
      this.#listeners.delete(id);
      this.#send({ op: 'unsubscribe', id });
    };
  }

  #connect(): void {
    this.#timer = undefined;
    const socket = new WebSocket(this.#address());
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#failures = 0;
      this.#heard = Date.now();
      this.state.set('live');
      for (const [id, { request }] of this.#listeners)
        this.#send({ op: 'subscribe', id, ...request });
      this.#ping = setInterval(() => this.#check(socket), pingEveryMs);
    });
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#lost();
    });
  }

  #check(socket: WebSocket): void {
    // A connection that a proxy has forgotten stays open here and silent.
    if (Date.now() - this.#heard > silentMsMax) socket.close();
    else this.#send({ op: 'ping' });
  }

  #receive(data: unknown): void {
    this.#heard = Date.now();
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
    if (!isItems(frame)) return;
    this.dropped.set(this.dropped.get() + frame.dropped);
    this.#listeners.get(frame.id)?.onItems(frame.items, frame.dropped);
  }

  #lost(): void {
    this.#socket = undefined;
    clearInterval(this.#ping);
    this.#failures++;
    this.state.set(this.#failures > failuresMax ? 'polling' : 'reconnecting');
    const most = Math.min(reconnectMsMax, reconnectMsMin * 2 ** this.#failures);
    const waitMs = reconnectMsMin + Math.random() * (most - reconnectMsMin);
    this.#timer = setTimeout(() => this.#connect(), waitMs);
    this.#onLost();
  }

  #send(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

function isItems(frame: unknown): frame is ItemsFrame {
  return typeof frame === 'object' && frame !== null && 'items' in frame;
}

// SPDX-License-Identifier: Apache-2.0

/** Who one connection is. */
export interface LoadClient {
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What the load generator is told, as JSON on its standard input. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly version: 4 | 5;
  readonly clients: readonly LoadClient[];
  /** Local addresses the connections are spread over (each has its own range of ports). */
  readonly sources: readonly string[];
  readonly keepAliveSeconds: number;
  /** Connections being opened at a time. */
  readonly connecting: number;
  readonly topic: string;
  /** `%t` and `%h` stand for a temperature and a humidity that vary from message to message. */
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  /** Unacknowledged messages of one connection. */
  readonly window: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** How long acknowledgements are waited for after the last message. */
  readonly drainMs: number;
  /** Process (with its children) whose processor time and memory are read at the ends of the window. */
  readonly serverPid: number;
  /** Connect, report, and stay until standard input ends; nothing is published. */
  readonly idle: boolean;
  /** Connect, report, and publish when the next line comes. */
  readonly held: boolean;
}

/** What is not said otherwise. */
export const loadDefaults: LoadOptions = {
  host: '127.0.0.1',
  port: 1883,
  version: 4,
  clients: [],
  sources: [],
  keepAliveSeconds: 0,
  connecting: 64,
  topic: 'things/me/properties',
  payload: '{"temperature":%t,"humidity":%h}',
  qos: 1,
  window: 50,
  warmUpMs: 2_000,
  durationMs: 8_000,
  drainMs: 10_000,
  serverPid: 0,
  idle: false,
  held: false,
};

/** What the load generator measured. */
export interface LoadReport {
  readonly connections: number;
  readonly window: number;
  /** Over the whole run, warm-up and drain included: what the server's count must equal. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledgements with an error code, and connections that broke. */
  readonly refused: number;
  readonly broken: number;
  /** Of the measured window. */
  readonly seconds: number;
  readonly messagesPerSecond: number;
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly samples: number;
  readonly generator: {
    /** Share of the window in which its event loop had nothing to do: near 0 means the generator is the limit. */
    readonly idleShare: number;
    /** Processors used on average. */
    readonly processors: number;
    readonly messagesPerRead: number;
    readonly messagesPerWrite: number;
  };
  readonly server: {
    /** Processor seconds up to the first publish (connecting), and at the ends of the window. */
    readonly cpuSecondsConnected: number;
    readonly cpuSeconds: number;
    readonly rssBytes: number;
  };
}

export function loadClients(count: number, prefix = 'load'): LoadClient[] {
  return Array.from({ length: count }, (_, index) => ({ clientId: `${prefix}-${index}` }));
}

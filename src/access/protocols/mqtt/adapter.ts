// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { runReader, SnapshotFile, type Log } from '#bus';
import { AddressRanges, type Limits, type LimitName, type Random } from '#core';
import {
  afterTurn,
  limitHits,
  type Clock,
  type Disk,
  type LimitHits,
  type Logger,
  type Metrics,
} from '#runtime';
import type { Authenticator, Policy as SecurityPolicy, TrustedAuthorities } from '#security';
import type { Bindings } from '#things';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { PacketTap } from '../../diagnosis/packets.ts';
import type { Trace } from '../../diagnosis/trace.ts';
import type { Ingest } from '../../ingest/port.ts';
import {
  listenTcp,
  listenTls,
  listenWebSocket,
  WebSocketUpgrades,
  type Listener,
} from '../../listeners/listen.ts';
import type { Bans } from '../../listeners/bans.ts';
import type { OpenConnection } from '../../listeners/open-connection.ts';
import { IdentityLimits, SourceLimits } from '../../listeners/source-limits.ts';
import type { DeviceServices } from '../../ports.ts';
import { Broker } from './broker.ts';
import { codecLimits, PublishView } from './codec.ts';
import type { MqttConfig } from './config.ts';
import { tickMs } from './connection.ts';
import { Connections } from './connections.ts';
import type { MqttContext, MqttCounts } from './context.ts';
import { PreparedMessages } from './delivery-writer.ts';
import { Ledger } from './ledger.ts';
import { PublishLimiter, publishRate, tenantRate } from './limiter.ts';
import { foldName, LogFold } from './log-fold.ts';
import { SharedOutput } from './output.ts';
import { Policy } from './policy.ts';
import { Publisher } from './publisher.ts';
import { ReadingsPath } from './readings.ts';
import { TokenRights } from './token-rights.ts';
import { Turns } from './turns.ts';
import { publishWill } from './will-publisher.ts';

export interface MqttOptions {
  readonly config: MqttConfig;
  readonly limits: Limits;
  readonly ingest: Ingest;
  readonly log: Log;
  readonly bindings: Bindings;
  readonly authenticator: Authenticator;
  readonly policy: SecurityPolicy;
  /** Certificate authorities in use, besides the configured file. */
  readonly authorities?: Pick<TrustedAuthorities, 'get' | 'signerOf'>;
  readonly services: DeviceServices;
  readonly disk: Disk;
  /** Directory of snapshots. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly diagnosis: Diagnosis;
  readonly trace: Trace;
  readonly packets: PacketTap;
  readonly bans: Bans;
  /** Proxies in front of WebSockets whose X-Forwarded-For is believed, as ranges. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Ranges in which many clients share an address. */
  readonly sharedSources?: readonly string[] | undefined;
}

export interface MqttListeners {
  readonly mqtt: string;
  readonly mqtts?: string | undefined;
  readonly mqttWs?: string | undefined;
}

export interface MqttStats extends Readonly<MqttCounts> {
  readonly connections: number;
  readonly strangers: number;
  readonly sessions: number;
}

export interface MqttServer extends AsyncDisposable {
  readonly listeners: MqttListeners;
  stats(): MqttStats;
  /** Every open connection; made while it is read. */
  open(): Iterable<OpenConnection>;
  /** Takes over an HTTP upgrade request (path `/mqtt` of the API's server). */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/**
 * Starts the MQTT server: folds the log, then listens. Rejects with the system's error when an address cannot be had.
 * Disposing tells the clients, keeps sessions and wills, and leaves a snapshot; the log stays open.
 */
export async function startMqtt(options: MqttOptions): Promise<MqttServer> {
  const server = new Server(options);
  try {
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

class Server implements MqttServer {
  readonly #options: MqttOptions;
  readonly #connections: Connections;
  readonly #broker: Broker;
  readonly #fold: LogFold;
  readonly #context: MqttContext;
  readonly #upgrades: WebSocketUpgrades;
  readonly #limitHits: LimitHits;
  readonly #listening: Listener[] = [];
  #listeners: MqttListeners = { mqtt: '' };
  #stopTick = (): void => {};
  #started = false;

  constructor(options: MqttOptions) {
    this.#options = options;
    const { limits, ingest, log, disk, directory, clock, logger, metrics, random } = options;
    const ledger = new Ledger(ingest, random);
    this.#limitHits = limitHits(metrics);
    const limitHit = (name: LimitName): void => this.#limitHits.hit(name);
    this.#broker = new Broker({
      ...{ ingest, ledger, limits, logger, limitHit },
      publishWill: (will) => publishWill(this.#context, will),
    });
    this.#context = this.#newContext();
    this.#connections = new Connections(this.#context);
    const snapshots = new SnapshotFile({ disk, directory, name: foldName, logger });
    this.#fold = new LogFold({
      ...{ log, broker: this.#broker, snapshots, read: runReader, afterTurn },
      ...{ clock, logger, metrics },
    });
    const trusted = new AddressRanges(options.trustedProxies ?? []);
    const frameBytesMax = limits['mqtt.packetBytesMax'] + 5;
    const strangerBytesMax = limits['mqtt.preConnectBytesMax'];
    const web = { frameBytesMax, strangerBytesMax, trusted };
    this.#upgrades = new WebSocketUpgrades(this.#connections, web);
  }

  get listeners(): MqttListeners {
    return this.#listeners;
  }

  async start(): Promise<void> {
    const { authenticator, bans, clock } = this.#options;
    const { sources, flapping } = this.#context;
    await this.#fold.start();
    this.#started = true;
    this.#broker.ready();
    authenticator.onRevoked((revoked) => this.#revoke(revoked));
    bans.watch(sources);
    bans.watch(flapping);
    bans.onBanned(() => this.#connections.enforceBans());
    const timer = clock.every(tickMs, () => this.#tick());
    this.#stopTick = () => timer.cancel();
    this.#observe();
    await this.#listen();
  }

  stats(): MqttStats {
    const { count: connections, strangers } = this.#connections;
    return {
      ...this.#context.counts,
      connections,
      strangers,
      sessions: this.#broker.state.sessions.size,
    };
  }

  open(): Iterable<OpenConnection> {
    return this.#connections.open();
  }

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#upgrades.upgrade(request, socket, head);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopTick();
    this.#connections.shutdown();
    const { ingest, log } = this.#options;
    // What the clients have left behind is recorded before the snapshot is taken.
    if (this.#started && !log.stopped) await ingest.durable().catch(() => {});
    for (const listener of this.#listening) await listener[Symbol.asyncDispose]();
    if (this.#started) await this.#fold.stop();
  }

  async #listen(): Promise<void> {
    const { config, limits, authorities } = this.#options;
    if (!config.enabled) return;
    const tcp = await listenTcp(config.listen, this.#connections);
    this.#listening.push(tcp);
    this.#listeners = { mqtt: tcp.address };
    const { tls, ws } = config;
    if (tls.listen !== undefined && tls.cert !== undefined && tls.key !== undefined) {
      const { passphrase, clientCertificate } = tls;
      const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
      const ca = tls.ca === undefined ? undefined : await readFile(tls.ca);
      const handshakeMsMax = limits['mqtt.preConnectMsMax'];
      const signerOf = authorities && ((shown: readonly Buffer[]) => authorities.signerOf(shown));
      const settings = { cert, key, ca, passphrase, clientCertificate, signerOf, handshakeMsMax };
      const secure = await listenTls(tls.listen, settings, this.#connections);
      this.#listening.push(secure);
      this.#listeners = { ...this.#listeners, mqtts: secure.address };
    }
    if (ws.listen !== undefined) {
      const web = await listenWebSocket(ws.listen, this.#upgrades);
      this.#listening.push(web);
      this.#listeners = { ...this.#listeners, mqttWs: web.address };
    }
  }

  #tick(): void {
    const { clock } = this.#options;
    const now = clock.now();
    this.#context.now = now;
    this.#connections.tick(now);
    this.#broker.tick(now);
  }

  #revoke(revoked: Parameters<Connections['revoke']>[0]): void {
    const { thing, credential, token } = revoked;
    this.#context.revocations++;
    this.#connections.revoke(revoked);
    // What a thing or token has left goes with it; a credential that is replaced leaves its thing alone.
    if (thing !== undefined && credential === undefined) {
      this.#broker.forget({ kind: 'thing', id: thing, permissions: 0 });
    }
    if (token !== undefined) this.#broker.forget({ kind: 'token', id: token, permissions: 0 });
  }

  #newContext(): MqttContext {
    const { config, limits, ingest, bindings, services, authenticator, random } = this.#options;
    const { diagnosis, trace, packets, bans, logger, clock } = this.#options;
    const now = (): number => ingest.now;
    const tokens = new TokenRights(this.#options.policy);
    const forClients = codecLimits(limits, 'client');
    const minute = 60_000;
    const ofTenants = new Map<number, PublishLimiter>();
    const rateOfTenants = tenantRate(limits);
    const context: MqttContext = {
      ...{ limits, ingest, bindings, services, authenticator, diagnosis, trace, logger },
      authorities: this.#options.authorities,
      ...{ packets, bans },
      codecLimits: forClients,
      publishRate: publishRate(limits),
      broker: this.#broker,
      policy: new Policy(config.policy, tokens, (thing) => bindings.peek(thing)),
      tokens,
      anonymous: config.anonymous,
      readings: new ReadingsPath(ingest, limits, bindings),
      get publisher(): Publisher {
        return publisher;
      },
      counts: newCounts(),
      revocations: 0,
      sources: new SourceLimits(limits, now, new AddressRanges(this.#options.sharedSources ?? [])),
      flapping: new IdentityLimits({
        windowMs: minute,
        countMax: limits['mqtt.flapConnectsPerMinute'],
        banMs: limits['mqtt.flapBanMs'],
        now,
      }),
      output: new SharedOutput(),
      prepared: new PreparedMessages(),
      view: new PublishView(forClients),
      turns: new Turns({ limits, ingest, afterTurn }),
      tenantLimiter: (tenant) => {
        const known = ofTenants.get(tenant);
        if (known) return known;
        const limiter = new PublishLimiter(rateOfTenants, ingest.now);
        ofTenants.set(tenant, limiter);
        return limiter;
      },
      now: clock.now(),
      limitHit: (name) => this.#limitHits.hit(name),
      newClientId: () => `auto-${randomId(random)}`,
      mark: (connection) => this.#connections.mark(connection),
      authenticated: (connection) => this.#connections.authenticated(connection),
      gone: (connection) => this.#connections.gone(connection),
    };
    const publisher = new Publisher(context);
    return context;
  }

  #observe(): void {
    const { metrics } = this.#options;
    const { counts } = this.#context;
    const total = (name: string, help: string, read: () => number): void =>
      metrics.observed(`fengsui_mqtt_${name}`, help, read);
    total('connections', 'Open connections', () => this.#connections.count);
    total('sessions', 'Sessions, connected or waiting', () => this.#broker.state.sessions.size);
    const { turns } = this.#context;
    total('waiting_clients', 'Clients that wait for their turn to be read', () => turns.waiting);
    total('yields_total', 'Times a client waited for its turn', () => turns.yielded);
    total('connects_total', 'Connections accepted', () => counts.connects);
    total('publish_bytes_total', 'Payload bytes from clients', () => counts.publishBytes);
    total('readings_total', 'Readings taken', () => counts.readings);
    total('refused_readings_total', 'Readings refused', () => counts.refusedReadings);
    total('deliveries_total', 'Publishes sent to clients', () => counts.deliveries);
    total(
      'dropped_total',
      'QoS 0 messages dropped for clients that do not take them',
      () => counts.droppedQoS0,
    );
    total('repeats_total', 'QoS 2 publishes that came again', () => counts.repeats);
    total(
      'forged_things_total',
      'Messages in the name of a thing that is not the client’s',
      () => counts.forgedThings,
    );
    for (const qos of [0, 1, 2] as const) {
      const labels = { qos: `${qos}` };
      const help = 'Publishes from clients';
      metrics.observed('fengsui_mqtt_publishes_total', help, () => counts.publishes[qos], labels);
    }
  }
}

function newCounts(): MqttCounts {
  return {
    publishes: [0, 0, 0],
    publishBytes: 0,
    readings: 0,
    refusedReadings: 0,
    deliveries: 0,
    droppedQoS0: 0,
    repeats: 0,
    forgedThings: 0,
    connects: 0,
  };
}

function randomId(random: Random): string {
  const part = (): string =>
    Math.floor(random.next() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return part() + part() + part();
}

// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import type { Log } from '#bus';
import { fail, limitsOf, ok, SeededRandom, type Limits, type Result } from '#core';
import { compileModel, type CompiledModel, type ThingBinding } from '#model';
import { afterTurn, systemClock, type Clock } from '#runtime';
import { RecordingLogger, RecordingMetrics, SimDisk } from '#runtime/sim';
import { Policy, type Authenticator, type CredentialAttempt, type Principal } from '#security';
import type { Bindings } from '#things';
import { Diagnosis } from '../../../diagnosis/diagnosis.ts';
import { PacketTap } from '../../../diagnosis/packets.ts';
import { Trace } from '../../../diagnosis/trace.ts';
import { createIngest, type DisposableIngest } from '../../../ingest/group-commit.ts';
import { Bans, type BanStore } from '../../../listeners/bans.ts';
import type { DeviceLink, DevicePayload, DeviceServices } from '../../../ports.ts';
import { MemoryLog } from '../../../testing/memory-log.ts';
import { startMqtt, type MqttServer } from '../adapter.ts';
import type { MqttConfig } from '../config.ts';
import { Peer, type ConnectOptions } from '../conformance/peer.ts';
import type { ProtocolVersion } from '../packets.ts';

export const tenant = 1;
export const gateway = 7;
export const child = 8;
export const stranger = 9;

/** Limits that do not get in the way of a test that is about something else. */
export const roomy = {
  'mqtt.connectsPerSecondPerSource': 100_000,
  'mqtt.connectBurstPerSource': 100_000,
  'mqtt.flapConnectsPerMinute': 100_000,
  'mqtt.publishesPerSecond': 1_000_000,
  'mqtt.publishBurst': 1_000_000,
  'mqtt.publishBytesPerSecond': 1_000_000_000,
} as const;

const document = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  '@type': 'tm:ThingModel',
  id: 'urn:test:sensor',
  title: 'Sensor',
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -50, maximum: 100 },
    humidity: { type: 'number', unit: '%', minimum: 0, maximum: 100 },
  },
  actions: { blink: {} },
  events: { alarm: { data: { type: 'object' } } },
};

export function sensorModel(limits: Limits = limitsOf()): CompiledModel {
  const compiled = compileModel(document, () => undefined, { limits });
  assert(compiled.ok, JSON.stringify(compiled));
  return compiled.model;
}

/** Things 7 (a gateway), 8 (its child) and 9 (nobody's), all of one model. */
export class TestBindings implements Bindings {
  readonly things = new Map<number, ThingBinding>();
  readonly #model = sensorModel();

  constructor() {
    this.add(gateway, 0);
    this.add(child, gateway);
    this.add(stranger, 0);
  }

  add(thing: number, parent: number): ThingBinding {
    const binding: ThingBinding = {
      ...{ thing, parent, tenant, uri: `urn:thing:${thing}`, model: this.#model },
      series: Uint32Array.of(thing * 10 + 1, thing * 10 + 2),
      unknownProperties: 'refuse',
      labels: {},
      serverTime: 0,
      stale: false,
    };
    this.things.set(thing, binding);
    return binding;
  }

  peek(thing: number): ThingBinding | undefined {
    return this.things.get(thing);
  }

  load(thing: number): Promise<ThingBinding | undefined> {
    return Promise.resolve(this.things.get(thing));
  }

  loadByName(_tenant: number, name: string): Promise<ThingBinding | undefined> {
    const found = [...this.things.values()].find(
      ({ thing, uri }) => uri === name || `${thing}` === name,
    );
    return Promise.resolve(found);
  }

  collect(): number {
    return 0;
  }
}

/** User `thing 7` / `token read+ingest` with password `secret`; certificates are `cert-7`. */
export class TestAuthenticator implements Authenticator {
  #listener: Parameters<Authenticator['onRevoked']>[0] = () => {};
  readonly #tokens = ['admin', 'reader'];

  authenticate(attempt: CredentialAttempt): Promise<Result<Principal>> {
    const { username = '', password, certificate } = attempt;
    if (certificate !== undefined && password === undefined) {
      return Promise.resolve(ok({ kind: 'thing', tenant, thing: gateway, credential: 70 }));
    }
    if (Buffer.from(password ?? []).toString() !== 'secret') {
      return Promise.resolve(fail('security.unauthenticated'));
    }
    const [kind, name = ''] = username.split(' ');
    if (kind === 'thing') {
      const thing = Number(name);
      return Promise.resolve(ok({ kind, tenant, thing, credential: thing * 10 }));
    }
    if (kind !== 'token') return Promise.resolve(fail('security.unauthenticated'));
    const scopes = name === 'reader' ? ['read'] : name.split('+');
    const known = this.#tokens.indexOf(name);
    const token = known < 0 ? this.#tokens.push(name) : known + 1;
    const base = { tenant, home: tenant, account: undefined } as const;
    return Promise.resolve(ok({ kind, ...base, token, name, scopes }));
  }

  onRevoked(listener: Parameters<Authenticator['onRevoked']>[0]): void {
    this.#listener = listener;
  }

  revoke(principal: Parameters<Parameters<Authenticator['onRevoked']>[0]>[0]): void {
    this.#listener(principal);
  }
}

/** Rights of tokens by their scopes: there are no accounts. */
function testPolicy(limits: Limits): Policy {
  const unknownProperties = 'refuse';
  const root = {
    id: tenant,
    name: 'root',
    parent: undefined,
    unknownProperties,
    created: 0,
  } as const;
  const nothing = { byId: () => Promise.resolve(undefined) };
  const registry = {
    accounts: nothing,
    roles: nothing,
    grants: { ofAccount: () => Promise.resolve([]) },
    tenants: { all: () => Promise.resolve([root]) },
  };
  return new Policy({ registry, limits, separationOfDuties: false });
}

/** Keeps what devices send, and their links. */
export class TestServices implements DeviceServices {
  readonly events: { thing: number; name: string; text: string }[] = [];
  readonly results: { thing: number; action: string; text: string; correlation: string }[] = [];
  readonly links = new Map<number, DeviceLink>();
  /** Why things went, in order. */
  readonly causes: string[] = [];

  event(binding: ThingBinding, name: string, payload: DevicePayload): undefined {
    this.events.push({ thing: binding.thing, name, text: payload.bytes.toString() });
  }

  result(binding: ThingBinding, action: string, payload: DevicePayload): undefined {
    const correlation = payload.correlation?.toString() ?? '';
    this.results.push({
      thing: binding.thing,
      action,
      text: payload.bytes.toString(),
      correlation,
    });
  }

  online(thing: number, link: DeviceLink): void {
    this.links.set(thing, link);
  }

  offline(thing: number, _link: DeviceLink, cause: string): void {
    this.links.delete(thing);
    this.causes.push(cause);
  }
}

const noBans: BanStore = { read: () => Promise.resolve([]), write: () => Promise.resolve() };

export interface HarnessOptions {
  readonly limits?: Parameters<typeof limitsOf>[0];
  readonly config?: Partial<MqttConfig>;
  readonly log?: Log;
  readonly disk?: SimDisk;
  readonly clock?: Clock;
}

/** A whole MQTT server over a log in memory, on a free port of the loopback. */
export class Harness implements AsyncDisposable {
  readonly log: Log;
  readonly metrics = new RecordingMetrics();
  readonly logger = new RecordingLogger();
  readonly bindings = new TestBindings();
  readonly authenticator = new TestAuthenticator();
  readonly services = new TestServices();
  readonly trace = new Trace();
  readonly packets: PacketTap;
  readonly bans: Bans;
  readonly disk: SimDisk;
  readonly limits: Limits;
  readonly diagnosis: Diagnosis;
  readonly #options: HarnessOptions;
  readonly #peers: Peer[] = [];
  ingest!: DisposableIngest;
  server!: MqttServer;

  private constructor(options: HarnessOptions) {
    this.#options = options;
    this.log = options.log ?? new MemoryLog();
    this.disk = options.disk ?? new SimDisk(new SeededRandom(1));
    this.limits = limitsOf({ ...roomy, ...options.limits });
    this.diagnosis = new Diagnosis(this.limits, this.metrics);
    this.packets = new PacketTap(this.limits, this.trace);
    const { limits, logger } = this;
    this.bans = new Bans({ store: noBans, limits, logger, clock: options.clock ?? systemClock });
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(options);
    await harness.#start();
    return harness;
  }

  get memoryLog(): MemoryLog {
    assert(this.log instanceof MemoryLog);
    return this.log;
  }

  get port(): number {
    return portOf(this.server.listeners.mqtt);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** A client whose every packet the test writes and reads; ended with the harness. */
  async client(options: ConnectOptions = {}, version: ProtocolVersion = 5): Promise<Peer> {
    const peer = await this.open(version);
    const connack = await peer.connect(options);
    assert.equal(connack.reasonCode, 0, 'CONNACK');
    return peer;
  }

  /** A client that is a thing, with an own client identifier. */
  thing(thing: number, options: ConnectOptions = {}, version: ProtocolVersion = 5): Promise<Peer> {
    const password = Buffer.from('secret');
    return this.client(
      { clientId: `device-${thing}`, username: `thing ${thing}`, password, ...options },
      version,
    );
  }

  /** A connection without a CONNECT. */
  async open(version: ProtocolVersion = 5): Promise<Peer> {
    const peer = await Peer.open({ host: '127.0.0.1', port: this.port }, version);
    this.#peers.push(peer);
    return peer;
  }

  /** Hits of a limit so far. */
  hits(limit: string): number {
    return this.metrics.value('fengsui_limit_hits_total', { limit });
  }

  /** Another server over the same log and disk, as after a restart. The old one is ended first, or left as killed. */
  async restart(how: 'ended' | 'killed' = 'ended'): Promise<Harness> {
    if (how === 'ended') await this.server[Symbol.asyncDispose]();
    // A killed process writes nothing more: its log is as it was at that moment.
    const log = how === 'ended' ? this.log : MemoryLog.copy(this.memoryLog);
    return Harness.start({ ...this.#options, log, disk: this.disk });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
    await this.ingest[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    const { log, metrics, logger, bindings, authenticator, services, trace, disk, limits } = this;
    const clock = this.#options.clock ?? systemClock;
    const random = new SeededRandom(Math.floor(Math.random() * 1e9));
    this.ingest = createIngest({ log, limits, clock, metrics, afterTurn });
    const config: MqttConfig = {
      enabled: true,
      listen: '127.0.0.1:0',
      anonymous: true,
      tls: { clientCertificate: 'none' },
      ws: {},
      policy: [],
      ...this.#options.config,
    };
    this.server = await startMqtt({
      ...{ config, limits, ingest: this.ingest, log, bindings, authenticator, services, trace },
      policy: testPolicy(limits),
      ...{ disk, directory: '/mqtt', clock, random, logger, metrics, diagnosis: this.diagnosis },
      ...{ packets: this.packets, bans: this.bans },
    });
  }
}

export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** Waits until something holds; fails after three seconds. */
export async function eventually(holds: () => boolean, what = 'it did not happen'): Promise<void> {
  const until = performance.now() + 3_000;
  while (!holds()) {
    assert(performance.now() < until, what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

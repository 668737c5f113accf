// SPDX-License-Identifier: Apache-2.0
import { Seconds, SeededRandom, type DurationMs } from '#core';
import type { Clock } from '#runtime';
import { ConnectionRefused, SimulatedDevice } from '../protocols/mqtt/simulator.ts';
import { Behaviour, type Values } from './behaviour.ts';
import type { FleetMember } from './fleet.ts';

/** What a member tells its fleet. */
export interface MemberEvents {
  /** Runs the action unless the fleet has stopped by then. */
  readonly later: (delay: DurationMs, action: () => void) => void;
  readonly count: (name: 'connected' | 'published' | 'acknowledged', by?: number) => void;
  readonly fail: (reason: unknown) => void;
  /** The right token was refused: the thing or its credential is gone. */
  readonly refused: () => void;
}

export interface MemberOptions {
  readonly of: FleetMember;
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly seed: number;
  readonly events: MemberEvents;
}

/** Spread, so that a fleet that has lost its server does not come back in one moment. */
const reconnectMsMin = Seconds(5);
const reconnectMsMax = Seconds(15);
/** Between attempts with a token that is wrong on purpose: less often than would lock its identity. */
const knocksMs = Seconds(200);
/** Messages on the way, beyond which a device waits for the server. */
const inFlightMax = 16;

/** Of the messages of a device with wrong values every so many one is wrong. */
const wrongValueEvery = 12;

/** One device of a fleet through all its connections. */
export class Member {
  readonly #options: MemberOptions;
  readonly #behaviour: Behaviour;
  readonly #random: SeededRandom;
  #device: SimulatedDevice | undefined;
  #inFlight = 0;
  #messages = 0;
  #stopped = false;

  constructor(options: MemberOptions) {
    const { of, seed } = options;
    this.#options = options;
    this.#behaviour = new Behaviour(of.kind, seed, of.name);
    this.#random = new SeededRandom(seed);
  }

  get name(): string {
    return this.#options.of.name;
  }

  force(values: Values = {}): void {
    this.#behaviour.force(values);
    if (this.#device !== undefined) this.#report(this.#device);
  }

  report(event: string, data: unknown): void {
    const device = this.#device;
    if (device !== undefined) this.#count(() => device.report(event, data));
  }

  connect(): void {
    const { of, host, port, clock, events } = this.#options;
    const wrong = of.trouble === 'wrong-token';
    const device = new SimulatedDevice({
      ...{ host, port, clock, clientId: of.name, username: of.username },
      password: wrong ? `${of.password}?` : of.password,
      onAction: (name, input) => {
        const output = this.#behaviour.act(name, input);
        this.#report(device);
        return output;
      },
      onDesired: (values) => {
        this.#behaviour.tell(values);
        this.#report(device);
      },
      onLost: (reason) => {
        this.#leave();
        events.fail(reason);
        this.#again();
      },
    });
    device.start().then(
      () => this.#open(device),
      (reason: unknown) => {
        events.fail(reason);
        if (wrong) events.later(knocksMs, () => this.connect());
        else if (reason instanceof ConnectionRefused && reason.unauthorised) events.refused();
        else this.#again();
      },
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#leave()?.stop();
  }

  #open(device: SimulatedDevice): void {
    const { of, events } = this.#options;
    if (this.#stopped) return device.stop();
    this.#device = device;
    events.count('connected');
    this.#publish(device, this.#behaviour.measure(this.#options.clock.now()));
    events.later(of.period * this.#random.next(), () => this.#tick(device));
  }

  #leave(): SimulatedDevice | undefined {
    const device = this.#device;
    this.#device = undefined;
    if (device !== undefined) this.#options.events.count('connected', -1);
    return device;
  }

  #again(): void {
    const delay = reconnectMsMin + (reconnectMsMax - reconnectMsMin) * this.#random.next();
    this.#options.events.later(delay, () => this.connect());
  }

  #tick(device: SimulatedDevice): void {
    const { of, events, clock } = this.#options;
    if (this.#device !== device) return;
    this.#messages++;
    events.later(of.period, () => this.#tick(device));
    if (this.#inFlight >= inFlightMax) return;
    const broken = of.trouble === 'wrong-values' && this.#messages % wrongValueEvery === 1;
    const now = clock.now();
    this.#publish(device, broken ? this.#behaviour.mismeasure(now) : this.#behaviour.measure(now));
  }

  /** Says at once what an action or a desired value has changed. */
  #report(device: SimulatedDevice): void {
    this.#publish(device, this.#behaviour.measure(this.#options.clock.now()));
  }

  #publish(device: SimulatedDevice, values: Values): void {
    this.#count(() => device.publish(values));
  }

  #count(publish: () => Promise<void>): void {
    const { events } = this.#options;
    this.#inFlight++;
    events.count('published');
    publish()
      .then(
        () => events.count('acknowledged'),
        (reason: unknown) => events.fail(reason),
      )
      .finally(() => this.#inFlight--);
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Fault, TimeMs } from '#core';
import { errorSpec } from '#core';
import type { ThingBinding } from '#model';
import type { DiagnosisStep } from '../../diagnosis/diagnosis.ts';
import type { TraceRecorder } from '../../diagnosis/trace.ts';
import type { DevicePayload } from '../../ports.ts';
import type { MqttContext } from './context.ts';
import { expiryOf, forwardedProperties } from './message.ts';
import type { Properties, QoS } from './packets.ts';
import { isThingTopic } from './policy.ts';
import { answerTo, faultText, payloadType } from './readings.ts';
import type { ClientIdentity } from './thing-names.ts';
import { canonicalTopic, parseThingTopic } from './thing-topics.ts';

/** An application message on its way in, its topic resolved. */
export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Properties | undefined;
  readonly now: TimeMs;
  readonly trace?: TraceRecorder | undefined;
}

/** What the client is told, and where it failed. `code` is a v5 reason code. */
export interface PublishOutcome {
  readonly code: number;
  readonly text: string;
  readonly step?: DiagnosisStep | undefined;
  readonly error?: Fault['code'] | undefined;
  /** The exact place: JSON pointer, byte, topic. */
  readonly at?: string | undefined;
}

const taken: PublishOutcome = { code: 0, text: '' };
const unwatched: PublishOutcome = { code: 0x10, text: '' };

/** Takes application messages into the open generation: what things report, and messages of the plain broker. */
export class Publisher {
  readonly #context: MqttContext;

  constructor(context: MqttContext) {
    this.#context = context;
  }

  /** Whether the client may publish to the topic at all; for wills at CONNECT. */
  permits(identity: ClientIdentity, topic: string): boolean {
    if (!isThingTopic(topic)) return this.#context.policy.mayPublish(identity.owner, topic);
    return identity.owner.kind !== 'anonymous' && parseThingTopic(topic) !== undefined;
  }

  /** A message of the plain broker. */
  message(identity: ClientIdentity, publication: Publication): PublishOutcome {
    const { topic } = publication;
    if (!this.#context.policy.mayPublish(identity.owner, topic)) {
      return refusal({ code: 'mqtt.not-authorized', at: topic }, 'policy');
    }
    return this.#distribute(identity, publication, topic);
  }

  /** What a thing reports; `thing` is the one its topic names, undefined when the client may not speak for it. */
  report(
    identity: ClientIdentity,
    publication: Publication,
    thing: ThingBinding | undefined,
  ): PublishOutcome {
    const { topic, payload, properties, now, trace } = publication;
    const parsed = parseThingTopic(topic);
    if (!parsed) return refusal({ code: 'mqtt.bad-topic', at: topic }, 'policy');
    if (!thing) {
      this.#context.counts.forgedThings++;
      return refusal({ code: 'access.unknown-child', at: topic }, 'policy');
    }
    const limit = publication.retain ? this.#retainedLimit(thing, publication) : undefined;
    if (limit) return limit;
    const { services } = this.#context;
    const contentType = properties?.contentType;
    const correlation = properties?.correlationData;
    const device: DevicePayload = { bytes: payload, contentType, correlation, now };
    if (parsed.kind === 'properties') {
      const outcome = this.#readings(thing, publication);
      if (outcome.code < 0x80) this.watchers(identity, publication, thing);
      return outcome;
    }
    const fault =
      parsed.kind === 'event'
        ? services.event(thing, parsed.event, device)
        : services.result(thing, parsed.action, device);
    trace?.step('model', now, fault === undefined, fault ? faultText(fault) : parsed.kind);
    if (fault) return refusal(fault, 'model');
    this.watchers(identity, publication, thing);
    return taken;
  }

  /** Passes what a thing has published on to those who subscribe to it; nothing while there are none. */
  watchers(identity: ClientIdentity, publication: Publication, thing: ThingBinding): void {
    const { broker } = this.#context;
    if (!publication.retain && !broker.state.space(thing.tenant).watchesThings) return;
    this.#distribute(identity, publication, canonicalTopic(thing.thing, publication.topic));
  }

  #readings(thing: ThingBinding, publication: Publication): PublishOutcome {
    const { readings, counts } = this.#context;
    const { payload, properties, now, trace } = publication;
    const mediaType = properties?.contentType;
    const type = payloadType(mediaType);
    if (type === 'unknown') {
      return refusal({ code: 'mqtt.bad-content-type', detail: mediaType }, 'model');
    }
    const range = { payloadStart: 0, payloadEnd: payload.length, contentType: type };
    const report = readings.take(thing, payload, range, now);
    counts.readings += report.accepted;
    counts.refusedReadings += report.refusedCount;
    const { code, text } = answerTo(report);
    trace?.step('model', now, code === 0, text === '' ? `${report.accepted} readings` : text);
    if (text === '') return taken;
    const first = report.fault ?? report.refused[0]?.fault;
    return { code, text, step: 'model', error: first?.code, at: first?.at };
  }

  #distribute(identity: ClientIdentity, publication: Publication, topic: string): PublishOutcome {
    const { broker, limitHit } = this.#context;
    const { payload, qos, properties, now } = publication;
    let { retain } = publication;
    const limit = retain ? broker.retainedLimit(identity.tenant, topic, payload.length) : undefined;
    if (limit) {
      limitHit(limit);
      // [MQTT-3.4.2-1] 0x97; a QoS 0 message cannot be answered: it is delivered and not retained.
      if (qos > 0) return refusal({ code: 'common.limit', at: limit }, 'limit');
      retain = false;
    }
    const watched = broker.publish({
      tenant: identity.tenant,
      topic,
      payload,
      qos,
      retain,
      properties: forwardedProperties(properties),
      publisher: identity.owner,
      clientId: identity.clientId,
      expiresAt: expiryOf(properties, now),
    });
    return watched ? taken : unwatched;
  }

  #retainedLimit(thing: ThingBinding, publication: Publication): PublishOutcome | undefined {
    const { broker, limitHit } = this.#context;
    const topic = canonicalTopic(thing.thing, publication.topic);
    const limit = broker.retainedLimit(thing.tenant, topic, publication.payload.length);
    if (!limit || publication.qos === 0) return undefined;
    limitHit(limit);
    return refusal({ code: 'common.limit', at: limit }, 'limit');
  }
}

function refusal(fault: Fault, step: DiagnosisStep): PublishOutcome {
  return {
    code: errorSpec(fault.code).mqtt ?? 0x80,
    text: faultText(fault),
    step,
    error: fault.code,
    at: fault.at,
  };
}

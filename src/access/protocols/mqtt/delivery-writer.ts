// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import { PreparedPublish, type PacketWriter } from './codec.ts';
import type { Message } from './message.ts';
import type { ProtocolVersion, QoS } from './packets.ts';

/** What is sent of a message to one client. */
export interface OutgoingPublish {
  readonly message: Message;
  readonly prepared: PreparedPublish;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetId: number;
  readonly identifiers: readonly number[];
}

/** How one client takes publishes. */
export interface ClientView {
  readonly version: ProtocolVersion;
  readonly packetBytesMax: number;
  /** Highest topic alias the client takes; 0 for none. */
  readonly aliasMax: number;
  /** Aliases given so far. */
  readonly aliases: Map<string, number>;
}

/** Serialised forms of the messages of this turn, so that a message to many is serialised once. */
export class PreparedMessages {
  readonly #prepared = new Map<Message, PreparedPublish>();

  get(message: Message): PreparedPublish {
    let prepared = this.#prepared.get(message);
    if (!prepared) {
      prepared = new PreparedPublish(message.topic, message.payload, message.properties);
      this.#prepared.set(message, prepared);
    }
    return prepared;
  }

  clear(): void {
    this.#prepared.clear();
  }
}

/**
 * Writes a message for one client. Answers false when nothing was written: expired, [MQTT-3.3.2-5], or larger than
 * the client takes, [MQTT-3.1.2-25]; such a message counts as delivered.
 */
export function writePublish(
  outgoing: OutgoingPublish,
  client: ClientView,
  writer: PacketWriter,
  now: TimeMs,
): boolean {
  const { version, packetBytesMax, aliasMax, aliases } = client;
  const { message, prepared, qos, retain, dup, packetId, identifiers } = outgoing;
  const left = message.expiresAt - now;
  // A QoS 2 delivery that has begun is finished, [MQTT-4.3.3-7].
  if (left <= 0 && !(qos === 2 && dup)) return false;
  const known = version === 5 ? aliases.get(message.topic) : undefined;
  const fresh =
    version === 5 && known === undefined && aliases.size < aliasMax ? aliases.size + 1 : 0;
  const delivery = {
    version,
    qos,
    retain,
    dup,
    packetId,
    subscriptionIdentifiers: identifiers,
    topicAlias: known ?? fresh,
    topicKnown: known !== undefined,
    // [MQTT-3.3.2-6]
    messageExpiryInterval:
      left === Number.POSITIVE_INFINITY ? undefined : Math.ceil(Math.max(0, left) / 1_000),
  };
  if (prepared.size(delivery) > packetBytesMax) return false;
  prepared.write(writer, delivery);
  if (fresh > 0) aliases.set(message.topic, fresh);
  return true;
}

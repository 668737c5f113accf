// SPDX-License-Identifier: Apache-2.0
import type { ClientSession } from './client-session.ts';
import { reason } from './codec.ts';
import type { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';
import type { Intake } from './intake.ts';
import type { SubscribePacket, UnsubscribePacket } from './packets.ts';
import { noteOutcome } from './remarks.ts';
import { planSubscribe } from './subscriber.ts';

/** Who subscribes. */
interface Asking {
  readonly context: MqttContext;
  readonly connection: Connection;
  readonly intake: Intake;
}

/** Answers a SUBSCRIBE once its subscriptions are recorded; nothing after it is read before that. */
export async function subscribe(
  { context, connection, intake }: Asking,
  session: ClientSession,
  packet: SubscribePacket,
): Promise<void> {
  connection.hold('lookup');
  const plan = await planSubscribe(context, intake, session, packet);
  if (connection.protocol.phase !== 'open') return;
  for (const filter of plan.refused) {
    noteOutcome(context, connection, {
      code: reason.notAuthorized,
      text: filter,
      step: 'policy',
      error: 'mqtt.not-authorized',
      at: filter,
    });
  }
  const { packetId } = packet;
  const answer = (outcome: number | Error): void => {
    if (typeof outcome !== 'number') connection.failed(0, outcome);
    else connection.reply({ type: 'suback', packetId, reasonCodes: plan.codes });
    context.output.flush();
    connection.listens(session);
    connection.release('lookup');
  };
  if (plan.records.length === 0) answer(0);
  else context.broker.subscribe(session, plan.records, answer);
}

/** Answers an UNSUBSCRIBE once it is recorded. */
export function unsubscribe(
  context: MqttContext,
  connection: Connection,
  session: ClientSession,
  { packetId, filters }: UnsubscribePacket,
): void {
  const known = new Set(session.subscriptions.keys());
  const reasonCodes = filters.map((filter) => (known.has(filter) ? 0 : 0x11));
  connection.hold('lookup');
  context.broker.unsubscribe(session, filters, (outcome) => {
    if (typeof outcome !== 'number') connection.failed(0, outcome);
    else connection.reply({ type: 'unsuback', packetId, reasonCodes });
    context.output.flush();
    connection.release('lookup');
  });
}

// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';

/** What a live client sends. */
export const ClientFrame = Type.Union([
  Type.Object(
    {
      op: Type.Literal('subscribe'),
      id: Type.String({ minLength: 1, maxLength: 64 }),
      kind: Type.Union([
        Type.Literal('readings'),
        Type.Literal('events'),
        Type.Literal('lifecycle'),
        Type.Literal('actions'),
        Type.Literal('trace'),
        Type.Literal('packets'),
        Type.Literal('diagnosis'),
      ]),
      things: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1 }), {
          maxItems: 1_000,
          description: 'all where left out',
        }),
      ),
      client: Type.Optional(Type.String({ maxLength: 256, description: 'client id, of packets' })),
      source: Type.Optional(Type.String({ maxLength: 64, description: 'address, of packets' })),
      protocol: Type.Optional(
        Type.String({ maxLength: 32, description: 'mqtt or http, of packets' }),
      ),
      properties: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 100 })),
      ratePerSecond: Type.Optional(Type.Number({ minimum: 0.01 })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { op: Type.Literal('unsubscribe'), id: Type.String({ minLength: 1, maxLength: 64 }) },
    { additionalProperties: false },
  ),
  Type.Object({ op: Type.Literal('ping') }, { additionalProperties: false }),
]);
export type ClientFrame = Static<typeof ClientFrame>;
export type SubscribeFrame = Extract<ClientFrame, { op: 'subscribe' }>;
export type LiveKind = SubscribeFrame['kind'];

/** What the server sends: items of a subscription, and how many its rate left out since the frame before. */
export interface ItemsFrame {
  readonly id: string;
  readonly kind: LiveKind;
  readonly items: readonly unknown[];
  readonly dropped: number;
}

export interface FaultFrame {
  readonly id?: string;
  readonly fault: {
    readonly code: string;
    readonly at?: string;
    readonly detail?: string;
    readonly title: string;
    readonly fix: string;
  };
}

export interface LiveReading {
  readonly thing: number;
  readonly property: string;
  readonly time: string;
  readonly value: unknown;
  /** UCUM code. */
  readonly unit?: string;
  readonly quality: string;
}

// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';

/** What the codec enforces beyond the standard, and who sent the packets that are decoded. */
export interface CodecLimits {
  readonly sender: 'client' | 'server';
  readonly topicBytesMax: number;
  readonly topicLevelsMax: number;
  readonly clientIdBytesMax: number;
  readonly userPropertiesMax: number;
  readonly userPropertyBytesMax: number;
}

/** The codec's share of the platform's limits; `sender` is whose packets are decoded. */
export function codecLimits(limits: Limits, sender: CodecLimits['sender'] = 'client'): CodecLimits {
  return {
    sender,
    topicBytesMax: limits['mqtt.topicBytesMax'],
    topicLevelsMax: limits['mqtt.topicLevelsMax'],
    clientIdBytesMax: limits['mqtt.clientIdBytesMax'],
    userPropertiesMax: limits['mqtt.userPropertiesMax'],
    userPropertyBytesMax: limits['mqtt.userPropertyBytesMax'],
  };
}

// SPDX-License-Identifier: Apache-2.0
import { assert } from './result.ts';

/** One row of the limits table. `unit` is what the number counts. */
export interface LimitSpec {
  readonly default: number;
  readonly unit: 'bytes' | 'count' | 'ms' | 'perSecond' | 'depth';
  readonly min: number;
  readonly max: number;
  readonly text: string;
}

/**
 * Every bound of the platform, by name. A limit is configured as `limits.<name>` and counts each hit in
 * `fengsui_limit_hits_total{limit="<name>"}`.
 */
export const limitTable = {
  'mqtt.preConnectBytesMax': {
    default: 16_384,
    unit: 'bytes',
    min: 256,
    max: 1_048_576,
    text: 'bytes read from a client before its CONNECT is complete',
  },
  'mqtt.preConnectMsMax': {
    default: 10_000,
    unit: 'ms',
    min: 100,
    max: 120_000,
    text: 'time from accept to a complete CONNECT, TLS handshake included',
  },
  'mqtt.connectionsMax': {
    default: 100_000,
    unit: 'count',
    min: 1,
    max: 10_000_000,
    text: 'open client connections',
  },
  'mqtt.unauthenticatedShareMax': {
    default: 10,
    unit: 'count',
    min: 1,
    max: 100,
    text: 'sockets without a session, percent of mqtt.connectionsMax; the oldest goes first',
  },
  'mqtt.connectsPerSecondPerSource': {
    default: 50,
    unit: 'perSecond',
    min: 1,
    max: 1_000_000,
    text: 'accepts a second from one /32 or /64',
  },
  'mqtt.connectBurstPerSource': {
    default: 200,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'accept burst from one /32 or /64',
  },
  'auth.failuresPerMinutePerSource': {
    default: 10,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'wrong credentials a minute from one source before it is banned',
  },
  'auth.sourceBanMs': {
    default: 300_000,
    unit: 'ms',
    min: 1_000,
    max: 86_400_000,
    text: 'first ban of a source; doubles on repetition',
  },
  'auth.failuresPerHourPerIdentity': {
    default: 20,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'wrong credentials an hour for one identity before it is locked',
  },
  'auth.rememberedMax': {
    default: 100_000,
    unit: 'count',
    min: 100,
    max: 10_000_000,
    text: 'credentials that were proved, sources and identities that failed: kept in memory of each',
  },
  'mqtt.flapConnectsPerMinute': {
    default: 15,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'connects a minute of one client before it is banned',
  },
  'mqtt.flapBanMs': {
    default: 300_000,
    unit: 'ms',
    min: 1_000,
    max: 86_400_000,
    text: 'ban of a flapping client',
  },
  'mqtt.keepAliveSecondsMax': {
    default: 1_200,
    unit: 'count',
    min: 1,
    max: 65_535,
    text: 'longest keep-alive; longer ones are answered with Server Keep Alive',
  },
  'mqtt.packetBytesMax': {
    default: 262_144,
    unit: 'bytes',
    min: 1_024,
    max: 268_435_455,
    text: 'largest packet taken',
  },
  'mqtt.clientIdBytesMax': {
    default: 256,
    unit: 'bytes',
    min: 23,
    max: 65_535,
    text: 'longest client identifier',
  },
  'mqtt.topicBytesMax': {
    default: 1_024,
    unit: 'bytes',
    min: 16,
    max: 65_535,
    text: 'longest topic name or filter',
  },
  'mqtt.topicLevelsMax': {
    default: 24,
    unit: 'depth',
    min: 4,
    max: 128,
    text: 'levels of a topic name or filter',
  },
  'mqtt.subscriptionsPerClientMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'subscriptions of one session',
  },
  'mqtt.userPropertiesMax': {
    default: 32,
    unit: 'count',
    min: 0,
    max: 10_000,
    text: 'user properties in a packet',
  },
  'mqtt.userPropertyBytesMax': {
    default: 8_192,
    unit: 'bytes',
    min: 0,
    max: 1_048_576,
    text: 'bytes of all user properties in a packet',
  },
  'mqtt.topicAliasMax': {
    default: 10,
    unit: 'count',
    min: 0,
    max: 65_535,
    text: 'topic aliases a direction',
  },
  'mqtt.receiveMaximum': {
    default: 20,
    unit: 'count',
    min: 1,
    max: 65_535,
    text: 'unacknowledged QoS 1 and 2 publishes taken from one 5.0 client, announced as Receive Maximum',
  },
  'mqtt.unacknowledgedMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 65_535,
    text: 'unacknowledged QoS 1 and 2 publishes of one 3.1.1 client before it is read no further',
  },
  'mqtt.inflightMax': {
    default: 32,
    unit: 'count',
    min: 1,
    max: 65_535,
    text: 'unacknowledged QoS 1 and 2 publishes sent to one client',
  },
  'mqtt.queueMessagesMax': {
    default: 1_000,
    unit: 'count',
    min: 1,
    max: 10_000_000,
    text: 'messages waiting for one session',
  },
  'mqtt.queueBytesMax': {
    default: 1_048_576,
    unit: 'bytes',
    min: 1_024,
    max: 1_073_741_824,
    text: 'bytes waiting for one session',
  },
  'mqtt.sessionExpiryMsMax': {
    default: 86_400_000,
    unit: 'ms',
    min: 0,
    max: 31_536_000_000,
    text: 'longest session expiry',
  },
  'mqtt.sessionsPerTenantMax': {
    default: 100_000,
    unit: 'count',
    min: 1,
    max: 100_000_000,
    text: 'stored sessions of one tenant',
  },
  'mqtt.retainedBytesMax': {
    default: 65_536,
    unit: 'bytes',
    min: 0,
    max: 268_435_455,
    text: 'largest retained payload',
  },
  'mqtt.retainedPerTenantMax': {
    default: 10_000,
    unit: 'count',
    min: 0,
    max: 100_000_000,
    text: 'retained messages of one tenant',
  },
  'mqtt.retainedBytesPerTenantMax': {
    default: 67_108_864,
    unit: 'bytes',
    min: 0,
    max: 1_099_511_627_776,
    text: 'bytes of the retained messages of one tenant',
  },
  'mqtt.retainedTtlMs': {
    default: 2_592_000_000,
    unit: 'ms',
    min: 1_000,
    max: 315_360_000_000,
    text: 'a retained message is forgotten after this',
  },
  'mqtt.publishesPerSecond': {
    default: 50,
    unit: 'perSecond',
    min: 1,
    max: 10_000_000,
    text: 'publishes a second of one client, refilled evenly',
  },
  'mqtt.publishBurst': {
    default: 500,
    unit: 'count',
    min: 1,
    max: 10_000_000,
    text: 'publish burst of one client',
  },
  'mqtt.publishBytesPerSecond': {
    default: 262_144,
    unit: 'perSecond',
    min: 1_024,
    max: 1_099_511_627_776,
    text: 'payload bytes a second of one client',
  },
  'mqtt.drainDropMs': {
    default: 30_000,
    unit: 'ms',
    min: 100,
    max: 3_600_000,
    text: 'a client that takes nothing for so long loses its QoS 0 messages',
  },
  'mqtt.drainCloseMs': {
    default: 60_000,
    unit: 'ms',
    min: 100,
    max: 3_600_000,
    text: 'a client that takes nothing for so long is closed',
  },
  'ingest.clockPastMsMax': {
    default: 604_800_000,
    unit: 'ms',
    min: 0,
    max: 315_360_000_000,
    text: 'oldest measured time taken from a device; older ones are stored at server time and flagged',
  },
  'ingest.clockFutureMsMax': {
    default: 300_000,
    unit: 'ms',
    min: 0,
    max: 86_400_000,
    text: 'furthest measured time ahead of the server',
  },
  'ingest.batchRowsMax': {
    default: 65_536,
    unit: 'count',
    min: 16,
    max: 1_048_576,
    text: 'readings in one log record',
  },
  'ingest.pendingBytesMax': {
    default: 67_108_864,
    unit: 'bytes',
    min: 1_048_576,
    max: 17_179_869_184,
    text: 'accepted but not yet durable bytes before sockets are paused',
  },
  'payload.depthMax': {
    default: 32,
    unit: 'depth',
    min: 4,
    max: 256,
    text: 'nesting of a JSON or CBOR payload',
  },
  'payload.keysMax': {
    default: 10_000,
    unit: 'count',
    min: 16,
    max: 1_000_000,
    text: 'object keys and array items in a payload',
  },
  'payload.refusedMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'refused readings of one payload that are named; the rest is counted',
  },
  'model.documentBytesMax': {
    default: 1_048_576,
    unit: 'bytes',
    min: 1_024,
    max: 67_108_864,
    text: 'a resolved Thing Model as JSON',
  },
  'model.nodesMax': {
    default: 50_000,
    unit: 'count',
    min: 100,
    max: 1_000_000,
    text: 'values in a Thing Model document, references resolved',
  },
  'model.depthMax': {
    default: 64,
    unit: 'depth',
    min: 8,
    max: 256,
    text: 'nesting of a Thing Model document',
  },
  'model.affordancesMax': {
    default: 2_000,
    unit: 'count',
    min: 1,
    max: 60_000,
    text: 'properties, actions and events of one Thing Model',
  },
  'model.nameBytesMax': {
    default: 256,
    unit: 'bytes',
    min: 16,
    max: 4_096,
    text: 'name of a property, action or event',
  },
  'model.referencesMax': {
    default: 16,
    unit: 'depth',
    min: 1,
    max: 256,
    text: 'tm:extends and tm:ref followed one after another',
  },
  'model.referencedMax': {
    default: 64,
    unit: 'count',
    min: 1,
    max: 10_000,
    text: 'other models that one Thing Model may refer to',
  },
  'model.patternStatesMax': {
    default: 400,
    unit: 'count',
    min: 10,
    max: 100_000,
    text: 'states of the automaton of one pattern; a string is checked in time states × length',
  },
  'model.patternTextMax': {
    default: 8_192,
    unit: 'count',
    min: 64,
    max: 16_777_216,
    text: 'longest string that is checked against a pattern; a longer one does not match',
  },
  'model.faultsMax': {
    default: 50,
    unit: 'count',
    min: 1,
    max: 10_000,
    text: 'faults of one Thing Model that are named',
  },
  'model.cacheMax': {
    default: 10_000,
    unit: 'count',
    min: 10,
    max: 1_000_000,
    text: 'compiled versions of models held in memory',
  },
  'filter.charactersMax': {
    default: 8_192,
    unit: 'count',
    min: 64,
    max: 1_048_576,
    text: 'characters of a filter',
  },
  'filter.nodesMax': {
    default: 1_000,
    unit: 'count',
    min: 10,
    max: 100_000,
    text: 'conditions and listed values of a filter',
  },
  'filter.depthMax': { default: 16, unit: 'depth', min: 2, max: 256, text: 'nesting of a filter' },
  'http.bodyBytesMax': {
    default: 1_048_576,
    unit: 'bytes',
    min: 1_024,
    max: 1_073_741_824,
    text: 'HTTP request body, bulk imports excepted',
  },
  'http.importBytesMax': {
    default: 268_435_456,
    unit: 'bytes',
    min: 1_024,
    max: 17_179_869_184,
    text: 'body of a bulk import, read as a stream',
  },
  'http.headerBytesMax': {
    default: 16_384,
    unit: 'bytes',
    min: 1_024,
    max: 262_144,
    text: 'HTTP request header',
  },
  'http.requestMsMax': {
    default: 30_000,
    unit: 'ms',
    min: 1_000,
    max: 3_600_000,
    text: 'time to receive a request',
  },
  'http.connectionsMax': {
    default: 10_000,
    unit: 'count',
    min: 10,
    max: 1_000_000,
    text: 'open HTTP connections, WebSockets included',
  },
  'http.pageSizeMax': {
    default: 1_000,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'objects on one page of a list',
  },
  'live.connectionsMax': {
    default: 1_000,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'open live connections',
  },
  'live.subscriptionsMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'subscriptions of one live connection',
  },
  'live.ratePerSecondMax': {
    default: 50,
    unit: 'perSecond',
    min: 1,
    max: 10_000,
    text: 'messages a second of one live subscription; the rest is counted as dropped',
  },
  'log.segmentBytes': {
    default: 268_435_456,
    unit: 'bytes',
    min: 65_536,
    max: 17_179_869_184,
    text: 'size at which a log segment is closed',
  },
  'log.recordBytesMax': {
    default: 16_777_216,
    unit: 'bytes',
    min: 65_536,
    max: 268_435_456,
    text: 'largest log record',
  },
  'log.unitBytesMax': {
    default: 134_217_728,
    unit: 'bytes',
    min: 131_072,
    max: 1_073_741_824,
    text: 'largest unit of records appended together',
  },
  'log.pendingBytesMax': {
    default: 268_435_456,
    unit: 'bytes',
    min: 1_048_576,
    max: 17_179_869_184,
    text: 'appended but not yet durable bytes before the log refuses more',
  },
  'log.quarantineBytesMax': {
    default: 1_073_741_824,
    unit: 'bytes',
    min: 0,
    max: 1_099_511_627_776,
    text: 'copies of damaged parts of the log; beyond it damage is only reported',
  },
  'log.retainBytesMax': {
    default: 10_737_418_240,
    unit: 'bytes',
    min: 1_048_576,
    max: 1_125_899_906_842_624,
    text: 'log size at which read segments are dropped even when their time is not over',
  },
  'log.retainMsMax': {
    default: 604_800_000,
    unit: 'ms',
    min: 0,
    max: 31_536_000_000,
    text: 'age at which read segments are dropped',
  },
  'log.tailBytesMax': {
    default: 67_108_864,
    unit: 'bytes',
    min: 1_048_576,
    max: 17_179_869_184,
    text: 'newest records kept in memory for readers',
  },
  'query.pointsMax': {
    default: 1_000_000,
    unit: 'count',
    min: 1_000,
    max: 100_000_000,
    text: 'points in one answer',
  },
  'query.seriesMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'series in one query',
  },
  'query.msMax': {
    default: 30_000,
    unit: 'ms',
    min: 100,
    max: 3_600_000,
    text: 'time ceiling of one query',
  },
  'query.memoryBytesMax': {
    default: 1_073_741_824,
    unit: 'bytes',
    min: 67_108_864,
    max: 1_099_511_627_776,
    text: 'memory of the query engine',
  },
  'diagnosis.entriesMax': {
    default: 1_000,
    unit: 'count',
    min: 10,
    max: 1_000_000,
    text: 'refused or failed connections kept for diagnosis',
  },
  'registry.listQueueMax': {
    default: 256,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'list and count questions waiting for the registry',
  },
  'tasks.openPerThingMax': {
    default: 100,
    unit: 'count',
    min: 1,
    max: 100_000,
    text: 'tasks of one thing that have not ended',
  },
  'tasks.timeoutMsMax': {
    default: 2_592_000_000,
    unit: 'ms',
    min: 1_000,
    max: 31_536_000_000,
    text: 'longest time a task waits for its answer',
  },
  'tasks.inputBytesMax': {
    default: 65_536,
    unit: 'bytes',
    min: 64,
    max: 1_048_576,
    text: 'input or output of a task, an event, or a desired value, as JSON',
  },
  'tasks.keepMs': {
    default: 7_776_000_000,
    unit: 'ms',
    min: 60_000,
    max: 315_360_000_000,
    text: 'a task that has ended is forgotten after this',
  },
  'desired.versionsMax': {
    default: 20,
    unit: 'count',
    min: 1,
    max: 10_000,
    text: 'versions of a desired value kept as its history',
  },
  'location.trackMsMin': {
    default: 60_000,
    unit: 'ms',
    min: 0,
    max: 86_400_000,
    text: 'least time between two entries of the location track that come from readings; the series has every reading',
  },
  'bindings.cacheMax': {
    default: 200_000,
    unit: 'count',
    min: 100,
    max: 100_000_000,
    text: 'things whose model and series are held in memory',
  },
  'things.collectedSeriesMax': {
    default: 10_000,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'series of a thing beyond which no new property is collected',
  },
  'things.parentDepthMax': {
    default: 64,
    unit: 'depth',
    min: 1,
    max: 1_000,
    text: 'things above a thing',
  },
  'store.queriesWaitingMax': {
    default: 1_000,
    unit: 'count',
    min: 1,
    max: 1_000_000,
    text: 'series queries waiting for their turn',
  },
  'store.hotPeriodsMax': {
    default: 16,
    unit: 'count',
    min: 2,
    max: 1_000,
    text: 'periods whose readings are appended in order; those of further ones wait aside until they are compacted',
  },
  'store.partPointsMax': {
    default: 2_000_000,
    unit: 'count',
    min: 10_000,
    max: 1_000_000_000,
    text: 'points of one compacted file',
  },
} as const satisfies Record<string, LimitSpec>;

export type LimitName = keyof typeof limitTable;

/** All limits in force, by name. */
export type Limits = Readonly<Record<LimitName, number>>;

/** The defaults with overrides laid over them; related limits are checked against each other. */
export function limitsOf(overrides: Partial<Record<LimitName, number>> = {}): Limits {
  const values: Record<string, number> = {};
  for (const [name, spec] of Object.entries(limitTable)) values[name] = spec.default;
  const limits: unknown = Object.freeze(Object.assign(values, overrides));
  assert(isLimits(limits), 'every limit has a number');
  checkRelations(limits);
  return limits;
}

function checkRelations(limits: Limits): void {
  assert(
    limits['mqtt.preConnectBytesMax'] <= limits['mqtt.packetBytesMax'],
    'mqtt.preConnectBytesMax is at most mqtt.packetBytesMax',
  );
  assert(
    limits['mqtt.packetBytesMax'] <= limits['log.recordBytesMax'],
    'mqtt.packetBytesMax is at most log.recordBytesMax',
  );
  assert(
    limits['log.recordBytesMax'] < limits['log.unitBytesMax'],
    'log.recordBytesMax is less than log.unitBytesMax',
  );
  assert(
    limits['log.unitBytesMax'] <= limits['log.pendingBytesMax'],
    'log.unitBytesMax is at most log.pendingBytesMax',
  );
  assert(
    limits['mqtt.drainDropMs'] <= limits['mqtt.drainCloseMs'],
    'mqtt.drainDropMs is at most mqtt.drainCloseMs',
  );
  assert(
    limits['mqtt.retainedBytesMax'] <= limits['mqtt.packetBytesMax'],
    'mqtt.retainedBytesMax is at most mqtt.packetBytesMax',
  );
}

function isLimits(values: unknown): values is Limits {
  const numbers = new Map(Object.entries(values ?? {}));
  return Object.keys(limitTable).every((name) => Number.isFinite(numbers.get(name)));
}

// SPDX-License-Identifier: Apache-2.0
import { Fleet, type FleetMember } from '#access';
import { demoLabel as label, demoUris } from '#api';
import { Minutes, Seconds } from '#core';
import { systemClock } from '#runtime';
import type { Client } from '../client.ts';
import type { Context } from '../context.ts';
import {
  labelledThings,
  makeCredential,
  makeThings,
  storeModel,
  type DeviceCredential,
} from '../fleet/enrolment.ts';
import { kindOf } from '../fleet/kind.ts';
import { mqttAddress } from '../server-address.ts';
import { demoCity, type CityKind } from './city.ts';
import { readCredentials, writeCredentials } from './credentials.ts';
import { Incident, incidentOf } from './incident.ts';

const seed = 1;
/** All are there within five seconds, and within what the server takes from one address. */
const connectsPerSecond = 65;
/** Devices that have trouble, so that diagnosis has something to show. */
const troubles: Readonly<Record<string, FleetMember['trouble']>> = {
  [`${demoUris}manhole:1`]: 'wrong-values',
  [`${demoUris}greenhouse:1`]: 'wrong-token',
};
/** The incident begins when everybody is there, and comes again. */
const incidentFirstMs = Seconds(20);
const incidentEveryMs = Minutes(5);

interface CityDevice {
  readonly uri: string;
  readonly name: string;
  readonly kind: CityKind;
}

const devices: readonly CityDevice[] = demoCity.flatMap((kind) =>
  Array.from({ length: kind.count }, (_, index) => ({
    uri: `${kind.uri}:${index + 1}`,
    name: `${kind.name} ${String(index + 1).padStart(2, '0')}`,
    kind,
  })),
);

/** Brings the city to life on a server: registers what is missing, connects every device, and lets something happen. */
export async function startDemo(
  context: Context,
  client: Client,
  data: string,
): Promise<{ readonly stop: () => void }> {
  const address = await mqttAddress(client, undefined);
  for (const kind of demoCity) await storeModel(client, kind.model);
  const credentials = await enrol(client, data);
  const kinds = new Map(demoCity.map((kind) => [kind, kindOf(kind)]));
  const members = devices.flatMap(({ uri, kind }): FleetMember[] => {
    const credential = credentials.get(uri);
    const behaviour = kinds.get(kind);
    if (credential === undefined || behaviour === undefined) return [];
    const { username, token: password } = credential;
    const period = Seconds(kind.seconds);
    const trouble = troubles[uri];
    return [{ name: uri, username, password, period, kind: behaviour, trouble }];
  });
  const fleet = new Fleet({ ...address, members, connectsPerSecond, clock: systemClock, seed });
  fleet.start();
  const incident = new Incident({
    ...{ fleet, clock: systemClock, steps: incidentOf(seed) },
    ...{ firstMs: incidentFirstMs, everyMs: incidentEveryMs },
  });
  incident.start();
  context.note({
    en: `demo: ${members.length} simulated devices connect; \`fengsui demo rm\` removes them`,
    zh: `示范：${members.length} 台模拟设备正在接入；用 \`fengsui demo rm\` 清除`,
  });
  return {
    stop: () => {
      incident.stop();
      fleet.stop();
    },
  };
}

/** A credential for every device of the city: kept from an earlier start, or new. */
async function enrol(client: Client, data: string): Promise<Map<string, DeviceCredential>> {
  const there = await labelledThings(client, label);
  const kept = readCredentials(data);
  const known = new Map(
    [...kept].filter(([uri, { username }]) => username === String(there.get(uri))),
  );
  const missing = devices.filter(({ uri }) => !there.has(uri));
  const things = missing.map(({ uri, name, kind }) => ({ uri, name, model: kind.uri }));
  const made = await makeThings(client, things, label);
  for (const [uri, credential] of made) known.set(uri, credential);
  // Things of a restored backup: their tokens are not in it.
  const silent = devices.filter(({ uri }) => there.has(uri) && !known.has(uri));
  for (const { uri } of silent) known.set(uri, await makeCredential(client, uri));
  if (made.size > 0 || silent.length > 0) writeCredentials(data, known);
  return known;
}

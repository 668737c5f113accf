// SPDX-License-Identifier: Apache-2.0
import { Fleet, type FleetMember } from '#access';
import { Seconds } from '#core';
import { systemClock } from '#runtime';
import type { Client } from '../client.ts';
import type { Context } from '../context.ts';
import {
  labelledThings,
  makeCredential,
  makeThings,
  removeThings,
  storeModel,
  type DeviceCredential,
  type FleetLabel,
} from '../fleet/enrolment.ts';
import { kindOf } from '../fleet/kind.ts';
import { mqttAddress } from '../server-address.ts';
import { demoCity, type CityKind } from './city.ts';
import { readCredentials, removeCredentials, writeCredentials } from './credentials.ts';

/** Everything of the demo carries this label. */
const label: FleetLabel = { key: 'fengsui-demo', value: 'city' };
const seed = 1;
/** All are there within five seconds, and within what the server takes from one address. */
const connectsPerSecond = 65;
/** The device that has trouble now and then, so that diagnosis has something to show. */
const faulty = 'urn:example:fengsui-demo:manhole:1';

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

/** Brings the city to life on a server: registers what is missing, then connects every device. */
export async function startDemo(context: Context, client: Client, data: string): Promise<Fleet> {
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
    return [{ name: uri, username, password, period, kind: behaviour, faulty: uri === faulty }];
  });
  const fleet = new Fleet({ ...address, members, connectsPerSecond, clock: systemClock, seed });
  fleet.start();
  context.note({
    en: `demo: ${members.length} simulated devices connect; \`fengsui demo rm\` removes them`,
    zh: `示范：${members.length} 台模拟设备正在接入；用 \`fengsui demo rm\` 清除`,
  });
  return fleet;
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

/** Removes the devices of the city with their readings and models; how many there were. */
export async function removeDemo(client: Client, data: string): Promise<number> {
  const models = demoCity.map(({ uri }) => uri);
  const count = await removeThings(client, label, models);
  removeCredentials(data);
  return count;
}

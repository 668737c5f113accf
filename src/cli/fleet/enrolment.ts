// SPDX-License-Identifier: Apache-2.0
import { type Client, isRow } from '../client.ts';
import { CommandError, Exit } from '../exit.ts';
import { thingPath } from '../input.ts';
import { cellText, type Row } from '../output.ts';

/** A thing to be made. */
export interface NewThing {
  readonly uri: string;
  readonly name: string;
  readonly model: string;
}

/** What a device connects with. */
export interface DeviceCredential {
  readonly username: string;
  readonly token: string;
}

/** The label by which the things of a fleet are found again. */
export interface FleetLabel {
  readonly key: string;
  readonly value: string;
}

const models = '/api/v1/models';
const thingsMax = 100_000;
const removalsAtOnce = 8;

/** Stores a Thing Model; one that is there already stays. */
export async function storeModel(client: Client, model: object): Promise<void> {
  await client.object(models, { method: 'POST', json: model });
}

/** Makes things with a credential each, by uri; refused ones are left out, unless none is left. */
export async function makeThings(
  client: Client,
  things: readonly NewThing[],
  label: FleetLabel,
): Promise<Map<string, DeviceCredential>> {
  if (things.length === 0) return new Map();
  const rows = things.map((thing) =>
    JSON.stringify({ ...thing, [`labels.${label.key}`]: label.value }),
  );
  const answer = await client.object('/api/v1/things/import', {
    method: 'POST',
    query: { tokens: 'true' },
    body: { type: 'application/x-ndjson', content: rows.join('\n') },
  });
  const made = rowsOf(answer['things']).flatMap((each) => {
    const uri = things[Number(each['row']) - 1]?.uri;
    return uri === undefined ? [] : [[uri, credentialOf(each)] as const];
  });
  if (made.length === 0) throw noneMade(rowsOf(answer['refused'])[0] ?? {});
  return new Map(made);
}

const rowsOf = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

function noneMade({ code, at, detail, fix }: Row): CommandError {
  const title = `no thing was made: ${cellText(at)} ${cellText(detail)}`;
  return new CommandError(Exit.failed, [{ code: cellText(code), title, fix: cellText(fix) }]);
}

/** A new credential for a thing that is there. */
export async function makeCredential(client: Client, uri: string): Promise<DeviceCredential> {
  const place = `${thingPath(uri)}/credentials`;
  return credentialOf(await client.object(place, { method: 'POST', json: {} }));
}

function credentialOf(row: Row): DeviceCredential {
  return { username: String(row['username']), token: String(row['token']) };
}

/** Ids of the things with a label, by uri. */
export async function labelledThings(
  client: Client,
  { key, value }: FleetLabel,
): Promise<Map<string, number>> {
  const filter = `labels.${key} = '${value}'`;
  const found = new Map<string, number>();
  for await (const row of client.list('/api/v1/things', { filter }, thingsMax)) {
    found.set(String(row['uri']), Number(row['id']));
  }
  return found;
}

/** Removes the things with a label and their readings, then the models that nothing uses any more. */
export async function removeThings(
  client: Client,
  label: FleetLabel,
  modelUris: readonly string[],
): Promise<number> {
  const ids = [...(await labelledThings(client, label)).values()];
  const left = ids[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const id of left)
      await unless(gone, client.send(thingPath(String(id)), { method: 'DELETE' }));
  };
  await Promise.all(Array.from({ length: removalsAtOnce }, work));
  for (const uri of modelUris) await removeModel(client, uri);
  return ids.length;
}

async function removeModel(client: Client, uri: string): Promise<void> {
  const versions = await Array.fromAsync(client.list(models, { uri }, 1_000));
  for (const { version } of versions) {
    const place = `${models}/${encodeURIComponent(uri)}`;
    const query = { version: String(version) };
    await unless([...gone, 'things.model-in-use'], client.send(place, { method: 'DELETE', query }));
  }
}

const gone = ['common.not-found'];

/** Waits for a request; problems with these codes are fine. */
async function unless(codes: readonly string[], request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    const code = error instanceof CommandError ? error.troubles[0]?.code : undefined;
    if (code === undefined || !codes.includes(code)) throw error;
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { Filter } from '#model';
import type { Principal, Rights, ThingScope } from '#security';
import type { Thing } from '#store';
import type { ApiServices } from './services.ts';

export interface SearchItem {
  readonly kind: 'thing' | 'model' | 'source' | 'user';
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly path: string;
}

export interface SearchRequest {
  readonly text: string;
  readonly limit: number;
  readonly principal: Principal;
  readonly rights: Rights | undefined;
}

export interface SearchAnswer {
  readonly items: readonly SearchItem[];
  /** Names were only searched by their start. */
  readonly partial: boolean;
}

type Services = Pick<ApiServices, 'things' | 'models' | 'diagnosis' | 'administration'>;

/** A text anywhere in a name is looked for by reading every name, so only where there are not more than this. */
const scannedMax = 20_000;
const modelsMax = 10;
const usersMax = 5;
const sourcesMax = 5;
/** What may be the beginning of an address. */
const address = /^[\da-f]*[.:][\da-f.:]*$/i;

/** Finds what somebody may see, the likeliest first; every question uses an index or is bounded. */
export async function search(services: Services, request: SearchRequest): Promise<SearchAnswer> {
  const { text, rights, limit } = request;
  if (text === '') return { items: [], partial: false };
  const scope = rights?.scope('things.read');
  const [things, models, users] = await Promise.all([
    scope === undefined ? { found: [], partial: false } : findThings(services, request, scope),
    rights?.has('models.read') === true ? findModels(services, request) : [],
    rights?.has('users.read') === true ? findUsers(services, request) : [],
  ]);
  const sources = rights?.has('diagnosis.read') === true ? findSources(services, request) : [];
  const items = [...models, ...users, ...sources, ...things.found.map(thingItem)];
  return { items: items.slice(0, limit), partial: things.partial };
}

async function findThings(
  { things }: Services,
  { text, principal: { tenant }, limit }: SearchRequest,
  scope: ThingScope,
): Promise<{ readonly found: readonly Thing[]; readonly partial: boolean }> {
  const seen = { tenant, labels: scope.labelSets };
  const found = new Map<number, Thing>();
  const take = (rows: readonly Thing[]): void => {
    for (const row of rows) if (found.size < limit) found.set(row.id, row);
  };
  const list = async (filter: Filter): Promise<readonly Thing[]> =>
    (await things.read.list({ ...seen, filter, limit })).items;
  if (/^[1-9]\d{0,15}$/.test(text)) {
    const thing = await things.read.byId(Number(text));
    if (thing?.tenant === tenant && scope.admits(thing.labels)) take([thing]);
  }
  take(await list({ op: 'prefix', path: 'uri', value: text }));
  take(await list({ op: 'prefix', path: 'name', value: text }));
  if (found.size >= limit) return { found: [...found.values()], partial: false };
  const { exact } = await things.read.count({ ...seen, filter: undefined }, scannedMax);
  if (exact) take(await list({ op: 'contains', path: 'name', value: text }));
  return { found: [...found.values()], partial: !exact };
}

function thingItem({ id, name, uri, model }: Thing): SearchItem {
  const detail = model === undefined ? uri : `${uri} · ${model.uri}`;
  return { kind: 'thing', id: String(id), title: name, detail, path: `/things/${id}` };
}

async function findModels(
  { models }: Services,
  { text, principal: { tenant } }: SearchRequest,
): Promise<readonly SearchItem[]> {
  const rows = await models.read.search(tenant, text, modelsMax);
  return rows.map(({ uri, title, version }) => {
    const path = `/models/${encodeURIComponent(uri)}`;
    return { kind: 'model', id: uri, title, detail: `${uri} ${version}`, path };
  });
}

async function findUsers(
  { administration }: Services,
  { text, principal }: SearchRequest,
): Promise<readonly SearchItem[]> {
  const query = { kind: 'user', search: text, limit: usersMax } as const;
  const { items } = await administration.accounts.list(principal, query);
  return items.map(({ id, name, title }) => {
    const path = `/system?tab=users&search=${encodeURIComponent(name)}`;
    return { kind: 'user', id: String(id), title: title === '' ? name : title, detail: name, path };
  });
}

/** Addresses from which something was refused. */
function findSources(
  { diagnosis }: Services,
  { text, principal: { tenant } }: SearchRequest,
): readonly SearchItem[] {
  if (!address.test(text)) return [];
  const found = diagnosis.entries(tenant).filter(({ source }) => source.startsWith(text));
  const sources = [...Map.groupBy(found, ({ source }) => source)].slice(0, sourcesMax);
  return sources.map(([source, entries]) => {
    const [newest] = entries;
    const detail = `${newest?.protocol ?? ''} ${newest?.step ?? ''}: ${newest?.detail ?? ''}`;
    const path = `/access?tab=inbox&source=${encodeURIComponent(source)}`;
    return { kind: 'source', id: source, title: source, detail, path };
  });
}

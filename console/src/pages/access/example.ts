// SPDX-License-Identifier: Apache-2.0

type Schema = Readonly<Record<string, unknown>>;

/** Properties in an example; a model may have hundreds. */
const propertiesMax = 8;
const itemsMax = 8;
const depthMax = 6;
const usual = 21.5;

/** A first message: what a model's properties may say, or what most devices do where there is no model. */
export function payloadOf(model: unknown): Readonly<Record<string, unknown>> {
  const properties = isObject(model) ? model['properties'] : undefined;
  if (!isObject(properties)) return { temperature: usual };
  const found = Object.entries(properties).flatMap(([name, schema]) => {
    const value = exampleOf(schema);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found.slice(0, propertiesMax));
}

/** A value that fits a JSON Schema; undefined where that cannot be told, as of a pattern. */
export function exampleOf(schema: unknown, depth = 1): unknown {
  if (!isObject(schema) || depth > depthMax) return undefined;
  if (schema['const'] !== undefined) return schema['const'];
  for (const name of ['enum', 'examples']) {
    const choices = schema[name];
    if (Array.isArray(choices) && choices.length > 0) return choices[0];
  }
  if (schema['default'] !== undefined) return schema['default'];
  const [first] = listOf(schema['oneOf']) ?? listOf(schema['anyOf']) ?? [];
  if (first !== undefined)
    return exampleOf({ ...schema, oneOf: [], anyOf: [], ...first }, depth + 1);
  if (isPosition(schema)) return [0.001, 0.001];
  switch (schema['type']) {
    case 'number':
      return numberIn(schema, false);
    case 'integer':
      return numberIn(schema, true);
    case 'boolean':
      return true;
    case 'string':
      return textIn(schema);
    case 'array':
      return itemsIn(schema, depth);
    case 'object':
      return membersIn(schema, depth);
    case 'null':
      return null;
    default:
      return undefined;
  }
}

/** `geo:Point` is written as longitude and latitude. */
function isPosition(schema: Schema): boolean {
  const type = schema['@type'];
  return type === 'geo:Point' || (Array.isArray(type) && type.includes('geo:Point'));
}

function numberIn(schema: Schema, whole: boolean): number | undefined {
  const least = boundOf(schema, 'minimum', 'exclusiveMinimum');
  const most = boundOf(schema, 'maximum', 'exclusiveMaximum');
  const step = numberOf(schema['multipleOf']) ?? (whole ? 1 : undefined);
  const wanted = between(least, most);
  const fits = (value: number): boolean =>
    (least === undefined || value > least.at || (value === least.at && least.closed)) &&
    (most === undefined || value < most.at || (value === most.at && most.closed));
  const tries =
    step === undefined ? [wanted] : [Math.floor, Math.ceil].map((to) => to(wanted / step) * step);
  return [...tries, least?.at, most?.at].find((value) => value !== undefined && fits(value));
}

interface Bound {
  readonly at: number;
  readonly closed: boolean;
}

function boundOf(schema: Schema, closed: string, open: string): Bound | undefined {
  const at = numberOf(schema[closed]);
  if (at !== undefined) return { at, closed: true };
  const beyond = numberOf(schema[open]);
  return beyond === undefined ? undefined : { at: beyond, closed: false };
}

function between(least: Bound | undefined, most: Bound | undefined): number {
  if (least === undefined && most === undefined) return usual;
  if (least === undefined) return Math.min(usual, (most?.at ?? 0) - 1);
  if (most === undefined) return Math.max(usual, least.at + 1);
  const isUsual = usual > least.at && usual < most.at;
  return isUsual ? usual : Number(((least.at + most.at) / 2).toPrecision(4));
}

const texts: Readonly<Record<string, () => string>> = {
  'date-time': () => new Date().toISOString(),
  date: () => new Date().toISOString().slice(0, 10),
  time: () => '08:00:00Z',
  uri: () => 'urn:example:1',
  uuid: () => '00000000-0000-4000-8000-000000000000',
  email: () => 'device@example.org',
  ipv4: () => '192.0.2.1',
  ipv6: () => '2001:db8::1',
  hostname: () => 'device.example.org',
};

function textIn(schema: Schema): string | undefined {
  const { format, pattern } = schema;
  const made = typeof format === 'string' ? texts[format] : undefined;
  if (made !== undefined) return made();
  if (pattern !== undefined) return undefined;
  const least = numberOf(schema['minLength']) ?? 0;
  const most = numberOf(schema['maxLength']) ?? Number.POSITIVE_INFINITY;
  return 'ok'.padEnd(Math.min(least, 256), '0').slice(0, most);
}

function itemsIn(schema: Schema, depth: number): unknown {
  const { items } = schema;
  const count = Math.min(Math.max(numberOf(schema['minItems']) ?? 1, 1), itemsMax);
  const made = Array.isArray(items)
    ? items.map((item: unknown) => exampleOf(item, depth + 1))
    : Array.from({ length: count }, () => exampleOf(items, depth + 1));
  return made.includes(undefined) ? undefined : made;
}

function membersIn(schema: Schema, depth: number): unknown {
  const { properties, required } = schema;
  if (!isObject(properties)) return {};
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const made = Object.entries(properties).map(
    ([name, member]) => [name, exampleOf(member, depth + 1)] as const,
  );
  const missing = made.some(([name, value]) => value === undefined && needed.includes(name));
  if (missing) return undefined;
  return Object.fromEntries(made.filter(([, value]) => value !== undefined));
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function listOf(value: unknown): readonly Schema[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.filter(isObject) : undefined;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

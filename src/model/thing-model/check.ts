// SPDX-License-Identifier: Apache-2.0
import { Members, placeholder } from './faults.ts';
import { isObject, pointerToken, valueAt, type JsonObject } from './json.ts';
import { checkSchema, checkTexts, resultTypeOf, type SchemaContext } from './schema.ts';

/** Contexts of TD 1.1, 1.0 and of the 2.0 drafts. */
const contexts = /^https?:\/\/(?:www\.)?w3\.org\/(?:20\d\d\/wot\/td|ns\/(?:wot-next\/)?td)/;
const iri = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;
const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** The version of a model that does not say one. */
export const firstVersion = '1.0.0';

export interface ModelHead {
  readonly uri: string;
  readonly version: string;
  readonly title: string;
}

/** A checked document, its units as UCUM codes. */
export interface CheckedModel extends ModelHead {
  readonly document: JsonObject;
}

/** Checks a Thing Model whose references are resolved (WoT TD 1.1 § 10); faults are collected, none stops the rest. */
export function checkModel(
  document: JsonObject,
  context: SchemaContext,
  defaultUri: string | undefined,
): CheckedModel {
  const head = checkHead(document, context, defaultUri);
  const members = new Members(document, '', context.faults);
  const checked = new Map<string, unknown>(Object.entries(document));
  checked.set('id', head.uri);
  checked.set('version', { ...members.objectOf('version'), model: head.version });
  let count = 0;
  for (const [kind, check] of affordanceKinds) {
    const affordances = members.objectOf(kind);
    if (affordances === undefined) continue;
    const entries = Object.entries(affordances).map(([name, affordance]) => {
      count++;
      const at = `/${kind}/${pointerToken(name)}`;
      checkName(name, at, context);
      return [name, checkAffordance(affordance, at, context, check)] as const;
    });
    checked.set(kind, Object.fromEntries(entries));
  }
  const most = context.limits['model.affordancesMax'];
  if (count > most)
    context.faults.add('model.too-complex', '', `limit model.affordancesMax ${most}`);
  checkPointers(members);
  checkForms(members);
  return { ...head, document: Object.fromEntries(checked) };
}

function checkHead(
  document: JsonObject,
  context: SchemaContext,
  defaultUri: string | undefined,
): ModelHead {
  const { faults } = context;
  const members = new Members(document, '', faults);
  const listed = [document['@context']].flat();
  if (!listed.some((item) => typeof item === 'string' && contexts.test(item))) {
    faults.bad(
      '/@context',
      document['@context'],
      'https://www.w3.org/2022/wot/td/v1.1 (also in an array)',
    );
  }
  if (![document['@type']].flat().includes('tm:ThingModel')) {
    faults.bad('/@type', document['@type'], 'tm:ThingModel (also in an array)');
  }
  checkTexts(members);
  const id = defaultUri ?? members.definite('id');
  if (id === undefined && document['id'] === undefined) {
    faults.bad('/id', undefined, 'the IRI of the model');
  } else if (id !== undefined && !iri.test(id))
    faults.bad('/id', id, 'an IRI such as urn:example:pump');
  const versions = new Members(members.objectOf('version') ?? {}, '/version', faults);
  const version = versions.definite('model') ?? firstVersion;
  if (!semanticVersion.test(version)) {
    faults.bad('/version/model', version, 'a semantic version such as 1.0.0');
  }
  const title = document['title'];
  const uri = id ?? '';
  return { uri, version, title: typeof title === 'string' ? title : uri };
}

function checkName(name: string, at: string, { faults, limits }: SchemaContext): void {
  const bytesMax = limits['model.nameBytesMax'];
  if (name === '') faults.bad(at, name, 'a name');
  if (placeholder.test(name)) faults.bad(at, name, 'a definite name');
  if (Buffer.byteLength(name) > bytesMax) {
    faults.add('model.too-complex', at, `limit model.nameBytesMax ${bytesMax}`);
  }
}

type AffordanceCheck = (affordance: JsonObject, at: string, context: SchemaContext) => JsonObject;

const affordanceKinds: readonly (readonly [string, AffordanceCheck])[] = [
  ['properties', checkProperty],
  ['actions', (action, at, context) => withSchemas(action, ['input', 'output'], at, context)],
  [
    'events',
    (event, at, context) =>
      withSchemas(event, ['subscription', 'data', 'dataResponse', 'cancellation'], at, context),
  ],
];

function checkAffordance(
  affordance: unknown,
  at: string,
  context: SchemaContext,
  check: AffordanceCheck,
): JsonObject {
  if (!isObject(affordance)) {
    context.faults.bad(at, affordance, 'an object');
    return {};
  }
  const members = new Members(affordance, at, context.faults);
  for (const flag of ['observable', 'safe', 'idempotent', 'synchronous']) members.boolean(flag);
  checkForms(members);
  members.objectOf('uriVariables');
  return check(affordance, at, context);
}

function checkProperty(property: JsonObject, at: string, context: SchemaContext): JsonObject {
  const before = context.faults.list.length;
  const schema = checkSchema(property, at, context);
  if (property['readOnly'] === true && property['writeOnly'] === true) {
    context.faults.bad(`${at}/writeOnly`, true, 'readOnly or writeOnly, not both');
  }
  const typed = resultTypeOf(schema) !== undefined;
  if (!typed && context.faults.list.length === before) {
    context.faults.bad(`${at}/type`, property['type'], 'a type other than null');
  }
  return schema;
}

function withSchemas(
  affordance: JsonObject,
  names: readonly string[],
  at: string,
  context: SchemaContext,
): JsonObject {
  checkTexts(new Members(affordance, at, context.faults));
  const checked = new Map(Object.entries(affordance));
  for (const name of names) {
    const schema = affordance[name];
    if (schema !== undefined) checked.set(name, checkSchema(schema, `${at}/${name}`, context));
  }
  return Object.fromEntries(checked);
}

/** Forms and bindings are the business of the protocols: only their outline is checked. */
function checkForms(members: Members): void {
  for (const name of ['forms', 'links']) {
    for (const [index, item] of (members.array(name) ?? []).entries()) {
      if (!isObject(item)) members.faults.bad(`${members.place(name)}/${index}`, item, 'an object');
    }
  }
}

/** `tm:optional` (TD 1.1) and `tm:required` (its drafts) name affordances by JSON pointer. */
function checkPointers(members: Members): void {
  for (const name of ['tm:optional', 'tm:required']) {
    for (const [index, pointer] of (members.array(name) ?? []).entries()) {
      const found =
        typeof pointer === 'string' &&
        /^#?\/(?:properties|actions|events)\/[^/]+$/.test(pointer) &&
        valueAt(members.object, pointer.replace(/^#/, '')) !== undefined;
      const place = `${members.place(name)}/${index}`;
      if (!found) members.faults.bad(place, pointer, 'the pointer of an affordance that exists');
    }
  }
}

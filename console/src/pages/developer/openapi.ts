// SPDX-License-Identifier: Apache-2.0

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly $ref?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Content {
  readonly schema?: Schema;
}

export interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Content>> };
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Content>> }>
  >;
  readonly 'x-access'?: string;
}

export interface ErrorRow {
  readonly status: number;
  readonly en: string;
  readonly zh: string;
  readonly fix: { readonly en: string; readonly zh: string };
  readonly retryable: boolean;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
  readonly 'x-errors': Readonly<Record<string, ErrorRow>>;
}

export interface Endpoint {
  /** `GET /api/v1/things`. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly operation: Operation;
}

export function endpointsOf({ paths }: Description): readonly Endpoint[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]) => {
      const method = name.toUpperCase();
      return { key: `${method} ${path}`, method, path, tag: operation.tags?.[0] ?? '', operation };
    }),
  );
}

/** Whether all words of a text are in what an endpoint says of itself. */
export function says({ key, tag, operation }: Endpoint, text: string): boolean {
  const { summary, description, 'x-access': access } = operation;
  const all = [key, tag, summary, description, access].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

const depthMax = 8;

/** A schema as people write types down. */
export function typeText(schema: Schema | undefined, indent = '', depth = 0): string {
  if (schema === undefined || depth > depthMax) return 'any';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'any';
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined)
    return either.map((each) => typeText(each, indent, depth + 1)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.type === 'array') return `[ ${typeText(schema.items, indent, depth + 1)} ]`;
  if (schema.type !== 'object') return schema.format ?? schema.type ?? 'any';
  return objectText(schema, indent, depth);
}

function objectText(schema: Schema, indent: string, depth: number): string {
  const inner = `${indent}  `;
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const mark = schema.required?.includes(name) === true ? '' : '?';
    const note = member.description === undefined ? '' : `   // ${member.description}`;
    return `${inner}${name}${mark}: ${typeText(member, inner, depth + 1)}${note}`;
  });
  const [rest] = Object.values(schema.patternProperties ?? {});
  if (rest !== undefined) members.push(`${inner}[name]: ${typeText(rest, inner, depth + 1)}`);
  return members.length === 0 ? 'object' : `{\n${members.join('\n')}\n${indent}}`;
}

/** A value that a schema would take, to begin with: its own example, else what is required. */
export function exampleOf(schema: Schema | undefined, { components }: Description): unknown {
  const build = (each: Schema | undefined, depth: number): unknown => {
    if (each === undefined || depth > depthMax) return null;
    const { $ref: ref } = each;
    if (ref !== undefined)
      return build(components?.schemas?.[ref.split('/').at(-1) ?? ''], depth + 1);
    const given =
      each.examples?.[0] ?? each.example ?? each.default ?? each.const ?? each.enum?.[0];
    if (given !== undefined) return given;
    const [first] = each.anyOf ?? each.oneOf ?? [];
    if (first !== undefined) return build(first, depth + 1);
    switch (each.type) {
      case 'object':
        return Object.fromEntries(
          (each.required ?? []).map((name) => [name, build(each.properties?.[name], depth + 1)]),
        );
      case 'array':
        return [build(each.items, depth + 1)];
      case 'integer':
      case 'number':
        return each.minimum ?? 0;
      case 'boolean':
        return false;
      case 'string':
        return each.format === 'date-time' ? '2030-01-01T00:00:00Z' : '';
      default:
        return null;
    }
  };
  return build(schema, 0);
}

/** Values of parameters by `in name`. */
export type Filled = Readonly<Record<string, string>>;

/** The path with its query; a parameter of the path that is not filled stands there in capitals. */
export function filledPath({ path, operation }: Endpoint, filled: Filled): string {
  const place = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = filled[`path ${name}`] ?? '';
    return value === '' ? name.toUpperCase() : encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const { name, in: where } of operation.parameters ?? []) {
    const value = filled[`query ${name}`] ?? '';
    if (where === 'query' && value !== '') query.set(name, value);
  }
  return query.size === 0 ? place : `${place}?${query.toString()}`;
}

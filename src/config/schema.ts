// SPDX-License-Identifier: Apache-2.0
import { Type, type Static, type TString } from 'typebox';
import { limitTable, type Limits } from '#core';
import { listenPattern } from './listen.ts';

// The only description of the configuration: types, checks, environment names, `config show` and the JSON
// Schema for editors come from here. `secret` values are masked and may come from a file named by *_FILE;
// `path` values are resolved against the configuration file's folder.

const listen = (description: string, address?: string): TString =>
  Type.String({
    description,
    pattern: listenPattern,
    format: 'listen',
    ...(address === undefined ? {} : { default: address }),
  });

const filePath = (description: string): TString =>
  Type.String({ description, minLength: 1, path: true });

const section = { additionalProperties: false, default: {} };

const mqttTls = Type.Object(
  {
    listen: Type.Optional(listen('address of MQTT over TLS, usually [::]:8883; absent: no TLS')),
    cert: Type.Optional(filePath('certificate chain (PEM)')),
    key: Type.Optional(filePath('private key (PEM)')),
    passphrase: Type.Optional(
      Type.String({ description: 'pass phrase of the private key', secret: true }),
    ),
    ca: Type.Optional(filePath('authorities that sign client certificates (PEM)')),
    clientCertificate: Type.Union(
      [Type.Literal('none'), Type.Literal('optional'), Type.Literal('required')],
      { description: 'whether clients show a certificate', default: 'none' },
    ),
  },
  section,
);

/** One permission of the plain broker's topics. What no rule permits is refused. */
const brokerRule = Type.Object(
  {
    who: Type.Union(
      [
        Type.Literal('anyone'),
        Type.Literal('anonymous'),
        Type.Literal('thing'),
        Type.Literal('token'),
      ],
      { description: 'clients the rule is for' },
    ),
    may: Type.Array(Type.Union([Type.Literal('publish'), Type.Literal('subscribe')]), {
      description: 'what they may do',
      minItems: 1,
    }),
    topics: Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
      description: 'topic filters; {thing} stands for the id of the client',
      minItems: 1,
    }),
  },
  { additionalProperties: false },
);

const mqtt = Type.Object(
  {
    enabled: Type.Boolean({ description: 'whether MQTT is served', default: true }),
    listen: listen('address of MQTT over TCP', '[::]:1883'),
    anonymous: Type.Boolean({
      description:
        'clients without credentials may use topics outside things/, in a tenant of their own',
      default: false,
    }),
    tls: mqttTls,
    ws: Type.Object(
      {
        listen: Type.Optional(
          listen('address of MQTT over WebSocket, usually [::]:8083; absent: none'),
        ),
      },
      section,
    ),
    policy: Type.Array(brokerRule, {
      description: 'permissions on topics outside things/, for clients with credentials',
      default: [],
    }),
  },
  section,
);

/** What every protocol's section has; the rest is its own and checked by it. */
const otherProtocol = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'whether the protocol is served' })),
    listen: Type.Optional(listen('address of the protocol')),
  },
  { additionalProperties: true },
);

const limits = Type.Object(
  Object.fromEntries(
    Object.entries(limitTable).map(([name, spec]) => [
      name,
      Type.Optional(
        Type.Integer({
          description: `${spec.text} (${spec.unit}, default ${spec.default})`,
          minimum: spec.min,
          maximum: spec.max,
        }),
      ),
    ]),
  ),
  { ...section, description: 'bounds of the platform by name' },
);

const store = Type.Object(
  {
    dir: Type.String({
      description: 'data directory',
      minLength: 1,
      default: './data',
      path: true,
    }),
    retentionDays: Type.Integer({
      description: 'readings older than this are dropped; 0 keeps all',
      minimum: 0,
      maximum: 36_525,
      default: 400,
    }),
    series: Type.Object(
      {
        memoryMiB: Type.Integer({
          description: 'memory of the series engine',
          minimum: 64,
          maximum: 1_048_576,
          default: 512,
        }),
        threads: Type.Integer({
          description: 'threads of the series engine; 0 takes one for each processor',
          minimum: 0,
          maximum: 1_024,
          default: 0,
        }),
      },
      section,
    ),
  },
  section,
);

const telemetry = Type.Object(
  {
    log: Type.Object(
      {
        level: Type.Union(
          [
            Type.Literal('debug'),
            Type.Literal('info'),
            Type.Literal('warn'),
            Type.Literal('error'),
            Type.Literal('silent'),
          ],
          { description: 'least severity that is written', default: 'info' },
        ),
        format: Type.Union([Type.Literal('auto'), Type.Literal('json'), Type.Literal('pretty')], {
          description: 'form of a log line; auto: pretty on a terminal, else json',
          default: 'auto',
        }),
      },
      section,
    ),
  },
  section,
);

export const configSchema = Type.Object(
  {
    server: Type.Object(
      { http: listen('address of the HTTP API and the page', '[::]:8080') },
      section,
    ),
    access: Type.Object({ mqtt }, { additionalProperties: otherProtocol, default: {} }),
    store,
    telemetry,
    backup: Type.Object(
      { dir: Type.String({ description: 'where backups go', default: './backup', path: true }) },
      section,
    ),
    limits,
    demo: Type.Boolean({ description: 'run a simulated fleet', default: false }),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'fengsui.yaml',
    additionalProperties: false,
  },
);

type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Deep<T[Key]> }
    : T;

/** The configuration in force: complete, checked, frozen. */
export type Config = Deep<Omit<Static<typeof configSchema>, 'limits'>> & {
  readonly limits: Limits;
};

export type BrokerRule = Config['access']['mqtt']['policy'][number];

/** The JSON Schema for editors, as text. */
export function configJsonSchema(): string {
  return `${JSON.stringify(configSchema, null, 2)}\n`;
}

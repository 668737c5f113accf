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
    ca: Type.Optional(
      filePath('authorities that sign client certificates, besides those of tenants (PEM)'),
    ),
    clientCertificate: Type.Union(
      [Type.Literal('none'), Type.Literal('optional'), Type.Literal('required')],
      { description: 'whether clients are asked for a certificate', default: 'optional' },
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

const audit = Type.Object(
  {
    retentionDays: Type.Integer({
      description:
        'days that entries of the audit log are kept; the law asks for half a year at least',
      minimum: 183,
      maximum: 36_525,
      default: 1_095,
    }),
    hash: Type.Union([Type.Literal('sha256'), Type.Literal('sm3')], {
      description: 'hash function of the chain of new entries; each entry says which one it has',
      default: 'sha256',
    }),
  },
  section,
);

const oidcTitle = Type.Union([
  Type.String({ minLength: 1, maxLength: 64 }),
  Type.Object(
    {
      en: Type.String({ minLength: 1, maxLength: 64 }),
      zh: Type.String({ minLength: 1, maxLength: 64 }),
    },
    { additionalProperties: false },
  ),
]);

const names = Type.Array(Type.String({ minLength: 1, maxLength: 256 }));

/** An identity provider (OpenID Connect). */
const oidcProvider = Type.Object(
  {
    id: Type.String({
      description: 'names it in URLs; its accounts are tied to it',
      pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    }),
    title: oidcTitle,
    issuer: Type.String({
      description: 'issuer identifier: an https URL, or http on this machine',
      pattern: '^https?://',
    }),
    clientId: Type.String({ description: 'this platform at the provider', minLength: 1 }),
    clientSecret: Type.Optional(
      Type.String({ description: 'absent: a public client', minLength: 1, secret: true }),
    ),
    scopes: Type.Optional(names),
    account: Type.Optional(
      Type.Object(
        { claim: Type.String({ description: 'claim that names a new account', minLength: 1 }) },
        { additionalProperties: false },
      ),
    ),
    create: Type.Optional(
      Type.Boolean({ description: 'whether somebody who was never here gets an account' }),
    ),
    tenant: Type.Optional(Type.Integer({ description: 'home of new accounts', minimum: 1 })),
    roles: Type.Optional(
      Type.Object(
        {
          claim: Type.String({ minLength: 1 }),
          map: Type.Record(Type.String(), Type.String(), {
            description: 'value of the claim: role of a new account',
          }),
        },
        { additionalProperties: false },
      ),
    ),
    strong: Type.Optional(
      Type.Object(
        { acr: Type.Optional(names), amr: Type.Optional(names) },
        {
          description: 'values of acr or amr that say two factors were checked; usually amr: [mfa]',
          additionalProperties: false,
        },
      ),
    ),
  },
  { additionalProperties: false },
);

const cryptography = Type.Object(
  {
    suite: Type.Union([Type.Literal('international'), Type.Literal('sm')], {
      description: 'algorithms that seal secrets: AES-256-GCM, or SM4-GCM (商用密码)',
      default: 'international',
    }),
  },
  section,
);

const auth = Type.Object(
  {
    session: Type.Object(
      {
        idleMinutes: Type.Integer({
          description: 'a browser session ends after this without a request',
          minimum: 5,
          maximum: 10_080,
          default: 480,
        }),
        lifeHours: Type.Integer({
          description: 'and after this in any case',
          minimum: 1,
          maximum: 720,
          default: 24,
        }),
      },
      section,
    ),
    oidc: Type.Array(oidcProvider, { description: 'identity providers', default: [] }),
    separationOfDuties: Type.Boolean({
      description:
        'nobody may be two of system, security and audit administrator (三员分立); the first account is the security administrator',
      default: false,
    }),
  },
  section,
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
      {
        http: listen('address of the HTTP API and the console', '[::]:8080'),
        basePath: Type.String({
          description:
            'path that browsers see the server under behind a reverse proxy, with a slash at both ends',
          pattern: '^/([A-Za-z0-9_.~-]+/)*$',
          default: '/',
        }),
        publicUrl: Type.Optional(
          Type.String({
            description:
              'address that browsers use, such as https://iot.example; absent: the host that they ask',
            pattern: '^https?://[^/?#]+/?$',
          }),
        ),
        trustedProxies: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' }), {
          description:
            'addresses (or ranges) of proxies in front of the HTTP server, whose X-Forwarded-For is believed',
          default: [],
        }),
        sharedSources: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' }), {
          description:
            'addresses (or ranges) behind which many devices are, such as those of a carrier: limits by source do not count there',
          default: [],
        }),
      },
      section,
    ),
    access: Type.Object({ mqtt }, { additionalProperties: otherProtocol, default: {} }),
    auth,
    audit,
    crypto: cryptography,
    store,
    telemetry,
    backup: Type.Object(
      {
        dir: Type.String({ description: 'where backups go', default: './backup', path: true }),
        everyHours: Type.Integer({
          description: 'hours from one backup to the next, counted from atHour; 0: none by itself',
          minimum: 0,
          maximum: 24,
          default: 0,
        }),
        atHour: Type.Integer({
          description: 'hour of the day of a backup, in the time zone of the server',
          minimum: 0,
          maximum: 23,
          default: 2,
        }),
        keep: Type.Integer({
          description: 'how many backups of the schedule are kept',
          minimum: 1,
          maximum: 10_000,
          default: 14,
        }),
      },
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

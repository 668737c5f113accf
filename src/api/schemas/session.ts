// SPDX-License-Identifier: Apache-2.0
import { Type, type TObject, type TProperties } from 'typebox';

function closed<T extends TProperties>(properties: T): TObject<T> {
  return Type.Object(properties, { additionalProperties: false });
}

/** A password as it is typed; how long a new one has to be is `auth.passwordLengthMin`. */
export const Password = Type.String({ minLength: 1, maxLength: 1_024 });

const Binary = Type.String({ pattern: '^[A-Za-z0-9_-]*$', maxLength: 16_384 });
const CredentialId = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 1_366 });
const extras = { additionalProperties: true };

/** `PublicKeyCredential.toJSON()` of an assertion (WebAuthn Level 3 § 5.1.9); browsers add members of their own. */
export const Assertion = Type.Object(
  {
    id: CredentialId,
    response: Type.Object(
      {
        clientDataJSON: Binary,
        authenticatorData: Binary,
        signature: Binary,
        userHandle: Type.Optional(Type.Union([Binary, Type.Null()])),
      },
      extras,
    ),
  },
  extras,
);

/** The same of a registration. */
export const Registration = Type.Object(
  {
    id: CredentialId,
    response: Type.Object({ clientDataJSON: Binary, attestationObject: Binary }, extras),
  },
  extras,
);

/** What `POST /api/v1/session` takes. */
export const FirstFactor = Type.Union([
  closed({ link: Type.String({ maxLength: 128 }) }),
  closed({ token: Type.String({ maxLength: 256 }) }),
  closed({ name: Type.String({ minLength: 1, maxLength: 256 }), password: Password }),
  closed({ passkey: Assertion }),
]);

export const SecondFactor = Type.Union([
  closed({ totp: Type.String({ maxLength: 16 }) }),
  closed({ recovery: Type.String({ maxLength: 64 }) }),
  closed({ passkey: Assertion }),
]);

const Method = Type.Union([
  Type.Literal('totp'),
  Type.Literal('passkey'),
  Type.Literal('recovery'),
]);

export const LoginState = Type.Union([
  Type.Object({ state: Type.Literal('open') }),
  Type.Object({ state: Type.Literal('second-factor'), methods: Type.Array(Method) }),
]);

const Named = Type.Object({ id: Type.Integer(), name: Type.String() });

export const SessionBody = Type.Union([
  Type.Object({
    open: Type.Literal(false),
    demo: Type.Boolean(),
    methods: Type.Object({
      password: Type.Boolean(),
      oidc: Type.Array(Type.Object({ id: Type.String(), title: Type.String() })),
    }),
  }),
  Type.Object({
    open: Type.Literal(true),
    demo: Type.Boolean(),
    user: Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      title: Type.String(),
      kind: Type.Union([Type.Literal('user'), Type.Literal('token')]),
    }),
    tenant: Named,
    home: Named,
    permissions: Type.Array(Type.String()),
    strong: Type.Boolean({ description: 'proved by two factors' }),
    needs: Type.Array(Type.Union([Type.Literal('password'), Type.Literal('second-factor')]), {
      description: 'what the person still has to set up',
    }),
    language: Type.Optional(Type.String()),
    landing: Type.Optional(Type.String({ description: 'page of the console to begin at' })),
  }),
]);

/** Options in the JSON form that `parseRequestOptionsFromJSON` and `parseCreationOptionsFromJSON` take. */
export const PasskeyOptions = Type.Object({ challenge: Type.String() }, extras);

/** The present password, for what asks for a fresh proof. */
export const Proof = closed({ password: Type.Optional(Password) });

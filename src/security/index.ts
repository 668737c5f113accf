// SPDX-License-Identifier: Apache-2.0
export * from './administration/index.ts';
export { Administrator } from './administrator.ts';
export { AttemptGuard, type AttemptBan } from './attempt-guard.ts';
export { ApiTokens, type ApiTokenRequest } from './api-tokens.ts';
export {
  RegistryAuthenticator,
  type Registrar,
  type UnregisteredCertificate,
} from './authenticator.ts';
export { LastUsed } from './last-used.ts';
export {
  anonymousTenant,
  rootTenant,
  type Authenticator,
  type CredentialAttempt,
  type Principal,
  type Refusal,
  type Revocation,
  type SignedCertificate,
} from './port.ts';
export * from './identity/index.ts';
export * from './policy/index.ts';
export * from './audit/index.ts';
export { hashToken, newToken, shownSecret, type ShownSecret } from './secret.ts';
export * from './x509/index.ts';

// SPDX-License-Identifier: Apache-2.0
export { Administrator } from './administrator.ts';
export { ApiTokens, type ApiTokenRequest } from './api-tokens.ts';
export { RegistryAuthenticator } from './authenticator.ts';
export { LastUsed } from './last-used.ts';
export {
  anonymousTenant,
  rootTenant,
  type Authenticator,
  type CredentialAttempt,
  type Principal,
  type Revocation,
  type Scope,
} from './port.ts';
export { newToken } from './secret.ts';

// SPDX-License-Identifier: Apache-2.0
export { accountNamePattern } from './account-name.ts';
export type { IdentityAct, IdentityEvent, IdentityListener } from './events.ts';
export { Identity, type IdentityOptions } from './identity.ts';
export type { HalfOpen, Proved } from './logins.ts';
export type { OidcProviderConfig } from './oidc-config.ts';
export { sessionId, type OwnRequest, type UserPrincipal } from './own-account.ts';
export { passwordFault } from './password-rules.ts';
export type { AssertionJson, RegistrationJson } from './passkeys/ceremonies.ts';
export { relyingPartyOf, type RelyingParty } from './passkeys/relying-party.ts';
export type { SecondFactorMethod, SecondFactorProof } from './second-factors.ts';
export { SecretBox, type CryptoSuite } from './secret-box.ts';
export type { SessionOwner } from './sessions.ts';

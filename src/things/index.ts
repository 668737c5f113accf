// SPDX-License-Identifier: Apache-2.0
export { BindingCache, type BindingCacheOptions } from './bindings.ts';
export {
  Authorities,
  type AuthorityRequest,
  type IssuedCertificate,
  type KeySealer,
  type UploadRequest,
} from './authorities.ts';
export {
  DeviceCredentials,
  type CertificateRequest,
  type DeviceCredentialsOptions,
  type IssueRequest,
  type NewDeviceCredential,
  type RotateRequest,
  type TokenRequest,
} from './credentials.ts';
export { FollowUps } from './follow-ups.ts';
export { IdentityClaims, type ClaimedAs, type IdentityClaimsOptions } from './identity-claims.ts';
export { JustInTimeRegistration, type Claim, type ClaimRequest } from './just-in-time.ts';
export {
  ModelFaults,
  ModelService,
  type ModelChoice,
  type ModelReview,
  type StoredModel,
} from './models.ts';
export type { Bindings, SeriesDirectory, SeriesInfo } from './port.ts';
export {
  Provisioning,
  type Provisioned,
  type ProvisioningKeyRequest,
  type SerialEntry,
} from './provisioning.ts';
export { SeriesIds } from './series-ids.ts';
export { ThingService, type AlsoCreate, type RowOutcome } from './service.ts';
export { CurrentState, type CurrentValue } from './state/current-state.ts';
export { StateReader } from './state/state-reader.ts';
export type { ThingEdit, ThingInput } from './thing-input.ts';
export {
  ActionTasks,
  CommandNumbers,
  DesiredValues,
  Dispatcher,
  RegistryReader,
  registryReader,
  ThingDeviceServices,
  type DesiredRequest,
  type DeviceLink,
  type DeviceMessage,
  type DevicePayload,
  type Invocation,
} from './commands/index.ts';

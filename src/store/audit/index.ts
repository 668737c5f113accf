// SPDX-License-Identifier: Apache-2.0
export type {
  AuditActorKind,
  AuditDetail,
  AuditEntry,
  AuditHead,
  AuditQuery,
  AuditResult,
  AuditRow,
  AuditStore,
} from './port.ts';
export { pruneAct } from './port.ts';
export {
  algorithmOf,
  ChainCheck,
  encodingOf,
  genesis,
  hashOf,
  type AuditHash,
  type AuditVerdict,
  type ChainFault,
} from './chain.ts';
export { checkAuditFile } from './check.ts';
export { isDetail } from './schema.ts';
export { openSqliteAudit, type SqliteAuditOptions } from './sqlite.ts';

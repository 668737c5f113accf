// SPDX-License-Identifier: Apache-2.0
export { auditActorOf, digestOf, type AuditAct, type AuditActor, type Auditor } from './act.ts';
export { checkAuditExport, type ExportVerdict } from './export.ts';
export { identityActOf } from './identity-acts.ts';
export { AuditLog, type AuditLogOptions } from './log.ts';

// SPDX-License-Identifier: Apache-2.0
export { startApi, type ApiOptions, type ApiServer } from './start.ts';
export { Backups, type BackupsOptions, type BackupSchedule } from './backups.ts';
export { Demo, demoLabel, demoTokensFile, demoUris, type DemoPort } from './demo.ts';
export {
  checkClock,
  checkSpace,
  checkWritable,
  found,
  good,
  isIssueCode,
  issueSpec,
  reasonOf,
  type Finding,
  type IssueCode,
} from './issues/index.ts';
export { Uploads } from './import/uploads.ts';
export type { ApiServices } from './services.ts';
export {
  systemInfo,
  type CheckResult,
  type Exposure,
  type LogFigures,
  type SystemInfo,
} from './system.ts';

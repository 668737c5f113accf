// SPDX-License-Identifier: Apache-2.0
export { found, good, reasonOf, type Finding } from './finding.ts';
export { checkClock, checkSpace, checkWritable } from './machine.ts';
export { isIssueCode, issueSpec, type IssueCode } from './table.ts';

// SPDX-License-Identifier: Apache-2.0
export {
  RecordKind,
  type Durability,
  type Log,
  type LogChunk,
  type LogEntry,
  type LogRecord,
  type Offset,
  type RecordKindCode,
} from './port.ts';
export { openJournal, type Journal, type JournalOptions } from './engines/journal/journal.ts';
export { verifyJournal, type VerifiedSegment } from './engines/journal/verify.ts';
export { runReader, type ReaderOptions } from './reader.ts';
export { SnapshotFile, type Snapshot, type SnapshotOptions } from './snapshot.ts';

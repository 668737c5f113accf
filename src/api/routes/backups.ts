// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { BackupVerdict } from '#store';
import type { BackupRow } from '../backups.ts';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['system'];

const Verdict = Type.Object({
  time: Time,
  ok: Type.Boolean(),
  detail: Type.String({ description: 'what is wrong' }),
  things: Type.Optional(Type.Integer()),
  points: Type.Optional(Type.Integer()),
  records: Type.Optional(Type.Integer()),
  acts: Type.Optional(Type.Integer({ description: 'entries of the audit log' })),
});

const Backup = Type.Object({
  ...{ name: Type.String(), directory: Type.String(), bytes: Type.Integer() },
  ...{ created: Time, product: Type.String(), scheduled: Type.Boolean() },
  verified: Type.Optional(Verdict),
  restore: Type.String({ description: 'the command that restores it; the server must be stopped' }),
});

/** Backups: list, make, check. Restoring needs a stopped server, so it is a command. */
export function backupRoutes(app: Api, { backups }: ApiServices): void {
  app.get(
    '/api/v1/backups',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'Backups, the newest first, with what their last check has found',
        tags,
        response: {
          200: Type.Object({
            running: Type.Boolean({ description: 'one is being made or checked' }),
            schedule: Type.Object({
              everyHours: Type.Integer({ description: '0: none by itself' }),
              ...{ atHour: Type.Integer(), keep: Type.Integer() },
            }),
            items: Type.Array(Backup),
          }),
          ...problems,
        },
      },
    },
    async () => ({
      running: backups.running,
      schedule: { ...backups.schedule },
      items: (await backups.list()).map(backupBody),
    }),
  );

  app.post(
    '/api/v1/backups',
    {
      config: { access: 'system.manage' },
      schema: {
        summary: 'Write a consistent backup while running',
        tags,
        response: { 201: Backup, ...problems },
      },
    },
    async (_request, reply) => {
      void reply.code(201);
      return backupBody(await backups.create());
    },
  );

  app.post(
    '/api/v1/backups/:name/verify',
    {
      config: { access: 'system.manage' },
      schema: {
        summary: 'Compare a backup with its digests, open everything in it and count the rows',
        tags,
        params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
        response: { 200: Verdict, ...problems },
      },
    },
    async (request) => verdictBody(await backups.verify(request.params.name)),
  );
}

function backupBody({ verdict, ...row }: BackupRow) {
  const restore = `fengsui backup restore ${quoted(row.directory)} --data NEW_DIRECTORY`;
  const verified = verdict && verdictBody(verdict);
  return { ...row, restore, ...(verified === undefined ? {} : { verified }) };
}

function verdictBody({ time, ...verdict }: BackupVerdict) {
  return { time: isoTime(time), ...verdict };
}

/** As a shell reads it as one word. */
function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

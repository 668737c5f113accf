// SPDX-License-Identifier: Apache-2.0
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { verifyJournal } from '#bus';
import { openDataDirectory } from '#config';
import { unwrap } from '#core';
import { nodeDisk, readManifest, verifyManifest, type Manifest } from '#runtime';
import { checkRegistryFile, checkSeriesDirectory, dataLayout } from '#store';
import { connect } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, type Runtime } from '../define.ts';
import { CommandError, Exit } from '../exit.ts';
import { writeObject, writeRows } from '../output.ts';
import { needSettings } from '../settings.ts';

export function define(root: Command, runtime: Runtime): void {
  const text = { en: 'create, verify and restore backups', zh: '创建、校验、恢复备份' };
  const backup = root.command('backup').description(text[runtime.language]);
  addCommand(
    backup,
    {
      usage: 'create',
      remote: true,
      text: {
        en: 'a consistent copy of everything, while the server runs, into backup.dir',
        zh: '在服务运行中创建一致的完整备份，存入 backup.dir',
      },
      async action(context) {
        const answer = await connect(context).object('/api/v1/backups', {
          method: 'POST',
          json: {},
        });
        writeObject(context, answer);
      },
    },
    runtime,
  );
  addCommand(
    backup,
    {
      usage: 'ls',
      text: { en: 'list the backups in backup.dir', zh: '列出 backup.dir 中的备份' },
      async action(context) {
        writeRows(context, await listBackups(needSettings(context).config.backup.dir));
      },
    },
    runtime,
  );
  addCommand(
    backup,
    {
      usage: 'verify <directory>',
      text: {
        en: 'compare a backup with its digests, and open everything in it',
        zh: '按摘要校验备份，并逐一打开其内容',
      },
      async action(context, [directory = '']) {
        const from = path.resolve(context.terminal.workingDirectory, directory);
        const manifest = await verified(from);
        writeObject(context, { ...summary(from, manifest), ...(await contentOf(from, manifest)) });
      },
    },
    runtime,
  );
  addCommand(
    backup,
    {
      usage: 'restore <directory>',
      text: {
        en: 'verify a backup and put it into an empty data directory',
        zh: '校验备份并恢复到空的数据目录',
      },
      async action(context, [directory = '']) {
        const from = path.resolve(context.terminal.workingDirectory, directory);
        await restore(context, from, needSettings(context).config.store.dir);
      },
    },
    runtime,
  );
}

async function listBackups(directory: string): Promise<Record<string, unknown>[]> {
  const names = await readdir(directory).catch(() => []);
  const all = await Promise.all(
    names.map(async (name) => {
      const manifest = await readManifest(path.join(directory, name));
      return manifest ? [summary(path.join(directory, name), manifest)] : [];
    }),
  );
  return all.flat();
}

function summary(directory: string, manifest: Manifest): Record<string, unknown> {
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const { created, product } = manifest;
  return { directory, created, product, files: manifest.files.length, bytes };
}

/** The manifest of a backup that is whole; ends the command otherwise. */
async function verified(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  if (manifest === undefined) {
    const title = `no backup in ${directory}: no valid manifest.json`;
    throw new CommandError(Exit.notFound, [{ code: 'cli.backup', title }]);
  }
  const problems = await verifyManifest(directory, manifest);
  if (problems.length === 0) return manifest;
  throw new CommandError(
    Exit.invalid,
    problems.map((each) => ({ code: 'cli.backup', title: each.problem, at: each.path })),
  );
}

/** Reads what is in a whole backup, as far as there is something; its counts, or the end of the command. */
async function contentOf(from: string, { files }: Manifest): Promise<Record<string, number>> {
  const has = (name: string): boolean =>
    files.some((file) => file.path === name || file.path.startsWith(`${name}/`));
  const place = (name: string): string => path.join(from, name);
  const { registry, series, log } = dataLayout;
  return {
    ...(has(registry) ? checkRegistryFile(place(registry)) : {}),
    ...(has(series) ? await checkSeriesDirectory(place(series)) : {}),
    ...(has(log) ? await contentOfLog(place(log)) : {}),
  };
}

/** A copy made while the log was written ends with a torn unit at most. */
async function contentOfLog(directory: string): Promise<{ readonly records: number }> {
  let records = 0;
  for await (const segment of verifyJournal(nodeDisk, directory)) {
    records += segment.records;
    const broken = segment.faults.filter(({ kind }) => kind !== 'torn');
    if (broken.length === 0) continue;
    throw new CommandError(
      Exit.invalid,
      broken.map(({ kind, position }) => ({
        code: 'cli.backup',
        title: `${kind} at ${position}`,
        at: segment.path,
      })),
    );
  }
  return { records };
}

/** Files of the lock, and what a first start leaves before anything is stored. */
const ownFiles = new Set(['lock.db', 'lock.db-journal', 'lock.json']);

async function restore(context: Context, from: string, to: string): Promise<void> {
  const manifest = await verified(from);
  await contentOf(from, manifest);
  using data = unwrap(openDataDirectory(to));
  const there = (await readdir(data.path)).filter((name) => !ownFiles.has(name));
  if (there.length > 0) {
    const title = `${to} is not empty (${there.slice(0, 3).join(', ')} …)`;
    const fix = 'name an empty directory with --data';
    throw new CommandError(Exit.invalid, [{ code: 'cli.backup', title, fix }]);
  }
  try {
    for (const file of manifest.files) {
      context.terminal.signal.throwIfAborted();
      const target = path.join(to, file.path);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await cp(path.join(from, file.path), target);
    }
  } catch (error) {
    // A half restored directory must not look like a whole one.
    for (const file of manifest.files) await rm(path.join(to, file.path), { force: true });
    throw error;
  }
  context.note({ en: `restored ${from} into ${to}`, zh: `已将 ${from} 恢复到 ${to}` });
  writeObject(context, { ...summary(to, manifest), from });
}

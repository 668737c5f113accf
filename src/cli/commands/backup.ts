// SPDX-License-Identifier: Apache-2.0
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { openDataDirectory } from '#config';
import { unwrap } from '#core';
import { readManifest, type Manifest } from '#runtime';
import { checkBackup, writeVerdict } from '#store';
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
        const { manifest, ...content } = await verified(from);
        writeObject(context, { ...summary(from, manifest), ...content });
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

/** The manifest and the counts of a backup that is whole, which is remembered beside it; ends the command otherwise. */
async function verified(
  directory: string,
): Promise<Record<string, unknown> & { manifest: Manifest }> {
  const check = await checkBackup(directory);
  if ('content' in check) {
    const { manifest, content } = check;
    const verdict = { time: Date.now(), ok: true, detail: '', ...content };
    // A backup on a medium that cannot be written is as good as any.
    await writeVerdict(directory, verdict).catch(() => undefined);
    return { manifest, ...content };
  }
  throw new CommandError(
    check.manifest === undefined ? Exit.notFound : Exit.invalid,
    check.problems.map(({ path: at, problem: title }) => ({ code: 'cli.backup', title, at })),
  );
}

/** Files of the lock, and what a first start leaves before anything is stored. */
const ownFiles = new Set(['lock.db', 'lock.db-journal', 'lock.json']);

async function restore(context: Context, from: string, to: string): Promise<void> {
  const { manifest } = await verified(from);
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

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endProcess, firstLine } from '../../tools/support/child.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Commands of the section about the first device, block by block. */
async function blocksOf(file: string, heading: RegExp): Promise<string[]> {
  const text = await readFile(join(root, file), 'utf8');
  const section = text.split(/^## /m).find((each) => heading.test(each)) ?? '';
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

/** A place that looks like a clone to someone who stands in it, with a server on free ports and default settings else. */
async function startClone() {
  const clone = await mkdtemp(join(tmpdir(), 'fengsui-readme-'));
  await symlink(join(root, 'bin'), join(clone, 'bin'));
  const environment = {
    ...process.env,
    FENGSUI_SERVER__HTTP: 'localhost:0',
    FENGSUI_ACCESS__MQTT__LISTEN: 'localhost:0',
    XDG_CONFIG_HOME: join(clone, 'config'),
  };
  const options = { cwd: clone, env: environment } as const;
  const child = spawn('bin/fengsui', ['up', '--json'], {
    ...options,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ready: { readonly listeners: Readonly<Record<string, string>> } = JSON.parse(
    await firstLine(child),
  );
  // mosquitto_pub takes options that are not on its command line from here.
  const port = /:(\d+)$/.exec(ready.listeners['mqtt'] ?? '')?.[1];
  await mkdir(join(clone, 'config'));
  await writeFile(join(clone, 'config', 'mosquitto_pub'), `-p ${port}\n`);
  return {
    /** Runs a block as it is written; what it printed. */
    run(block: string): string {
      const done = spawnSync('sh', ['-e', '-c', block], { ...options, encoding: 'utf8' });
      assert.equal(done.status, 0, `${block}\n${done.stdout}${done.stderr}`);
      return done.stdout;
    },
    async [Symbol.asyncDispose]() {
      await endProcess(child);
      await rm(clone, { recursive: true, force: true });
    },
  };
}

const hasClient = spawnSync('mosquitto_pub', ['--help']).error === undefined;

for (const [file, heading, words] of [
  ['README.md', /^Your own device/, ['USERNAME', 'TOKEN', 'ID']],
  ['README.zh.md', /^两分钟/, ['用户名', '令牌', '编号']],
] as const) {
  test(
    `${file}: the first device in two minutes, as it is written`,
    { skip: !hasClient },
    async () => {
      const [make = '', publish = '', ...more] = await blocksOf(file, heading);
      assert.deepEqual(more, []);
      await using clone = await startClone();
      const made = clone.run(make).trim().split('\n').at(-1) ?? '';
      const thing: Readonly<Record<string, unknown>> = JSON.parse(made);
      const values = [thing['username'], thing['token'], thing['id']];
      const filled = words.reduce(
        (text, word, i) => text.replaceAll(word, String(values[i])),
        publish,
      );
      assert.notEqual(filled, publish);
      const shown = clone.run(filled);
      assert.match(shown, /"property":"temperature","value":21\.5/);
    },
  );
}

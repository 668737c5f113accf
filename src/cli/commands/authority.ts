// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, type OptionSpec, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';

const place = '/api/v1/authorities';
const columns = ['id', 'name', 'own', 'justInTime', 'model', 'validTo', 'revoked', 'fingerprint'];

interface Settings {
  readonly justInTime?: string;
  readonly model?: string;
}

const settings: readonly OptionSpec[] = [
  {
    flags: '--just-in-time <what>',
    text: {
      en: 'devices that nobody has registered: refuse, register or claim',
      zh: '未登记设备的处理：refuse、register 或 claim',
    },
  },
  { flags: '--model <uri>', text: { en: 'model of devices it brings in', zh: '接入设备的物模型' } },
];

export function define(root: Command, runtime: Runtime): void {
  const authority = root
    .command('authority')
    .description(
      { en: 'authorities that sign device certificates', zh: '签发设备证书的证书机构' }[
        runtime.language
      ],
    );
  defineList(authority, runtime);
  defineCreate(authority, runtime);
  defineUpload(authority, runtime);
  defineRevoke(authority, runtime);
}

function defineList(authority: Command, runtime: Runtime): void {
  addCommand(
    authority,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list certificate authorities', zh: '列出证书机构' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, 10_000));
        writeRows(context, rows, columns);
      },
    },
    runtime,
  );
}

function defineCreate(authority: Command, runtime: Runtime): void {
  addCommand<Settings>(
    authority,
    {
      usage: 'create <name>',
      remote: true,
      text: { en: 'make one with a key of its own', zh: '创建自有证书机构' },
      options: settings,
      async action(context, [name], { justInTime, model }) {
        const json = { name, justInTime, model };
        writeObject(context, await connect(context).object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}

function defineUpload(authority: Command, runtime: Runtime): void {
  addCommand<Settings & { readonly proof?: string }>(
    authority,
    {
      usage: 'upload <name> <certificate>',
      remote: true,
      text: {
        en: 'upload one; without --proof prints the code that the proof has as common name',
        zh: '上传证书机构；不带 --proof 时输出用作通用名的验证码',
      },
      options: [
        {
          flags: '--proof <file>',
          text: { en: 'certificate that it has signed over the code', zh: '由其签发的验证码证书' },
        },
        ...settings,
      ],
      async action(context, [name, file = ''], { proof: proofFile, justInTime, model }) {
        const client = connect(context);
        if (proofFile === undefined) {
          writeObject(context, await client.object(`${place}/codes`, { method: 'POST' }));
          return;
        }
        const certificate = await readFile(resolve(file), 'utf8');
        const proof = await readFile(resolve(proofFile), 'utf8');
        const json = { name, certificate, proof, justInTime, model };
        writeObject(context, await client.object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}

function defineRevoke(authority: Command, runtime: Runtime): void {
  addCommand(
    authority,
    {
      usage: 'revoke <id>',
      remote: true,
      text: { en: 'end one and all certificates it signed', zh: '吊销机构及其签发的全部证书' },
      async action(context, [id = '']) {
        await connect(context).send(`${place}/${encodeURIComponent(id)}`, { method: 'DELETE' });
        context.note({ en: `revoked ${id}`, zh: `已吊销 ${id}` });
      },
    },
    runtime,
  );
}

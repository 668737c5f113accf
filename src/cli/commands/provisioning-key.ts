// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, wholeNumber, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';

const place = '/api/v1/provisioning-keys';
const columns = ['id', 'name', 'model', 'admits', 'devices', 'devicesMax', 'expires', 'revoked'];

interface CreateOptions {
  readonly model: string;
  readonly devices: number;
  readonly serial?: readonly string[];
}

export function define(root: Command, runtime: Runtime): void {
  const key = root
    .command('provisioning-key')
    .description(
      { en: 'keys by which devices of a model fetch their credential', zh: '设备型号的预置密钥' }[
        runtime.language
      ],
    );
  defineCreate(key, runtime);
  addCommand(
    key,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list them, without their secrets', zh: '列出预置密钥（不含密钥内容）' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, 10_000));
        writeRows(context, rows, columns);
      },
    },
    runtime,
  );
  addCommand(
    key,
    {
      usage: 'revoke <id>',
      remote: true,
      text: { en: 'end one; its devices keep what they have', zh: '吊销密钥，已接入设备不受影响' },
      async action(context, [id = '']) {
        await connect(context).send(`${place}/${encodeURIComponent(id)}`, { method: 'DELETE' });
        context.note({ en: `revoked ${id}`, zh: `已吊销 ${id}` });
      },
    },
    runtime,
  );
  addCommand(
    key,
    {
      usage: 'release <id> <serial>',
      remote: true,
      text: {
        en: 'let a device that has lost its credential fetch one again',
        zh: '释放序列号，使设备可重新领取凭据',
      },
      async action(context, [id = '', serial = '']) {
        const path = `${place}/${encodeURIComponent(id)}/devices/${encodeURIComponent(serial)}`;
        await connect(context).send(`${path}/release`, { method: 'POST' });
        context.note({ en: `released ${serial}`, zh: `已释放 ${serial}` });
      },
    },
    runtime,
  );
}

function defineCreate(key: Command, runtime: Runtime): void {
  addCommand<CreateOptions>(
    key,
    {
      usage: 'create <name>',
      remote: true,
      text: { en: 'make one; it is shown only once', zh: '创建预置密钥，只显示一次' },
      options: [
        { flags: '--model <uri>', text: { en: 'model of the devices', zh: '设备的物模型' } },
        {
          flags: '--devices <number>',
          parse: wholeNumber,
          fallback: 1_000,
          text: { en: 'at most so many devices', zh: '最多设备数' },
        },
        {
          flags: '--serial <serial>',
          repeat: true,
          text: {
            en: 'only this serial number; repeatable (default: any)',
            zh: '仅允许的序列号，可重复（默认不限）',
          },
        },
      ],
      async action(context, [name], { model, devices, serial = [] }) {
        const serials = serial.map((each) => ({ serial: each }));
        const admits = serials.length === 0 ? 'open' : 'listed';
        const json = { name, model, admits, devicesMax: devices, serials };
        writeObject(context, await connect(context).object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}

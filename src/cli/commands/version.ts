// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { addCommand, type Runtime } from '../define.ts';
import { writeObject } from '../output.ts';
import { productVersion } from '../version.ts';

export function define(root: Command, runtime: Runtime): void {
  addCommand(
    root,
    {
      usage: 'version',
      text: { en: 'print the version', zh: '显示版本' },
      async action(context) {
        const { node, openssl } = process.versions;
        const platform = `${process.platform}-${process.arch}`;
        writeObject(context, { fengsui: productVersion(), node, openssl, platform });
      },
    },
    runtime,
  );
}

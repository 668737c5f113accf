// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `config` part. */
export const configErrors = {
  'config.unreadable': {
    status: 500,
    retryable: false,
    en: 'the configuration file cannot be read',
    zh: '无法读取配置文件',
    fix: { en: 'check the path given with --config', zh: '检查 --config 所给的路径' },
  },
  'config.syntax': {
    status: 500,
    retryable: false,
    en: 'the configuration file is not valid YAML',
    zh: '配置文件不是有效的 YAML',
    fix: { en: 'correct the line and column named', zh: '修正所指行列' },
  },
  'config.unknown-key': {
    status: 500,
    retryable: false,
    en: 'there is no such configuration key',
    zh: '没有这个配置项',
    fix: {
      en: 'fengsui config show lists all keys; correct or remove this one',
      zh: '用 fengsui config show 查看全部配置项，改正或删除该项',
    },
  },
  'config.invalid-value': {
    status: 500,
    retryable: false,
    en: 'the value of a configuration key is not valid',
    zh: '配置项的值无效',
    fix: { en: 'give a value of the kind named', zh: '按提示给出正确的值' },
  },
  'config.secret-file': {
    status: 500,
    retryable: false,
    en: 'a secret file cannot be read',
    zh: '无法读取密钥文件',
    fix: {
      en: 'check that the file exists and that this user may read it',
      zh: '检查文件是否存在、当前用户是否可读',
    },
  },
  'config.data-in-use': {
    status: 503,
    retryable: true,
    en: 'the data directory is in use by another process',
    zh: '数据目录正被另一个进程使用',
    fix: {
      en: 'stop the process named, or give another directory with --data',
      zh: '停止所指进程，或用 --data 指定其他目录',
    },
  },
  'config.data-unwritable': {
    status: 500,
    retryable: false,
    en: 'the data directory cannot be written',
    zh: '数据目录不可写',
    fix: {
      en: 'give this user the directory, or name another with --data',
      zh: '将目录授权给当前用户，或用 --data 指定其他目录',
    },
  },
  'config.port-taken': {
    status: 503,
    retryable: true,
    en: 'the port of a listener is taken by another process',
    zh: '监听端口已被其他进程占用',
    fix: {
      en: 'stop that process, or change the key named: --set <key>=[::]:0 takes any free port',
      zh: '停止占用端口的进程，或修改所指配置项：--set <key>=[::]:0 使用任意空闲端口',
    },
  },
  'config.address-unusable': {
    status: 503,
    retryable: false,
    en: 'a listener cannot be opened at its address',
    zh: '无法在该地址上监听',
    fix: {
      en: 'use an address of this machine and a port that this user may open (above 1023)',
      zh: '使用本机地址，以及当前用户可用的端口（大于 1023）',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `bus` part. */
export const busErrors = {
  'bus.bad-batch': {
    status: 500,
    retryable: false,
    en: 'a readings record does not have the layout of this version',
    zh: '读数记录的布局与本版本不符',
    fix: {
      en: 'run fengsui doctor; the record is kept in quarantine',
      zh: '运行 fengsui doctor；该记录已隔离保存',
    },
  },
  'bus.stopped': {
    status: 503,
    mqtt: 0x88,
    retryable: true,
    en: 'the log takes nothing since a write or sync failed, or it is closed',
    zh: '日志写入或同步失败（或已关闭），暂停接收',
    fix: {
      en: 'check the disk (dmesg, SMART); the log goes on after it has been reopened, or restart the server',
      zh: '检查磁盘（dmesg、SMART）；重新打开日志后恢复，或重启服务',
    },
  },
  'bus.full': {
    status: 507,
    mqtt: 0x97,
    retryable: true,
    en: 'the disk of the log is full; nothing is acknowledged',
    zh: '日志所在磁盘已满，暂停确认',
    fix: {
      en: 'free space or lower limits.log.retainBytesMax; the log goes on by itself once there is room',
      zh: '释放空间或调低 limits.log.retainBytesMax；有空间后自动恢复',
    },
  },
  'bus.read-failed': {
    status: 503,
    retryable: true,
    en: 'the log could not be read',
    zh: '日志读取失败',
    fix: {
      en: 'check the disk (dmesg, SMART); the reader repeats by itself',
      zh: '检查磁盘（dmesg、SMART）；读取者会自动重试',
    },
  },
  'bus.ahead': {
    status: 500,
    retryable: false,
    en: 'a reader stands behind the end of the log: log and reader are not from the same time',
    zh: '读取位置超出日志末尾：日志与读取者的数据不是同一时刻的',
    fix: { en: 'restore log and stores from the same backup', zh: '从同一备份恢复日志和存储' },
  },
  'bus.other-layout': {
    status: 500,
    retryable: false,
    en: 'the log was written with another layout version or partition count',
    zh: '日志由其他布局版本或分区数写入',
    fix: {
      en: 'start the version that wrote it, or restore a backup of this version',
      zh: '使用写入它的版本启动，或恢复本版本的备份',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `store` part. */
export const storeErrors = {
  'store.schema-newer': {
    status: 500,
    retryable: false,
    en: 'the registry was written by a newer version',
    zh: '注册库由更新的版本写入',
    fix: {
      en: 'start the newer version, or restore the backup made before the upgrade',
      zh: '启动新版本，或恢复升级前的备份',
    },
  },
  'store.registry-damaged': {
    status: 500,
    retryable: false,
    en: 'the registry holds something that this version cannot read',
    zh: '注册库中有本版本无法读取的内容',
    fix: { en: 'run fengsui doctor, or restore a backup', zh: '运行 fengsui doctor，或恢复备份' },
  },
  'store.audit-damaged': {
    status: 500,
    retryable: false,
    en: 'the audit log holds something that this version has not written',
    zh: '审计日志中有并非本版本写入的内容',
    fix: {
      en: 'run fengsui audit verify; compare with the newest backup',
      zh: '运行 fengsui audit verify，并与最近的备份比对',
    },
  },
  'store.series-damaged': {
    status: 500,
    retryable: false,
    en: 'the series store holds something that this version cannot read',
    zh: '时序库中有本版本无法读取的内容',
    fix: { en: 'restore a backup made before', zh: '恢复更早的备份' },
  },
  'store.registry-closed': {
    status: 503,
    mqtt: 0x88,
    retryable: true,
    en: 'the registry is closed',
    zh: '注册库已关闭',
    fix: {
      en: 'repeat once the server is ready: /readyz?verbose',
      zh: '待 /readyz?verbose 就绪后重试',
    },
  },
  'store.query-too-slow': {
    status: 503,
    retryable: false,
    en: 'the question took longer than the ceiling for one query',
    zh: '查询超过时间上限',
    fix: {
      en: 'narrow the filter, use labels for what is searched often, or raise query.msMax',
      zh: '缩小过滤范围，常用条件改用标签，或调高 query.msMax',
    },
  },
  'store.bad-cursor': {
    status: 400,
    retryable: false,
    en: 'the cursor does not belong to this list',
    zh: '游标不属于该列表',
    fix: {
      en: 'start again without a cursor; sort and order must stay the same from page to page',
      zh: '去掉游标重新开始；翻页时排序须一致',
    },
  },
  'store.stopped': {
    status: 503,
    mqtt: 0x88,
    retryable: true,
    en: 'the series store has stopped',
    zh: '时序库已停止',
    fix: {
      en: 'see the log for the reason; the readings are safe in the log and are stored after a restart',
      zh: '原因见日志；读数已在日志中，重启后继续入库',
    },
  },
  'store.write-failed': {
    status: 503,
    retryable: true,
    en: 'readings could not be stored; they stay in the log',
    zh: '读数入库失败，仍保存在日志中',
    fix: { en: 'check disk space and the log of the server', zh: '检查磁盘空间和服务器日志' },
  },
  'store.cannot-open': {
    status: 500,
    retryable: false,
    en: 'the series store cannot be opened',
    zh: '时序库无法打开',
    fix: {
      en: 'check that no other process uses the directory; else restore a backup',
      zh: '确认目录未被其他进程占用，否则恢复备份',
    },
  },
  'store.query-too-large': {
    status: 422,
    retryable: false,
    en: 'the question needs more memory than one query may use',
    zh: '查询所需内存超过上限',
    fix: {
      en: 'ask for fewer series or a shorter range, or raise query.memoryBytesMax',
      zh: '减少序列或缩短时间范围，或调高 query.memoryBytesMax',
    },
  },
  'store.not-numeric': {
    status: 422,
    retryable: false,
    en: 'the series holds values that are not numbers',
    zh: '该序列含非数值',
    fix: {
      en: 'use count, first or last, or ask without an aggregate',
      zh: '使用 count、first 或 last，或不带聚合查询',
    },
  },
  'store.verify-failed': {
    status: 500,
    retryable: true,
    en: 'a compacted file does not hold what it should; the readings were kept as they were',
    zh: '压缩文件校验不符，原数据已保留',
    fix: { en: 'check the disk; report it if it happens again', zh: '检查磁盘；再次出现请反馈' },
  },
  'store.backup-running': {
    status: 409,
    retryable: true,
    en: 'a backup is being made or checked',
    zh: '正在创建或校验备份',
    fix: { en: 'wait until it is through', zh: '等待其完成后再试' },
  },
  'store.not-empty': {
    status: 409,
    retryable: false,
    en: 'the directory for the backup is not empty',
    zh: '备份目录非空',
    fix: { en: 'name an empty or new directory', zh: '指定空目录或新目录' },
  },
} as const satisfies Record<string, ErrorSpec>;

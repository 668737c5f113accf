// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors that any domain may answer with. */
export const commonErrors = {
  'common.invalid': {
    status: 400,
    mqtt: 0x99,
    retryable: false,
    en: 'the request is not valid',
    zh: '请求无效',
    fix: { en: 'correct the field named in "at"', zh: '修正 "at" 所指的字段' },
  },
  'common.not-found': {
    status: 404,
    mqtt: 0x90,
    retryable: false,
    en: 'there is no such object',
    zh: '对象不存在',
    fix: { en: 'check the identifier and the tenant', zh: '检查标识和租户' },
  },
  'common.conflict': {
    status: 409,
    retryable: false,
    en: 'the object was changed or exists already',
    zh: '对象已存在或已被修改',
    fix: { en: 'read it again and repeat the change', zh: '重新读取后再修改' },
  },
  'common.limit': {
    status: 429,
    mqtt: 0x97,
    retryable: true,
    en: 'a limit was reached',
    zh: '达到限额',
    fix: {
      en: 'see the limit named in "at"; it can be raised under limits: in fengsui.yaml',
      zh: '见 "at" 所指限额，可在 fengsui.yaml 的 limits: 下调整',
    },
  },
  'common.internal': {
    status: 500,
    mqtt: 0x80,
    retryable: true,
    en: 'the server failed; the trace id names the log entry',
    zh: '服务器内部错误，可用 traceId 查日志',
    fix: {
      en: 'repeat the request; report the trace id if it fails again',
      zh: '重试；仍失败请提供 traceId',
    },
  },
  'common.unavailable': {
    status: 503,
    mqtt: 0x88,
    retryable: true,
    en: 'the server cannot take this now',
    zh: '服务暂不可用',
    fix: { en: 'see /readyz?verbose for the failing part', zh: '见 /readyz?verbose 中的故障项' },
  },
} as const satisfies Record<string, ErrorSpec>;

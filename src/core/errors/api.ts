// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the HTTP surface. */
export const apiErrors = {
  'api.bad-json': {
    status: 400,
    retryable: false,
    en: 'the body is not JSON',
    zh: '请求体不是合法的 JSON',
    fix: { en: 'send valid JSON, see "detail"', zh: '发送合法的 JSON，见 "detail"' },
  },
  'api.body-too-large': {
    status: 413,
    retryable: false,
    en: 'the body is larger than http.bodyBytesMax',
    zh: '请求体超过 http.bodyBytesMax',
    fix: {
      en: 'split it, or use an import route, which streams',
      zh: '拆分请求，或使用流式导入接口',
    },
  },
  'api.media-type': {
    status: 415,
    retryable: false,
    en: 'this route does not take that content type',
    zh: '该接口不接受此内容类型',
    fix: { en: 'see /docs for the types that the route takes', zh: '见 /docs 中该接口支持的类型' },
  },
  'api.no-route': {
    status: 404,
    retryable: false,
    en: 'there is no such route',
    zh: '接口不存在',
    fix: { en: 'see /docs for all routes', zh: '见 /docs 的接口列表' },
  },
  'api.precondition': {
    status: 412,
    retryable: false,
    en: 'the object has changed since it was read',
    zh: '对象在读取之后已被修改',
    fix: {
      en: 'read it again, merge, and send the new ETag in If-Match',
      zh: '重新读取、合并，再用新的 ETag 发送 If-Match',
    },
  },
  'api.bad-cursor': {
    status: 400,
    retryable: false,
    en: 'the cursor is not one of ours, or belongs to another sort order',
    zh: '游标无效，或属于另一种排序',
    fix: { en: 'start again without a cursor', zh: '去掉游标重新开始' },
  },
} as const satisfies Record<string, ErrorSpec>;

// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `security` part. */
export const securityErrors = {
  'security.unauthenticated': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'no valid credential was shown',
    zh: '未提供有效凭据',
    fix: {
      en: 'send Authorization: Bearer <token>; a device sends its own token, an application an API token',
      zh: '请发送 Authorization: Bearer <token>；设备用自己的令牌，应用用 API 令牌',
    },
  },
  'security.forbidden': {
    status: 403,
    mqtt: 0x87,
    retryable: false,
    en: 'this credential may not do that',
    zh: '该凭据无权执行此操作',
    fix: { en: 'use a token with the scope named in "at"', zh: '使用具有 "at" 所指权限的令牌' },
  },
  'security.other-origin': {
    status: 403,
    retryable: false,
    en: 'a page of another origin may not use a browser session',
    zh: '其他来源的页面不能使用浏览器会话',
    fix: {
      en: 'use an API token from other origins; a proxy passes the Host header on unchanged',
      zh: '其他来源请使用 API 令牌；代理需原样传递 Host 头',
    },
  },
  'security.bad-credentials': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'the identity is unknown or the secret is wrong',
    zh: '身份未知或密钥错误',
    fix: {
      en: 'check the username (the id or uri of the thing) and its token; make a new credential if it is lost',
      zh: '检查用户名（物的编号或 uri）和令牌；遗失请重新创建凭据',
    },
  },
  'security.too-many-attempts': {
    status: 429,
    mqtt: 0x8a,
    retryable: true,
    en: 'too many wrong credentials from this source or for this identity',
    zh: '该来源或该身份的错误凭据过多',
    fix: {
      en: 'wait, and correct the credential; limits auth.* say how many and how long',
      zh: '请稍候并更正凭据；次数与时长见 auth.* 限额',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

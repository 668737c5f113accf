// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `access` part. */
export const accessErrors = {
  'access.bad-address': {
    status: 500,
    retryable: false,
    en: 'a listen address is not host:port',
    zh: '监听地址不是 host:port 形式',
    fix: { en: 'write it like [::]:1883 or 0.0.0.0:0', zh: '写成 [::]:1883 或 0.0.0.0:0 的形式' },
  },
  'access.unknown-child': {
    status: 403,
    mqtt: 0x87,
    retryable: false,
    en: 'the thing named in the topic is not this client or one of its children',
    zh: '主题中的设备不是本客户端或其子设备',
    fix: {
      en: 'publish under things/me/, or register the child with this gateway as its parent',
      zh: '发布到 things/me/，或把子设备登记在该网关之下',
    },
  },
  'access.not-understood': {
    status: 400,
    retryable: false,
    en: 'the client sent what its protocol does not allow',
    zh: '客户端发送的内容不符合协议',
    fix: {
      en: 'see "detail" for the rule; look for an update of the client library',
      zh: '规则见 "detail"；请检查客户端库是否有更新',
    },
  },
  'access.no-connection': {
    status: 400,
    retryable: false,
    en: 'the connection was not accepted',
    zh: '连接未被接受',
    fix: {
      en: 'see "detail" for the reason and the protocol version',
      zh: '原因和协议版本见 "detail"',
    },
  },
  'access.tls-failed': {
    status: 400,
    retryable: false,
    en: 'the TLS handshake failed',
    zh: 'TLS 握手失败',
    fix: {
      en: 'check the certificates of both sides, their CA and the TLS version (1.2 or 1.3)',
      zh: '检查双方证书、CA 和 TLS 版本（1.2 或 1.3）',
    },
  },
  'access.silent': {
    status: 408,
    retryable: true,
    en: 'nothing was heard of the client for longer than its keep-alive',
    zh: '客户端沉默的时间超过其保活时间',
    fix: {
      en: 'check its network; choose a longer keep-alive for a device that sleeps',
      zh: '检查网络；休眠设备请设置更长的保活时间',
    },
  },
  'access.not-delivered': {
    status: 503,
    retryable: true,
    en: 'a message for the client could not be delivered',
    zh: '发给客户端的消息无法送达',
    fix: {
      en: 'see "detail"; a client that is too slow loses messages',
      zh: '见 "detail"；接收过慢会丢失消息',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

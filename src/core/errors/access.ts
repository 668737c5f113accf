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
  'access.no-credential': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'the client showed no credential',
    zh: '客户端未出示任何凭据',
    fix: {
      en: 'set the username to the id or uri of the thing and the password to its token; over HTTP send Authorization: Bearer <token>',
      zh: '用户名填设备编号或 uri，密码填设备令牌；HTTP 请发送 Authorization: Bearer <令牌>',
    },
  },
  'access.unknown-identity': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'no thing has this name and the secret opens nothing',
    zh: '没有这个名称的设备，密钥也不属于任何设备',
    fix: {
      en: 'claim the entry as a thing, or correct the username (id or uri of the thing) and its token',
      zh: '可将该条目认领为设备，或更正用户名（设备编号或 uri）及其令牌',
    },
  },
  'access.wrong-secret': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'the thing is known; the secret is none of its valid credentials',
    zh: '设备已登记，但密钥不是它的有效凭据',
    fix: {
      en: 'make a new token for the thing and set it in the device, or claim the entry to accept what the device shows',
      zh: '为该设备新建令牌并写入设备；或认领该条目以接受设备现有的密钥',
    },
  },
  'access.other-identity': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'the secret belongs to another thing than the username names',
    zh: '密钥属于另一个设备，与用户名不符',
    fix: {
      en: 'use the username of the thing that the token was made for, or leave the username out',
      zh: '使用该令牌所属设备的用户名，或不填用户名',
    },
  },
  'access.credential-expired': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'the credential has expired',
    zh: '凭据已过期',
    fix: {
      en: 'make a new credential for the thing and set it in the device',
      zh: '为设备新建凭据并写入设备',
    },
  },
  'access.thing-disabled': {
    status: 403,
    mqtt: 0x87,
    retryable: false,
    en: 'the thing is disabled or retired',
    zh: '设备已停用或退役',
    fix: {
      en: 'set the lifecycle of the thing to active',
      zh: '将设备的生命周期状态改为 active',
    },
  },
  'access.banned': {
    status: 403,
    mqtt: 0x8a,
    retryable: false,
    en: 'an administrator has banned this source or identity',
    zh: '该来源或身份已被管理员封禁',
    fix: {
      en: 'lift the ban on the page of bans when it is over',
      zh: '如需恢复，请在封禁列表中解除',
    },
  },
  'access.source-banned': {
    status: 429,
    mqtt: 0x8a,
    retryable: true,
    en: 'the source was banned for too many wrong credentials',
    zh: '该来源因错误凭据过多被自动封禁',
    fix: {
      en: 'correct the credential of the device, then wait or lift the ban',
      zh: '更正设备凭据后等待，或解除封禁',
    },
  },
  'access.flapping': {
    status: 429,
    mqtt: 0x8a,
    retryable: true,
    en: 'the client reconnects too often',
    zh: '客户端重连过于频繁',
    fix: {
      en: 'look for two devices with the same client id, or a device that restarts; then wait or lift the ban',
      zh: '检查是否有两台设备使用同一 clientId，或设备反复重启；之后等待或解除封禁',
    },
  },
  'access.too-many-connects': {
    status: 429,
    mqtt: 0x9f,
    retryable: true,
    en: 'the source opens connections faster than it may',
    zh: '该来源建立连接过快',
    fix: {
      en: 'let devices reconnect with a random delay; limits mqtt.connect* say how many are taken',
      zh: '请让设备以随机延迟重连；上限见 mqtt.connect* 限额',
    },
  },
  'access.malformed': {
    status: 400,
    mqtt: 0x81,
    retryable: false,
    en: 'a packet does not have the form that its protocol demands',
    zh: '报文格式不符合协议',
    fix: {
      en: '"at" names the byte, "detail" the rule; look for an update of the client library',
      zh: '"at" 指出字节位置，"detail" 指出规则；请检查客户端库更新',
    },
  },
  'access.protocol-error': {
    status: 400,
    mqtt: 0x82,
    retryable: false,
    en: 'a packet is well-formed but may not come here',
    zh: '报文格式正确，但此时不允许出现',
    fix: {
      en: '"detail" names the rule of the standard; look for an update of the client library',
      zh: '"detail" 指出标准条款；请检查客户端库更新',
    },
  },
  'access.not-mqtt': {
    status: 400,
    mqtt: 0x82,
    retryable: false,
    en: 'the first bytes are not those of an MQTT CONNECT',
    zh: '首字节不是 MQTT CONNECT',
    fix: {
      en: 'check the port: 1883 is MQTT, 8883 MQTT over TLS, 8080 HTTP; TLS and HTTP do not work on the plain port',
      zh: '检查端口：1883 为 MQTT，8883 为 MQTT over TLS，8080 为 HTTP；明文端口不接受 TLS 和 HTTP',
    },
  },
  'access.no-connect': {
    status: 408,
    mqtt: 0x82,
    retryable: false,
    en: 'the connection was open and no CONNECT came in time',
    zh: '连接已建立，但未在限时内收到 CONNECT',
    fix: {
      en: 'check that the device speaks MQTT on this port and that nothing between holds its packets back',
      zh: '检查设备在该端口是否使用 MQTT，以及中间网络是否阻断报文',
    },
  },
  'access.too-large': {
    status: 413,
    mqtt: 0x95,
    retryable: false,
    en: 'the packet or body is larger than the limit',
    zh: '报文或请求体超过限额',
    fix: {
      en: 'send smaller messages, or raise the limit named in "detail" in fengsui.yaml',
      zh: '缩小报文，或在 fengsui.yaml 中调高 "detail" 所指限额',
    },
  },
  'access.version': {
    status: 400,
    mqtt: 0x84,
    retryable: false,
    en: 'this version of the protocol is not served',
    zh: '不支持该协议版本',
    fix: {
      en: 'use MQTT 3.1.1 or 5.0',
      zh: '请使用 MQTT 3.1.1 或 5.0',
    },
  },
  'access.client-id': {
    status: 400,
    mqtt: 0x85,
    retryable: false,
    en: 'the client identifier is not taken',
    zh: '客户端标识不可用',
    fix: {
      en: 'use a client id of your own without +, # or a leading $; two clients of different owners cannot share one',
      zh: '使用不含 +、#、且不以 $ 开头的唯一 clientId；不同所有者的客户端不能共用',
    },
  },
  'access.extended-authentication': {
    status: 400,
    mqtt: 0x8c,
    retryable: false,
    en: 'extended authentication is not served',
    zh: '不支持增强认证',
    fix: {
      en: 'leave the authentication method out; use username and token, or a client certificate',
      zh: '去掉 authentication method，使用用户名和令牌或客户端证书',
    },
  },
  'access.receive-maximum': {
    status: 429,
    mqtt: 0x93,
    retryable: true,
    en: 'the client has more unacknowledged messages than it was told to',
    zh: '未确认消息数超过服务器声明的上限',
    fix: {
      en: 'let the client keep to Receive Maximum of CONNACK',
      zh: '请让客户端遵守 CONNACK 中的 Receive Maximum',
    },
  },
  'access.topic-alias': {
    status: 400,
    mqtt: 0x94,
    retryable: false,
    en: 'the topic alias is not valid',
    zh: '主题别名无效',
    fix: {
      en: 'keep to Topic Alias Maximum of CONNACK, and set an alias before it is used',
      zh: '遵守 CONNACK 中的 Topic Alias Maximum，先设置别名再使用',
    },
  },
  'access.topic-name': {
    status: 400,
    mqtt: 0x90,
    retryable: false,
    en: 'the topic is not taken',
    zh: '主题不可用',
    fix: {
      en: 'use a topic without wildcards, within mqtt.topicBytesMax and mqtt.topicLevelsMax',
      zh: '使用不含通配符、且不超过 mqtt.topicBytesMax 与 mqtt.topicLevelsMax 的主题',
    },
  },
  'access.revoked': {
    status: 401,
    mqtt: 0x87,
    retryable: false,
    en: 'the credential was revoked or has expired while the client was connected',
    zh: '连接期间凭据被吊销或过期',
    fix: {
      en: 'make a new credential for the thing and set it in the device',
      zh: '为设备新建凭据并写入设备',
    },
  },
  'access.websocket-subprotocol': {
    status: 400,
    retryable: false,
    en: 'the WebSocket does not offer the subprotocol mqtt',
    zh: 'WebSocket 未声明子协议 mqtt',
    fix: {
      en: 'offer Sec-WebSocket-Protocol: mqtt',
      zh: '请在握手中携带 Sec-WebSocket-Protocol: mqtt',
    },
  },
  'access.websocket-handshake': {
    status: 400,
    retryable: false,
    en: 'the WebSocket handshake is not valid',
    zh: 'WebSocket 握手无效',
    fix: {
      en: '"detail" says what; check that a proxy passes Upgrade and Connection on',
      zh: '原因见 "detail"；检查代理是否透传 Upgrade 与 Connection 头',
    },
  },
  'access.not-http': {
    status: 400,
    retryable: false,
    en: 'the bytes are not an HTTP request',
    zh: '收到的字节不是 HTTP 请求',
    fix: {
      en: 'check the port and the client; "at" names the byte',
      zh: '检查端口和客户端；"at" 指出字节位置',
    },
  },
  'access.weak-secret': {
    status: 422,
    retryable: false,
    en: 'the secret of this client has fewer than 8 characters',
    zh: '该客户端的密钥少于 8 个字符',
    fix: {
      en: 'make a token and set it in the device',
      zh: '请新建令牌并写入设备',
    },
  },
  'access.not-claimable': {
    status: 409,
    retryable: false,
    en: 'the entry has no claimed identity with a secret, or it is too old',
    zh: '该条目没有可认领的身份和密钥，或已失效',
    fix: {
      en: 'let the device try again, then claim the new entry; or make a token',
      zh: '请让设备重新连接后再认领，或新建令牌',
    },
  },
  'access.own-address': {
    status: 409,
    retryable: false,
    en: 'the range covers the address that you come from',
    zh: '该范围包含您自己的地址',
    fix: {
      en: 'ban a narrower range',
      zh: '请缩小封禁范围',
    },
  },
  'access.bad-range': {
    status: 400,
    retryable: false,
    en: 'this is no address and no range of addresses',
    zh: '不是有效的地址或地址段',
    fix: {
      en: 'write it like 192.0.2.1, 192.0.2.0/24 or 2001:db8::/64',
      zh: '写成 192.0.2.1、192.0.2.0/24 或 2001:db8::/64',
    },
  },
  'access.not-listening': {
    status: 503,
    retryable: true,
    en: 'this protocol is not served',
    zh: '该协议未启用监听',
    fix: {
      en: 'enable its listener in fengsui.yaml and restart',
      zh: '在 fengsui.yaml 中启用监听并重启',
    },
  },
  'access.no-attempts': {
    status: 503,
    retryable: true,
    en: 'nobody has tried to connect lately',
    zh: '近期没有任何连接尝试',
    fix: {
      en: 'check address, port and network of the device; from outside this machine use its own address and open the port in firewalls',
      zh: '检查设备配置的地址、端口与网络；从其他机器连接时使用本机地址，并在防火墙放行端口',
    },
  },
  'access.only-refused': {
    status: 503,
    retryable: true,
    en: 'connections come in and are refused',
    zh: '有连接到达但均被拒绝',
    fix: {
      en: 'open the entries of the inbox that are linked here',
      zh: '查看此处列出的收件箱条目',
    },
  },
  'access.no-valid-credential': {
    status: 409,
    retryable: false,
    en: 'the thing has no valid credential',
    zh: '设备没有有效凭据',
    fix: {
      en: 'make a token for the thing',
      zh: '为设备新建令牌',
    },
  },
  'access.credential-unused': {
    status: 503,
    retryable: true,
    en: 'none of the credentials of the thing has been used yet',
    zh: '设备的凭据尚未使用过',
    fix: {
      en: 'set one in the device; if it is set, see the entries of the inbox',
      zh: '将凭据写入设备；若已写入请查看收件箱条目',
    },
  },
  'access.not-connected': {
    status: 503,
    retryable: true,
    en: 'the thing is not connected',
    zh: '设备当前未连接',
    fix: {
      en: 'switch the device on and check its network',
      zh: '请给设备上电并检查网络',
    },
  },
  'access.no-messages': {
    status: 503,
    retryable: true,
    en: 'the thing has sent no reading yet',
    zh: '设备尚未上报任何数据',
    fix: {
      en: 'let it publish to things/me/properties, or POST to /api/v1/things/me/properties',
      zh: '请发布到 things/me/properties，或 POST /api/v1/things/me/properties',
    },
  },
  'access.readings-refused': {
    status: 422,
    retryable: false,
    en: 'messages of the thing are refused',
    zh: '设备的消息被拒绝',
    fix: {
      en: 'see the entries for the exact place; correct the payload or the model',
      zh: '具体位置见条目；请更正报文或物模型',
    },
  },
  'access.not-stored': {
    status: 503,
    retryable: true,
    en: 'readings are accepted and not yet in the series store',
    zh: '数据已接收但尚未入库',
    fix: {
      en: 'see /readyz?verbose and the lag of the readers',
      zh: '查看 /readyz?verbose 与读取进度',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

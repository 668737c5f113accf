// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `mqtt` part. */
export const mqttErrors = {
  'mqtt.bad-record': {
    status: 500,
    retryable: false,
    en: 'a record of the MQTT broker does not have the layout of this version',
    zh: 'MQTT 代理的记录布局与本版本不符',
    fix: {
      en: 'run fengsui doctor; start the version that wrote it, or restore a backup',
      zh: '运行 fengsui doctor；使用写入它的版本启动，或恢复备份',
    },
  },
  'mqtt.bad-topic': {
    status: 400,
    mqtt: 0x90,
    retryable: false,
    en: 'there is no such topic under things/',
    zh: 'things/ 下没有这个主题',
    fix: {
      en: 'use things/me/properties, things/me/events/{name} or things/me/actions/{name}/result',
      zh: '使用 things/me/properties、things/me/events/{name} 或 things/me/actions/{name}/result',
    },
  },
  'mqtt.not-authorized': {
    status: 403,
    mqtt: 0x87,
    retryable: false,
    en: 'this client may not use the topic',
    zh: '该客户端无权使用此主题',
    fix: {
      en: 'see access.mqtt.policy; things use their own prefix things/me/',
      zh: '见 access.mqtt.policy；设备使用自己的前缀 things/me/',
    },
  },
  'mqtt.bad-content-type': {
    status: 415,
    mqtt: 0x99,
    retryable: false,
    en: 'readings of this content type are not understood',
    zh: '不支持该内容类型的读数',
    fix: {
      en: 'use application/json, application/cbor, application/senml+json or application/senml+cbor',
      zh: '使用 application/json、application/cbor、application/senml+json 或 application/senml+cbor',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

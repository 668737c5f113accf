// SPDX-License-Identifier: Apache-2.0
import type { ErrorSpec } from './spec.ts';

/** Errors of the `things` part. */
export const thingsErrors = {
  'things.uri-taken': {
    status: 409,
    retryable: false,
    en: 'a thing of this tenant has that uri already',
    zh: '该租户中已有使用此 uri 的设备',
    fix: {
      en: 'choose another uri, or change the thing that has it',
      zh: '换一个 uri，或修改已有的设备',
    },
  },
  'things.breaking-version': {
    status: 409,
    retryable: false,
    en: 'this change breaks those who rely on the model',
    zh: '此修改会破坏依赖该模型的使用者',
    fix: { en: 'raise the major number of version.model', zh: '提高 version.model 的主版本号' },
  },
  'things.version-not-raised': {
    status: 409,
    retryable: false,
    en: 'the model has changed, but its version is not above the newest one stored',
    zh: '模型已修改，但版本号未高于已存的最新版本',
    fix: { en: 'raise version.model', zh: '提高 version.model' },
  },
  'things.model-in-use': {
    status: 409,
    retryable: false,
    en: 'things use this version',
    zh: '仍有物在使用该版本',
    fix: { en: 'move them to another version first', zh: '请先将它们迁移到其他版本' },
  },
  'things.no-such-model': {
    status: 422,
    retryable: false,
    en: 'the model is not stored in this tenant',
    zh: '本租户中没有该模型',
    fix: { en: 'store it first: POST /api/v1/models', zh: '请先存入：POST /api/v1/models' },
  },
  'things.no-such-parent': {
    status: 422,
    retryable: false,
    en: 'the parent is not a thing of this tenant',
    zh: '上级不是本租户中的物',
    fix: { en: 'name the id of an existing thing', zh: '请填写已存在的物的编号' },
  },
  'things.parent-cycle': {
    status: 422,
    retryable: false,
    en: 'a thing cannot be below itself',
    zh: '物不能成为自身的下级',
    fix: { en: 'choose a parent that is not below the thing', zh: '选择不在其下的上级' },
  },
  'things.has-children': {
    status: 409,
    retryable: false,
    en: 'other things are below this one',
    zh: '该物之下还有其他物',
    fix: { en: 'move or delete them first', zh: '请先移走或删除它们' },
  },
  'things.bad-uri': {
    status: 400,
    retryable: false,
    en: 'the uri is not an absolute IRI that topics can carry',
    zh: 'uri 不是可用于主题的绝对 IRI',
    fix: {
      en: 'use an IRI such as urn:example:pump-3, without spaces, + or #; urn:fengsui: is kept for the server',
      zh: '使用如 urn:example:pump-3 的 IRI，不含空格、+ 或 #；urn:fengsui: 由服务器保留',
    },
  },
  'things.no-authority': {
    status: 409,
    retryable: false,
    en: 'the tenant has no certificate authority of its own that could sign this',
    zh: '本租户没有可签发证书的自有证书机构',
    fix: {
      en: 'make one: POST /api/v1/authorities {"name": …}; an uploaded one signs elsewhere',
      zh: '请先创建：POST /api/v1/authorities {"name": …}；上传的机构在外部签发',
    },
  },
  'things.already-provisioned': {
    status: 409,
    retryable: false,
    en: 'a device with this serial number has its credential already',
    zh: '该序列号的设备已领取凭据',
    fix: {
      en: 'when the device has lost it, an administrator releases the serial number at the provisioning key',
      zh: '若设备遗失凭据，请管理员在预置密钥处释放该序列号',
    },
  },
  'things.no-such-action': {
    status: 404,
    mqtt: 0x90,
    retryable: false,
    en: 'the thing has no such action',
    zh: '该物没有此动作',
    fix: { en: 'see the actions of its model', zh: '查看其模型中的动作' },
  },
  'things.no-such-event': {
    status: 404,
    mqtt: 0x90,
    retryable: false,
    en: 'the thing has no such event',
    zh: '该物没有此事件',
    fix: {
      en: 'see the events of its model; a new event needs a new version of the model',
      zh: '查看其模型中的事件；新事件需新的模型版本',
    },
  },
  'things.not-writable': {
    status: 400,
    retryable: false,
    en: 'the property is not there or cannot be written',
    zh: '属性不存在或不可写',
    fix: {
      en: 'name a property of the model that is not readOnly',
      zh: '请指定模型中非 readOnly 的属性',
    },
  },
  'things.task-over': {
    status: 409,
    retryable: false,
    en: 'the task has ended already',
    zh: '任务已结束',
    fix: { en: 'read the task: its state says how it ended', zh: '读取该任务，其状态说明结束方式' },
  },
} as const satisfies Record<string, ErrorSpec>;

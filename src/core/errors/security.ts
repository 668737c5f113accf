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
    fix: {
      en: 'ask for a role, or use a token, with the permission named in "at"',
      zh: '请申请具有 "at" 所指权限的角色，或使用具有该权限的令牌',
    },
  },
  'security.second-factor-required': {
    status: 403,
    mqtt: 0x87,
    retryable: false,
    en: 'this needs a second factor in this session',
    zh: '此操作需要在本次登录中通过双因素认证',
    fix: {
      en: 'enrol a passkey or a code generator in your profile, then sign in with it',
      zh: '请在个人资料中登记通行密钥或动态口令，并用它登录',
    },
  },
  'security.other-tenant': {
    status: 403,
    retryable: false,
    en: 'nothing has been granted to you in this tenant',
    zh: '您在该租户中没有任何授权',
    fix: {
      en: 'leave the header fengsui-tenant out, or ask for a role there',
      zh: '请去掉 fengsui-tenant 头，或申请该租户中的角色',
    },
  },
  'security.beyond-own-rights': {
    status: 403,
    retryable: false,
    en: 'this would give more than you have yourself there',
    zh: '不能授予超出本人在该租户权限的权限',
    fix: {
      en: 'leave out the permissions in "detail", or ask somebody who has them',
      zh: '请去掉 "detail" 所列权限，或请拥有这些权限的人操作',
    },
  },
  'security.own-rights': {
    status: 403,
    retryable: false,
    en: 'nobody changes their own rights, or disables or removes themselves',
    zh: '不能更改本人的权限，也不能停用或删除本人账号',
    fix: {
      en: 'ask another administrator; your own password and second factor are changed in your profile',
      zh: '请由其他管理员操作；本人的密码和双因素在个人资料中修改',
    },
  },
  'security.last-administrator': {
    status: 409,
    retryable: false,
    en: 'nobody would be left who can sign in and manage users and roles',
    zh: '此操作会使平台不再有可登录并管理用户与角色的账号',
    fix: {
      en: 'first grant another account users.manage and roles.manage for the root tenant',
      zh: '请先为另一账号授予根租户的用户管理和角色管理权限',
    },
  },
  'security.duties-conflict': {
    status: 409,
    retryable: false,
    en: 'system, security and audit administration are kept apart',
    zh: '三员分立：系统、安全、审计管理职责不得由同一账号承担，审计管理员只能查看',
    fix: {
      en: 'give the duties to different accounts, by roles of one duty each; an auditor has roles that only read',
      zh: '请用只含一种职责的角色，把职责授予不同账号；审计管理员只能持有只读角色',
    },
  },
  'security.built-in-role': {
    status: 409,
    retryable: false,
    en: 'a built-in role stays as it is',
    zh: '内置角色不可修改或删除',
    fix: { en: 'make a role of your own', zh: '请新建自定义角色' },
  },
  'security.in-use': {
    status: 409,
    retryable: false,
    en: 'something still needs it',
    zh: '仍在使用中',
    fix: {
      en: 'first remove what is named in "detail"',
      zh: '请先删除 "detail" 所指对象',
    },
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
  'security.bad-login': {
    status: 401,
    retryable: false,
    en: 'the name or the password is wrong',
    zh: '用户名或密码错误',
    fix: {
      en: 'check both; an administrator can give a new password',
      zh: '请检查用户名和密码；可请管理员重置密码',
    },
  },
  'security.bad-second-factor': {
    status: 401,
    retryable: false,
    en: 'the second factor is wrong or was used before',
    zh: '双因素验证失败或验证码已使用',
    fix: {
      en: 'enter the newest code; check the clock of the device that shows it',
      zh: '请输入最新的验证码，并检查生成设备的时钟',
    },
  },
  'security.login-locked': {
    status: 429,
    retryable: false,
    en: 'too many wrong logins for this name',
    zh: '该用户名登录失败次数过多，已锁定',
    fix: {
      en: 'wait until the time in "detail", or ask an administrator to unlock it',
      zh: '请等到 "detail" 所示时间，或请管理员解锁',
    },
  },
  'security.login-expired': {
    status: 401,
    retryable: false,
    en: 'this login has taken too long or failed too often',
    zh: '本次登录已超时或失败次数过多',
    fix: { en: 'sign in again from the beginning', zh: '请重新登录' },
  },
  'security.fresh-login-required': {
    status: 403,
    retryable: false,
    en: 'this needs a proof that you are still there',
    zh: '此操作需要再次确认本人身份',
    fix: {
      en: 'send your password with the request, or sign in again',
      zh: '请在请求中附上密码，或重新登录',
    },
  },
  'security.wrong-password': {
    status: 403,
    retryable: false,
    en: 'the present password is wrong',
    zh: '当前密码错误',
    fix: {
      en: 'enter the password that you sign in with',
      zh: '请输入您当前的登录密码',
    },
  },
  'security.weak-password': {
    status: 400,
    retryable: false,
    en: 'the password is too easy to guess',
    zh: '密码过于简单',
    fix: {
      en: 'take a longer one, such as several words that do not belong together',
      zh: '请使用更长的密码，例如几个互不相关的词',
    },
  },
  'security.passkey-refused': {
    status: 400,
    retryable: false,
    en: 'the answer of the passkey is not valid',
    zh: '通行密钥的应答无效',
    fix: {
      en: 'try again; "at" and "detail" say what was wrong',
      zh: '请重试；原因见 "at" 和 "detail"',
    },
  },
  'security.passkey-host': {
    status: 400,
    retryable: false,
    en: 'passkeys need a host name, not an IP address',
    zh: '通行密钥需要域名，不能使用 IP 地址',
    fix: {
      en: 'open the console by its name, or set server.publicUrl',
      zh: '请用域名打开控制台，或配置 server.publicUrl',
    },
  },
  'security.provider-unavailable': {
    status: 503,
    retryable: true,
    en: 'the identity provider cannot be reached or is set up wrongly',
    zh: '身份提供方无法访问或配置有误',
    fix: {
      en: 'check issuer, clientId and clientSecret under auth.oidc; the log says more',
      zh: '请检查 auth.oidc 下的 issuer、clientId 和 clientSecret；详情见日志',
    },
  },
  'security.provider-refused': {
    status: 401,
    retryable: false,
    en: 'the answer of the identity provider is not valid',
    zh: '身份提供方的应答无效',
    fix: { en: 'sign in again from the beginning', zh: '请重新登录' },
  },
  'security.provider-no-account': {
    status: 403,
    retryable: false,
    en: 'there is no account for this identity here',
    zh: '该身份在本平台没有账号',
    fix: {
      en: 'ask an administrator for an account of that name',
      zh: '请管理员创建账号并关联',
    },
  },
  'security.secret-key': {
    status: 500,
    retryable: false,
    en: 'a sealed secret cannot be read',
    zh: '无法读取已加密的密钥材料',
    fix: {
      en: 'put secret.key of this data directory back from where it was kept',
      zh: '请恢复该数据目录原有的 secret.key 文件',
    },
  },
  'security.audit-stopped': {
    status: 503,
    mqtt: 0x88,
    retryable: true,
    en: 'the audit log cannot be written, so nothing may be changed',
    zh: '审计日志无法写入，平台只读',
    fix: {
      en: 'check the disk of the data directory; the platform goes on by itself once the log can be written',
      zh: '检查数据目录所在磁盘；审计日志恢复写入后平台自动恢复',
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
  'security.bad-csr': {
    status: 400,
    retryable: false,
    en: 'the certificate request cannot be used',
    zh: '证书请求不可用',
    fix: {
      en: 'make it with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=device',
      zh: '可用命令生成：openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=device',
    },
  },
  'security.bad-authority': {
    status: 400,
    retryable: false,
    en: 'the certificate is not one of an authority that can sign devices',
    zh: '该证书不是可签发设备证书的证书机构',
    fix: {
      en: 'give the PEM of a CA certificate (basicConstraints CA, keyCertSign) that is valid now; see "detail"',
      zh: '请提供当前有效的 CA 证书 PEM（basicConstraints CA、keyCertSign）；原因见 "detail"',
    },
  },
  'security.no-possession': {
    status: 403,
    retryable: false,
    en: 'nothing proves that you have the key of this authority',
    zh: '未能证明您持有该证书机构的私钥',
    fix: {
      en: 'get a code (POST /api/v1/authorities/codes), sign a certificate with it as common name by this authority, and send that as proof',
      zh: '先获取验证码（POST /api/v1/authorities/codes），用该机构签发一张以验证码为通用名的证书，作为 proof 提交',
    },
  },
  'security.unregistered-certificate': {
    status: 401,
    mqtt: 0x86,
    retryable: false,
    en: 'an authority in use has signed this certificate, but nobody has registered it',
    zh: '证书由在用的证书机构签发，但尚未登记',
    fix: {
      en: 'claim the device, add the certificate to its thing, or let the authority register devices just in time',
      zh: '认领该设备、把证书添加到对应的物，或允许该机构即时注册设备',
    },
  },
} as const satisfies Record<string, ErrorSpec>;

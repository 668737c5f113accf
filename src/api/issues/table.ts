// SPDX-License-Identifier: Apache-2.0

/** Text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Severity = 'error' | 'warning' | 'info';

/** Something that is wrong with an installation, and what to do about it. */
export interface IssueSpec {
  readonly severity: Severity;
  readonly title: Text;
  readonly fix: Text;
}

/** Every issue that `fengsui doctor` and the page 系统 can show. Codes are public contract. */
export const issueTable = {
  'config-invalid': {
    severity: 'error',
    title: { en: 'the configuration is not valid', zh: '配置无效' },
    fix: { en: 'run fengsui config check', zh: '运行 fengsui config check' },
  },
  'node-too-old': {
    severity: 'error',
    title: { en: 'this Node is too old', zh: 'Node 版本过旧' },
    fix: {
      en: 'start with bin/fengsui or npm start, which bring Node 26',
      zh: '请用 bin/fengsui 或 npm start 启动，它们自带 Node 26',
    },
  },
  'node-untested': {
    severity: 'warning',
    title: { en: 'not tested on this Node', zh: '未在该 Node 版本上测试' },
    fix: {
      en: 'tested on Node 26; start with bin/fengsui to use it',
      zh: '在 Node 26 上测试；请用 bin/fengsui 启动',
    },
  },
  'cipher-wrong': {
    severity: 'error',
    title: { en: 'SM3 or SM4 gives a wrong answer', zh: 'SM3 或 SM4 自检失败' },
    fix: {
      en: 'this Node was built without it; use the pinned one',
      zh: '当前 Node 不支持该算法，请使用自带的 Node',
    },
  },
  'open-files-few': {
    severity: 'warning',
    title: { en: 'few open files are allowed', zh: '可打开文件数偏低' },
    fix: {
      en: 'raise it: ulimit -n 65536, or LimitNOFILE= in the service file',
      zh: '请提高上限：ulimit -n 65536，或服务文件中的 LimitNOFILE=',
    },
  },
  'data-not-writable': {
    severity: 'error',
    title: { en: 'the data directory cannot be written', zh: '数据目录不可写' },
    fix: {
      en: 'give this user the directory, or name another with --data',
      zh: '将目录授权给当前用户，或用 --data 指定其他目录',
    },
  },
  'space-out': {
    severity: 'error',
    title: { en: 'the disk is almost full', zh: '磁盘即将写满' },
    fix: { en: 'free some space, or move store.dir', zh: '清理磁盘空间，或移动 store.dir' },
  },
  'space-low': {
    severity: 'warning',
    title: { en: 'little space is left on the disk', zh: '磁盘剩余空间不足' },
    fix: {
      en: 'free some space, shorten store.retentionDays, or move store.dir',
      zh: '清理磁盘空间、缩短 store.retentionDays，或移动 store.dir',
    },
  },
  'clock-wrong': {
    severity: 'error',
    title: { en: 'the clock of this machine is wrong', zh: '本机时钟不正确' },
    fix: { en: 'set the clock (chrony or ntp)', zh: '请校准时钟（chrony 或 ntp）' },
  },
  'address-unusable': {
    severity: 'error',
    title: { en: 'a listener cannot be opened', zh: '监听地址不可用' },
    fix: {
      en: 'use an address of this machine and a port above 1023',
      zh: '使用本机地址和 1023 以上的端口',
    },
  },
  'port-taken': {
    severity: 'error',
    title: { en: 'the port of a listener is taken', zh: '监听端口被占用' },
    fix: {
      en: 'stop the other process, or set another port (0 takes any free one)',
      zh: '停止占用端口的进程，或改用其他端口（0 表示任意空闲端口）',
    },
  },
  'one-address-family': {
    severity: 'info',
    title: { en: 'a listener takes only IPv4 or only IPv6', zh: '监听仅支持 IPv4 或仅支持 IPv6' },
    fix: {
      en: 'listen on [::] to take both, on a machine that has addresses of both',
      zh: '监听 [::] 可同时接受两者，且本机需具备两种地址',
    },
  },
  'no-answer': {
    severity: 'error',
    title: { en: 'the running server is not ready', zh: '服务未就绪' },
    fix: { en: 'see /readyz?verbose', zh: '查看 /readyz?verbose' },
  },
  'listener-without-tls': {
    severity: 'warning',
    title: { en: 'devices can connect only without encryption', zh: '设备只能以明文接入' },
    fix: {
      en: 'set access.mqtt.tls.listen with cert and key, or listen on this machine only',
      zh: '配置 access.mqtt.tls.listen 及 cert、key，或仅监听本机地址',
    },
  },
  'listener-anonymous': {
    severity: 'warning',
    title: { en: 'MQTT takes clients without credentials', zh: 'MQTT 接受无凭据的客户端' },
    fix: {
      en: 'set access.mqtt.anonymous to false outside of trials',
      zh: '试用之外请将 access.mqtt.anonymous 设为 false',
    },
  },
  'certificate-unreadable': {
    severity: 'error',
    title: { en: 'a certificate cannot be read', zh: '证书无法读取' },
    fix: {
      en: 'name a PEM file that this user may read in access.mqtt.tls.cert',
      zh: '在 access.mqtt.tls.cert 中指定当前用户可读的 PEM 文件',
    },
  },
  'certificate-expired': {
    severity: 'error',
    title: { en: 'a certificate is not valid now', zh: '证书已过期或尚未生效' },
    fix: { en: 'renew it and restart', zh: '更新证书后重启' },
  },
  'certificate-expires': {
    severity: 'warning',
    title: { en: 'a certificate expires soon', zh: '证书即将过期' },
    fix: { en: 'renew it and restart', zh: '更新证书后重启' },
  },
  'log-stopped': {
    severity: 'error',
    title: {
      en: 'the log takes nothing: no message is acknowledged',
      zh: '日志已停止写入：消息不再确认',
    },
    fix: {
      en: 'free disk space or replace the disk; it is tried again every five seconds',
      zh: '清理磁盘空间或更换磁盘；系统每 5 秒自动重试',
    },
  },
  'series-stopped': {
    severity: 'error',
    title: {
      en: 'the series store has stopped; readings wait in the log',
      zh: '时序库已停止；读数暂存日志',
    },
    fix: {
      en: 'see the log of the server for the reason, check the disk, then restart',
      zh: '查看服务器日志中的原因，检查磁盘后重启',
    },
  },
  'registry-stopped': {
    severity: 'error',
    title: { en: 'the registry does not answer', zh: '注册库无响应' },
    fix: {
      en: 'see the log of the server for the reason, check the disk, then restart',
      zh: '查看服务器日志中的原因，检查磁盘后重启',
    },
  },
  'reader-behind': {
    severity: 'warning',
    title: { en: 'a reader of the log is far behind', zh: '日志读取器滞后' },
    fix: {
      en: 'it catches up by itself when the load falls; otherwise raise store.series.memoryMiB and threads',
      zh: '负载下降后会自动追上；否则请提高 store.series.memoryMiB 和 threads',
    },
  },
  'backup-none': {
    severity: 'warning',
    title: { en: 'there is no verified backup', zh: '没有经过校验的备份' },
    fix: {
      en: 'make one and verify it, or set backup.everyHours',
      zh: '创建备份并校验，或设置 backup.everyHours',
    },
  },
  'backup-old': {
    severity: 'warning',
    title: { en: 'the last verified backup is old', zh: '最近一次校验通过的备份过旧' },
    fix: {
      en: 'make one and verify it, or set backup.everyHours',
      zh: '创建备份并校验，或设置 backup.everyHours',
    },
  },
  'backup-failed': {
    severity: 'error',
    title: { en: 'the last backup failed', zh: '最近一次备份失败' },
    fix: {
      en: 'check that backup.dir can be written and has room, then repeat it',
      zh: '检查 backup.dir 可写且空间充足，然后重试',
    },
  },
  'audit-stopped': {
    severity: 'error',
    title: {
      en: 'the audit log cannot be written: the platform is read-only',
      zh: '审计日志无法写入，平台处于只读状态',
    },
    fix: {
      en: 'check the disk of the data directory; it goes on by itself',
      zh: '检查数据目录所在磁盘；恢复后自动继续',
    },
  },
  'administrator-single-factor': {
    severity: 'warning',
    title: { en: 'an administrator has no second factor', zh: '有管理员未启用双因素认证' },
    fix: {
      en: 'add an authenticator app or a passkey to the account',
      zh: '为该账户添加动态口令或通行密钥',
    },
  },
  'demo-present': {
    severity: 'info',
    title: { en: 'the demo city is there', zh: '存在示范数据' },
    fix: {
      en: 'remove it with one click, or with fengsui demo rm',
      zh: '一键清除，或运行 fengsui demo rm',
    },
  },
  'limit-hit': {
    severity: 'info',
    title: { en: 'a limit was hit in the last hour', zh: '近一小时内触及限额' },
    fix: {
      en: 'see which one under limits; raise it under limits: in fengsui.yaml if the load is meant',
      zh: '查看限额列表；若负载合理，可在 fengsui.yaml 的 limits: 下调高',
    },
  },
} as const satisfies Record<string, IssueSpec>;

export type IssueCode = keyof typeof issueTable;

export function isIssueCode(value: unknown): value is IssueCode {
  return typeof value === 'string' && Object.hasOwn(issueTable, value);
}

/** The row of a code. */
export function issueSpec(code: IssueCode): IssueSpec {
  return issueTable[code];
}

// SPDX-License-Identifier: Apache-2.0
import { Form, Input, Modal, Radio } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import type { Tenant } from './rows.ts';
import { useChange } from './use-change.ts';

export type TenantTask =
  | { readonly kind: 'create'; readonly parent: number; readonly name: string }
  | { readonly kind: 'change'; readonly tenant: Tenant };

interface Typed {
  readonly name: string;
  readonly unknownProperties: Tenant['unknownProperties'];
}

/** Makes a tenant below another, or changes one. */
export function TenantDialog(props: {
  readonly task: TenantTask;
  readonly onClose: () => void;
}): JSX.Element {
  const { task, onClose } = props;
  const { t } = useTranslation('system');
  const api = useApi();
  const [form] = Form.useForm<Typed>();
  const { run, error, isBusy } = useChange('tenants');
  const isNew = task.kind === 'create';
  const save = async (typed: Typed): Promise<void> => {
    const done = await run(() =>
      isNew
        ? api.post('tenants', { ...typed, parent: task.parent })
        : api.patch(`tenants/${task.tenant.id}`, typed),
    );
    if (done) onClose();
  };
  return (
    <Modal
      open
      title={
        isNew
          ? t('tenants.below', { name: task.name })
          : t('tenants.changeOf', { name: task.tenant.name })
      }
      okText={t(isNew ? 'create' : 'save')}
      cancelText={t('cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={isNew ? { name: '', unknownProperties: 'refuse' } : task.tenant}
        onFinish={({ name, unknownProperties }) => void save({ name, unknownProperties })}
      >
        <Form.Item
          name="name"
          label={t('tenants.name')}
          rules={[{ required: true, whitespace: true, message: t('tenants.nameMissing') }]}
        >
          <Input maxLength={128} autoFocus />
        </Form.Item>
        <Form.Item
          name="unknownProperties"
          label={t('tenants.unknown')}
          extra={t('tenants.unknownHelp')}
        >
          <Radio.Group
            options={[
              { value: 'refuse', label: t('tenants.unknownIs.refuse') },
              { value: 'collect', label: t('tenants.unknownIs.collect') },
            ]}
          />
        </Form.Item>
      </Form>
      <ProblemAlert error={error} />
    </Modal>
  );
}

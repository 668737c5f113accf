// SPDX-License-Identifier: Apache-2.0
import { Form, Input, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useApi } from '../../../kit/services.tsx';
import { useSession } from '../../../kit/session.tsx';
import type { FilledGroup } from '../rows.ts';
import { useChange } from '../use-change.ts';
import { TenantSelect } from './pickers.tsx';

interface Typed {
  readonly name: string;
  readonly title?: string;
}

/** Makes a group, empty at first. */
export function CreateGroup(props: {
  readonly onClose: () => void;
  readonly onMade: (id: number) => void;
}): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const { tenant } = useSession();
  const [form] = Form.useForm<Typed>();
  const [place, setPlace] = useState<number>();
  const { run, error, isBusy } = useChange('groups');
  const save = ({ name, title = '' }: Typed): void =>
    void run(async () => {
      const body = { name, title, ...(place === undefined ? {} : { tenant: place }) };
      const { id } = await api.post<FilledGroup>('groups', body);
      props.onMade(id);
    });
  return (
    <Modal
      open
      title={t('groups.create')}
      okText={t('create')}
      cancelText={t('cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        <Form.Item
          name="name"
          label={t('groups.name')}
          rules={[{ required: true, whitespace: true, message: t('groups.nameMissing') }]}
        >
          <Input maxLength={64} autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item name="title" label={t('users.title')}>
          <Input maxLength={128} autoComplete="off" />
        </Form.Item>
        <Form.Item label={t('users.tenant')} htmlFor="new-group-tenant">
          <TenantSelect
            id="new-group-tenant"
            value={place}
            placeholder={tenant.name}
            onChange={setPlace}
          />
        </Form.Item>
      </Form>
      <ProblemAlert error={error} />
    </Modal>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Form, Input, Modal, Select, type FormInstance } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useApi } from '../../../kit/services.tsx';
import { useSession } from '../../../kit/session.tsx';
import { useChange } from '../use-change.ts';
import type { Account, AccountKind } from '../rows.ts';
import { SecretOnce } from './secret-once.tsx';
import { TenantSelect } from './pickers.tsx';

interface Typed {
  readonly name: string;
  readonly title?: string;
  readonly language?: string;
  readonly password?: boolean;
}

type Made = Account & { readonly temporaryPassword?: string };

export interface CreateAccountProps {
  readonly kind: AccountKind;
  readonly onClose: () => void;
  readonly onMade: (id: number) => void;
}

/** Makes an account; a user's temporary password is shown until the dialog is closed. */
export function CreateAccount({ kind, onClose, onMade }: CreateAccountProps): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const [form] = Form.useForm<Typed>();
  const [place, setPlace] = useState<number>();
  const [made, setMade] = useState<Made>();
  const { run, error, isBusy } = useChange(kind);
  const save = (typed: Typed): void =>
    void run(async () => {
      const filled = Object.entries(typed).filter(
        ([, value]) => value !== undefined && value !== '',
      );
      const body = {
        ...Object.fromEntries(filled),
        ...(place === undefined ? {} : { tenant: place }),
      };
      const answer = await api.post<Made>(kind, body);
      setMade(answer);
    });
  const leave = (): void => {
    onClose();
    if (made !== undefined) onMade(made.id);
  };
  return (
    <Modal
      open
      title={t(`users.create.${kind}`)}
      mask={{ closable: false }}
      onCancel={leave}
      footer={
        made === undefined
          ? [
              <Button key="cancel" onClick={onClose}>
                {t('cancel')}
              </Button>,
              <Button key="save" type="primary" loading={isBusy} onClick={() => form.submit()}>
                {t('create')}
              </Button>,
            ]
          : [
              <Button key="done" type="primary" onClick={leave}>
                {t('users.toGrants')}
              </Button>,
            ]
      }
    >
      {made === undefined ? (
        <Fields
          form={form}
          isUser={kind === 'users'}
          onSave={save}
          tenant={place}
          onTenant={setPlace}
        />
      ) : (
        <Outcome made={made} />
      )}
      <ProblemAlert error={error} />
    </Modal>
  );
}

interface FieldsProps {
  readonly form: FormInstance<Typed>;
  readonly isUser: boolean;
  readonly onSave: (typed: Typed) => void;
  readonly tenant: number | undefined;
  readonly onTenant: (id: number | undefined) => void;
}

function Fields({ form, isUser, onSave, tenant: value, onTenant }: FieldsProps): JSX.Element {
  const { t } = useTranslation('system');
  const { tenant: home } = useSession();
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ password: true }}
      onFinish={onSave}
    >
      <Form.Item
        name="name"
        label={t('users.name')}
        extra={t('users.nameHelp')}
        rules={[{ required: true, message: t('users.nameMissing') }]}
      >
        <Input maxLength={64} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item name="title" label={t('users.title')}>
        <Input maxLength={128} autoComplete="off" />
      </Form.Item>
      <Form.Item label={t('users.tenant')} htmlFor="new-account-tenant">
        <TenantSelect
          id="new-account-tenant"
          value={value}
          placeholder={home.name}
          onChange={onTenant}
        />
      </Form.Item>
      {isUser && (
        <>
          <Form.Item name="language" label={t('users.language')}>
            <Select
              allowClear
              aria-label={t('users.language')}
              placeholder={t('users.languageAny')}
              options={languages.map((value) => ({
                value,
                label: t(`users.languages.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item name="password" valuePropName="checked" extra={t('users.passwordHelp')}>
            <Checkbox>{t('users.withPassword')}</Checkbox>
          </Form.Item>
        </>
      )}
    </Form>
  );
}

function Outcome({ made }: { readonly made: Made }): JSX.Element {
  const { t } = useTranslation('system');
  return (
    <>
      <p role="status">{t('users.made', { name: made.name })}</p>
      {made.temporaryPassword !== undefined && <SecretOnce secret={made.temporaryPassword} />}
      <p className="fs-muted">{t('users.madeNext')}</p>
    </>
  );
}

export const languages = ['zh', 'en'] as const;

// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useApi } from '../../../kit/services.tsx';
import { useTenantNames } from '../names.ts';
import { useChange } from '../use-change.ts';
import { labelsOf } from './narrowing.ts';
import { RoleSelect, TenantSelect } from './pickers.tsx';

export interface GrantSubject {
  readonly account?: number;
  readonly group?: number;
}

export interface GrantFormProps {
  readonly subject: GrantSubject;
  readonly tenant: number;
  readonly onClose: () => void;
}

/** Gives a role: which, where, and perhaps only for some things and properties. */
export function GrantForm({ subject, tenant, onClose }: GrantFormProps): JSX.Element {
  const { t } = useTranslation('system');
  const api = useApi();
  const tenantName = useTenantNames();
  const [role, setRole] = useState<string>();
  const [place, setPlace] = useState<number>();
  const [labels, setLabels] = useState<readonly string[]>([]);
  const [properties, setProperties] = useState<readonly string[]>([]);
  const { run, error, isBusy } = useChange('grants', 'users', 'service-accounts');
  const pairs = labelsOf(labels);
  const save = async (): Promise<void> => {
    const body = {
      ...{ ...subject, role, tenant: place ?? tenant },
      ...(labels.length === 0 ? {} : { labels: pairs }),
      ...(properties.length === 0 ? {} : { properties }),
    };
    if (await run(() => api.post('grants', body))) onClose();
  };
  return (
    <div className="sy-form sy-inset" role="group" aria-label={t('grants.add')}>
      <div className="sy-pair">
        <div className="sy-field">
          <span>{t('grants.role')}</span>
          <RoleSelect value={role} onChange={setRole} />
        </div>
        <div className="sy-field">
          <span>{t('grants.where')}</span>
          <TenantSelect value={place} placeholder={tenantName(tenant)} onChange={setPlace} />
        </div>
        <div className="sy-field">
          <span>{t('grants.labels')}</span>
          <Tags label={t('grants.labels')} example="area=north" onChange={setLabels} />
          {pairs === undefined && <span className="fs-bad fs-small">{t('grants.badLabel')}</span>}
        </div>
        <div className="sy-field">
          <span>{t('grants.properties')}</span>
          <Tags label={t('grants.properties')} example="temperature" onChange={setProperties} />
        </div>
      </div>
      <p className="fs-muted fs-small">{t('grants.help')}</p>
      <ProblemAlert error={error} />
      <Flex gap="small">
        <Button
          type="primary"
          loading={isBusy}
          disabled={role === undefined || pairs === undefined}
          onClick={() => void save()}
        >
          {t('grants.give')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </Flex>
    </div>
  );
}

function Tags(props: {
  readonly label: string;
  readonly example: string;
  readonly onChange: (texts: readonly string[]) => void;
}): JSX.Element {
  return (
    <Select
      mode="tags"
      open={false}
      suffixIcon={null}
      aria-label={props.label}
      placeholder={props.example}
      tokenSeparators={[',', '，', ' ']}
      onChange={(texts: string[]) => props.onChange(texts)}
    />
  );
}

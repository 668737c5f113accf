// SPDX-License-Identifier: Apache-2.0
import { Checkbox, Input } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../kit/session.tsx';
import { usePermissions } from './names.ts';
import type { RoleDraft } from './role-form.tsx';
import { PermissionName } from './role-matrix.tsx';

export interface RoleFieldsProps {
  readonly draft: RoleDraft;
  readonly isNew: boolean;
  readonly onChange: (change: Partial<RoleDraft>) => void;
}

/** Name and permissions of a role; nobody gives what they do not have. */
export function RoleFields({ draft, isNew, onChange }: RoleFieldsProps): JSX.Element {
  const { t } = useTranslation('system');
  const { permissions: own } = useSession();
  const permissions = usePermissions();
  const has = new Set(draft.permissions.split(' ').filter(Boolean));
  const set = (name: string, isIn: boolean): void => {
    const next = new Set(has);
    if (isIn) next.add(name);
    else next.delete(name);
    onChange({ permissions: [...next].toSorted().join(' ') });
  };
  return (
    <>
      {isNew && (
        <label className="sy-field">
          <span>{t('roles.name')}</span>
          <Input
            maxLength={64}
            value={draft.name}
            autoFocus
            onChange={({ target }) => onChange({ name: target.value })}
          />
        </label>
      )}
      <label className="sy-field">
        <span>{t('roles.title')}</span>
        <Input
          maxLength={128}
          value={draft.title}
          onChange={({ target }) => onChange({ title: target.value })}
        />
      </label>
      <fieldset className="sy-field sy-checks">
        <legend>{t('roles.may')}</legend>
        {permissions.map((permission) => (
          <Checkbox
            key={permission.name}
            checked={has.has(permission.name)}
            disabled={!has.has(permission.name) && !own.includes(permission.name)}
            onChange={({ target }) => set(permission.name, target.checked)}
          >
            <PermissionName permission={permission} />
          </Checkbox>
        ))}
      </fieldset>
    </>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Alert } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from '../../../kit/copyable.tsx';

/** A temporary password; nobody can read it again. */
export function SecretOnce({ secret }: { readonly secret: string }): JSX.Element {
  const { t } = useTranslation('system');
  return (
    <Alert
      type="warning"
      showIcon
      title={t('users.secretOnce')}
      description={<Copyable text={secret} label={t('users.secret')} />}
    />
  );
}

// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { Button, Flex } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { SecondFactor } from '../../shell/second-factor.tsx';
import type { SecondFactorMethod } from '../../shell/sign-in.ts';
import type { Me } from './me.ts';

/** The second factors that an account has. */
export function methodsOf(me: Me): SecondFactorMethod[] {
  return [
    ...(me.totp ? (['totp'] as const) : []),
    ...(me.recovery > 0 ? (['recovery'] as const) : []),
    ...(me.passkeys > 0 ? (['passkey'] as const) : []),
  ];
}

/** Makes a session that was opened with one factor one of two. */
export function StepUp({ me }: { readonly me: Me }): JSX.Element {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  if (isOpen) {
    return (
      <SecondFactor
        methods={methodsOf(me)}
        onState={() => void queries.invalidateQueries()}
        onBack={() => setOpen(false)}
      />
    );
  }
  return (
    <Flex vertical gap="small" align="start">
      <span>{t('stepUp.text')}</span>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t('stepUp.begin')}
      </Button>
    </Flex>
  );
}

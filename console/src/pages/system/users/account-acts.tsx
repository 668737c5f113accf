// SPDX-License-Identifier: Apache-2.0
import { Button, Flex } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../../kit/confirm.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { useNow } from '../../../kit/time.tsx';
import type { Account, AccountKind } from '../rows.ts';
import { useChange } from '../use-change.ts';
import { isLocked } from './account-state.tsx';
import { SecretOnce } from './secret-once.tsx';

export interface AccountActsProps {
  readonly kind: AccountKind;
  readonly account: Account;
  readonly onEdit: () => void;
  readonly onRemoved: () => void;
}

/** What can be done about an account; what hurts is asked about first. */
export function AccountActs(props: AccountActsProps): JSX.Element | null {
  const { kind, account, onEdit, onRemoved } = props;
  const { id, name, disabled } = account;
  const { t } = useTranslation('system');
  const api = useApi();
  const canManage = useCan('users.manage');
  const ask = useQuestion(kind, name);
  const now = useNow();
  const [secret, setSecret] = useState<string>();
  const { run, error, isBusy } = useChange(kind);
  if (!canManage) return null;
  const path = `${kind}/${id}`;
  const reset = async (): Promise<void> => {
    const answer = await api.post<{ temporaryPassword: string }>(`${path}/password`);
    setSecret(answer.temporaryPassword);
  };
  const remove = async (): Promise<void> => {
    await api.delete(path);
    onRemoved();
  };
  const setDisabled = (is: boolean): Promise<unknown> => api.patch(path, { disabled: is });
  return (
    <>
      <Flex gap="small" wrap className="sy-tools">
        <Button onClick={onEdit}>{t('change')}</Button>
        {disabled ? (
          <Button loading={isBusy} onClick={() => void run(() => setDisabled(false))}>
            {t('users.enable')}
          </Button>
        ) : (
          <Button onClick={() => ask('disable', () => setDisabled(true))}>
            {t('users.disable.act')}
          </Button>
        )}
        {kind === 'users' && (
          <>
            <Button onClick={() => ask('password', reset)}>{t('users.password.act')}</Button>
            {account.secondFactor && (
              <Button onClick={() => ask('factor', () => api.delete(`${path}/second-factor`))}>
                {t('users.factor.act')}
              </Button>
            )}
            {isLocked(account, now) && (
              <Button loading={isBusy} onClick={() => void run(() => api.post(`${path}/unlock`))}>
                {t('users.unlock')}
              </Button>
            )}
            <Button loading={isBusy} onClick={() => void run(() => api.delete(`${path}/sessions`))}>
              {t('users.endSessions')}
            </Button>
          </>
        )}
        <Button danger onClick={() => ask('remove', remove)}>
          {t('users.remove.act')}
        </Button>
      </Flex>
      <ProblemAlert error={error} />
      {secret !== undefined && <SecretOnce secret={secret} />}
    </>
  );
}

type Hurting = 'disable' | 'password' | 'factor' | 'remove';

/** Asks before an act that hurts; for what cannot be undone the name has to be typed. */
function useQuestion(
  kind: AccountKind,
  name: string,
): (act: Hurting, work: () => Promise<unknown>) => void {
  const { t } = useTranslation('system');
  const confirm = useConfirm();
  const refresh = useRefresh();
  return (act, work) =>
    confirm({
      title: t(`users.${act}.title`, { name }),
      text: t(`users.${act}.text`),
      confirm: t(`users.${act}.act`),
      ...(act === 'remove' ? { name } : {}),
      act: async () => {
        await work();
        await refresh(kind);
      },
    });
}

// SPDX-License-Identifier: Apache-2.0
import { App, Input } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem.tsx';

export interface DangerousAction {
  readonly title: string;
  /** What will be gone, in words. */
  readonly text: ReactNode;
  readonly confirm: string;
  /** Has to be typed first, for what cannot be undone. */
  readonly name?: string;
  readonly act: () => Promise<unknown>;
}

/** Asks before something that hurts, does it, and says why it could not be done. */
export function useConfirm(): (action: DangerousAction) => void {
  const { modal } = App.useApp();
  const { t } = useTranslation('kit');
  return ({ title, text, confirm, name, act }) => {
    const body = (error?: unknown, disabled = name !== undefined): void =>
      shown.update({
        content: (
          <Body text={text} name={name} error={error} onName={(is) => body(undefined, !is)} />
        ),
        okButtonProps: { danger: true, disabled },
      });
    const shown = modal.confirm({
      title,
      okText: confirm,
      cancelText: t('confirm.cancel'),
      okButtonProps: { danger: true, disabled: name !== undefined },
      content: (
        <Body text={text} name={name} error={undefined} onName={(is) => body(undefined, !is)} />
      ),
      onOk: () =>
        act().catch((error: unknown) => {
          body(error, false);
          throw error;
        }),
    });
  };
}

interface BodyProps {
  readonly text: ReactNode;
  readonly name: string | undefined;
  readonly error: unknown;
  readonly onName: (matches: boolean) => void;
}

function Body({ text, name, error, onName }: BodyProps): JSX.Element {
  const { t } = useTranslation('kit');
  const [typed, setTyped] = useState('');
  return (
    <>
      <p>{text}</p>
      {name !== undefined && (
        <Input
          aria-label={t('confirm.type', { name })}
          placeholder={t('confirm.type', { name })}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            onName(target.value === name);
          }}
        />
      )}
      <ProblemAlert error={error} />
    </>
  );
}

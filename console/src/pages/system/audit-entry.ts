// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import type { Tone } from '../../kit/badges.tsx';

export interface AuditEntry {
  readonly seq: number;
  readonly time: string;
  readonly tenant: number;
  readonly actor: {
    readonly kind: string;
    readonly id?: number;
    readonly account?: number;
    readonly name?: string;
  };
  readonly act: string;
  readonly resource?: { readonly kind: string; readonly id?: string };
  readonly source?: string;
  readonly result: 'done' | 'refused' | 'failed';
  readonly code?: string;
  readonly before?: string;
  readonly after?: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly trace?: string;
  readonly hash: string;
}

export const toneOf = {
  ...{ done: 'good', refused: 'bad', failed: 'warn' },
} as const satisfies Record<AuditEntry['result'], Tone>;

/** Who acted, in words: the log itself has only numbers. */
export function useActorName(): (actor: AuditEntry['actor']) => string {
  const { t } = useTranslation('system');
  return ({ kind, id, name }) => {
    const number = id === undefined ? '' : ` #${id}`;
    const what = `${t(`audit.kinds.${kind}`)}${number}`;
    return name === undefined ? what : `${name} (${what})`;
  };
}

// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex } from 'antd';
import { useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../kit/api.ts';
import { ProblemAlert } from '../../kit/problem.tsx';

/** What is edited: texts by name. */
export type EditedFields = Readonly<Record<string, string>>;

export interface Version<T> {
  readonly draft: T;
  readonly etag: string | undefined;
}

export interface EditingProps<T extends EditedFields> {
  /** What the edit begins with. */
  readonly base: Version<T>;
  readonly labels: Readonly<Record<keyof T, string>>;
  readonly fields: (draft: T, onChange: (change: Partial<T>) => void) => ReactNode;
  readonly isBad: (draft: T) => boolean;
  readonly submit: string;
  /** Reads it as it is now, after a conflict. */
  readonly read: () => Promise<Version<T>>;
  readonly save: (draft: T, etag: string | undefined) => Promise<unknown>;
  readonly onClose: () => void;
}

/** A form over a version of something: what somebody else has changed is shown, and nothing typed is lost. */
export function Editing<T extends EditedFields>(props: EditingProps<T>): JSX.Element {
  const { fields, isBad, submit, read, save, onClose } = props;
  const { t } = useTranslation('system');
  const [base, setBase] = useState(props.base);
  const [draft, setDraft] = useState(base.draft);
  const [theirs, setTheirs] = useState<Version<T>>();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const names: (keyof T)[] = Object.keys(props.labels);
  const attempt = async (mine: T, etag: string | undefined): Promise<void> => {
    try {
      await save(mine, etag);
    } catch (reason) {
      if (!(reason instanceof ApiProblem && reason.status === 412)) throw reason;
      const now = await read();
      // What was changed meanwhile may be none of what is edited here.
      if (names.some((name) => now.draft[name] !== base.draft[name])) setTheirs(now);
      else await save(mine, now.etag);
    }
  };
  const store = async (mine: T, etag: string | undefined): Promise<void> => {
    setBusy(true);
    setError(null);
    await attempt(mine, etag).catch(setError);
    setBusy(false);
  };
  const choose = (kept: T, theirVersion: Version<T>): void => {
    setBase(theirVersion);
    setDraft(kept);
    setTheirs(undefined);
  };
  if (theirs !== undefined) {
    return (
      <Conflict
        {...{ base: base.draft, mine: draft, theirs: theirs.draft, labels: props.labels }}
        onMine={() => {
          choose(draft, theirs);
          void store(draft, theirs.etag);
        }}
        onTheirs={() => choose(theirs.draft, theirs)}
        onBack={() => choose(draft, theirs)}
      />
    );
  }
  return (
    <form
      className="sy-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBad(draft)) void store(draft, base.etag);
      }}
    >
      {fields(draft, (change) => setDraft((before) => ({ ...before, ...change })))}
      <ProblemAlert error={error} />
      <Flex gap="small">
        <Button type="primary" htmlType="submit" loading={isBusy} disabled={isBad(draft)}>
          {submit}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </Flex>
    </form>
  );
}

interface ConflictProps<T extends EditedFields> {
  readonly base: T;
  readonly mine: T;
  readonly theirs: T;
  readonly labels: Readonly<Record<keyof T, string>>;
  readonly onMine: () => void;
  readonly onTheirs: () => void;
  readonly onBack: () => void;
}

/** What two people have changed at the same time, side by side. */
function Conflict<T extends EditedFields>(props: ConflictProps<T>): JSX.Element {
  const { base, mine, theirs, labels, onMine, onTheirs, onBack } = props;
  const { t } = useTranslation('system');
  const names: (keyof T)[] = Object.keys(labels);
  const differing = names.filter((name) => mine[name] !== theirs[name]);
  return (
    <div className="sy-form">
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t('conflict.title')}
        description={t('conflict.text')}
      />
      <table className="sy-table" aria-label={t('conflict.title')}>
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.before')}</th>
            <th scope="col">{t('conflict.mine')}</th>
            <th scope="col">{t('conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {differing.map((name) => (
            <tr key={String(name)}>
              <th scope="row">{labels[name]}</th>
              <td>{base[name]}</td>
              <td>{mine[name]}</td>
              <td>{theirs[name]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Flex gap="small" wrap>
        <Button type="primary" onClick={onMine}>
          {t('conflict.keepMine')}
        </Button>
        <Button onClick={onTheirs}>{t('conflict.takeTheirs')}</Button>
        <Button onClick={onBack}>{t('conflict.back')}</Button>
      </Flex>
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Spin } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, type Tagged } from '../../../kit/api.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useQuery } from '@tanstack/react-query';
import type { Thing } from '../thing.ts';
import { Conflict } from './conflict.tsx';
import { draftOf, patchOf, propertiesOf, type Draft } from './draft.ts';
import { ThingFields } from './fields.tsx';

export interface EditThingProps {
  readonly id: number;
  readonly onClose: () => void;
}

/** Changes a thing; what somebody else has changed meanwhile is shown, and nothing typed is lost. */
export function EditThing({ id, onClose }: EditThingProps): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  // Its own reading: the form keeps to the version that it began with.
  const { data, error } = useQuery({
    queryKey: ['edit', id],
    queryFn: ({ signal }) => api.getTagged<Thing>(`things/${id}`, { signal }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Drawer open size={520} title={t('edit.title')} onClose={onClose} mask={{ closable: false }}>
      <ProblemAlert error={error} />
      {data === undefined ? error === null && <Spin /> : <Form tagged={data} onClose={onClose} />}
    </Drawer>
  );
}

interface Base {
  readonly draft: Draft;
  readonly etag: string | undefined;
}

const baseOf = ({ value, etag }: Tagged<Thing>): Base => ({ draft: draftOf(value), etag });

function Form(props: {
  readonly tagged: Tagged<Thing>;
  readonly onClose: () => void;
}): JSX.Element {
  const { tagged, onClose } = props;
  const { id } = tagged.value;
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const [base, setBase] = useState(() => baseOf(tagged));
  const [draft, setDraft] = useState(base.draft);
  const [theirs, setTheirs] = useState<Base>();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const save = async (from: Base, mine: Draft): Promise<void> => {
    const body = patchOf(from.draft, mine);
    if (Object.keys(body).length === 0) return onClose();
    setBusy(true);
    setError(null);
    try {
      await api.patch(`things/${id}`, body, { ifMatch: from.etag });
      await refresh('things');
      onClose();
    } catch (reason) {
      if (reason instanceof ApiProblem && reason.status === 412)
        setTheirs(baseOf(await api.getTagged<Thing>(`things/${id}`)));
      else setError(reason);
    } finally {
      setBusy(false);
    }
  };
  if (theirs !== undefined) {
    return (
      <Conflict
        base={base.draft}
        mine={draft}
        theirs={theirs.draft}
        onBack={() => setTheirs(undefined)}
        onChosen={(merged) => {
          setBase(theirs);
          setDraft(merged);
          setTheirs(undefined);
          void save(theirs, merged);
        }}
      />
    );
  }
  const isBad = draft.name.trim() === '' || propertiesOf(draft.properties) === undefined;
  return (
    <form
      className="th-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBad) void save(base, draft);
      }}
    >
      <ThingFields
        draft={draft}
        thing={id}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
      />
      <ProblemAlert error={error} />
      <div className="th-chips">
        <Button type="primary" htmlType="submit" loading={isBusy} disabled={isBad}>
          {t('save')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

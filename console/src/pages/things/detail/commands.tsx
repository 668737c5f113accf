// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useLive } from '../../../kit/live.ts';
import { useRefresh } from '../../../kit/queries.ts';
import { Desired } from './desired.tsx';
import { Invoke } from './invoke.tsx';
import { useModel } from './model.ts';
import { Tasks } from './tasks.tsx';
import type { TabProps } from './thing.tsx';

/** What the thing should be like and what it should do. */
export function Commands({ thing }: TabProps): JSX.Element {
  const model = useModel(thing);
  const refresh = useRefresh();
  useLive({ kind: 'actions', things: [thing.id], ratePerSecond: 2 }, () => {
    void refresh(`things/${thing.id}/desired`);
    void refresh(`things/${thing.id}/tasks`);
    void refresh('tasks');
  });
  return (
    <div className="th-grid">
      <Desired thing={thing} model={model} />
      <div className="th-columns">
        <Invoke thing={thing} model={model} />
        <Tasks thing={thing} />
      </div>
    </div>
  );
}

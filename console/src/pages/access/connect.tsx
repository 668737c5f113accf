// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card, Flex, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { Choose } from './choose.tsx';
import { FirstMessage } from './first-message.tsx';
import type { Made } from './made.ts';
import type { Listener, Place } from './place.ts';
import { useAccessState } from './state.ts';
import { Strip } from './strip.tsx';
import { herePlace, Warning } from './warning.tsx';

/** The wizard: a device and its credential, the first message, and what becomes of it. */
export function Connect(props: {
  readonly made: Made | undefined;
  readonly onMade: (made: Made | undefined) => void;
}): JSX.Element {
  const { made, onMade } = props;
  const { data, error, refetch } = useGet<{ items: Listener[] }>('listeners');
  const [{ via }, set] = useAccessState();
  if (data === undefined) {
    if (error !== null) return <ProblemAlert error={error} onRetry={refetch} />;
    return <Spin className="fs-wait" />;
  }
  const place = herePlace(via, data.items);
  if (made === undefined) {
    const started = (next: Made): void => {
      onMade(next);
      set({ thing: String(next.thing) });
    };
    return <Choose listeners={data.items} place={place} onMade={started} />;
  }
  const again = (): void => {
    onMade(undefined);
    set({ thing: '' });
  };
  return (
    <Sending key={made.thing} made={made} place={place} listeners={data.items} onAgain={again} />
  );
}

function Sending(props: {
  readonly made: Made;
  readonly place: Place | undefined;
  readonly listeners: readonly Listener[];
  readonly onAgain: () => void;
}): JSX.Element {
  const { t } = useTranslation('access');
  const { made, place, listeners, onAgain } = props;
  const another = (
    <Button size="small" onClick={onAgain}>
      {t('connect.another')}
    </Button>
  );
  return (
    <div className="ac-connect">
      <Card size="small" title={<h2>{t('connect.send')}</h2>} extra={another}>
        {place === undefined ? (
          <Alert type="warning" showIcon title={t('connect.closed')} />
        ) : (
          <Flex vertical gap="small">
            <Warning place={place} listeners={listeners} />
            <FirstMessage made={made} place={place} listeners={listeners} />
          </Flex>
        )}
      </Card>
      <Strip made={made} way={place?.way ?? 'mqtt'} />
    </div>
  );
}

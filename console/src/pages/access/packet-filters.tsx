// SPDX-License-Identifier: Apache-2.0
import { Checkbox, Flex, Input, Radio } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveRequest } from '../../kit/live-socket.ts';
import { SearchSelect, useSettled } from '../../kit/search-select.tsx';
import { Choice } from './inbox.tsx';
import { thingOption, thingQuery, type ThingBody } from './made.ts';
import type { PacketRow } from './packet-buffer.ts';
import { thingNumber, useAccessState } from './state.ts';

/** As many as the server gives. */
const ratePerSecond = 10_000;

/** What the address says is followed; undefined while nothing is. */
export function useRequest(): LiveRequest | undefined {
  const [{ follow, thing, client, source, protocol }] = useAccessState();
  const id = thingNumber(thing);
  const settled = { client: useSettled(client).trim(), source: useSettled(source).trim() };
  if (!follow) return undefined;
  return {
    kind: 'packets',
    ratePerSecond,
    ...(id === undefined ? {} : { things: [id] }),
    ...(settled.client === '' ? {} : { client: settled.client }),
    ...(settled.source === '' ? {} : { source: settled.source }),
    ...(protocol === '' ? {} : { protocol }),
  };
}

/** Whose packets are followed; everything that is named must fit. */
export function PacketTarget(): JSX.Element {
  const { t } = useTranslation('access');
  const [{ thing, client, source, protocol }, set] = useAccessState();
  return (
    <Flex gap="small" wrap className="ac-filters">
      <SearchSelect<ThingBody>
        path="things"
        query={thingQuery}
        optionOf={thingOption}
        value={thingNumber(thing)}
        onChange={(id) => set({ thing: id === undefined ? '' : String(id) })}
        label={t('connect.device')}
        placeholder={t('packets.anyThing')}
      />
      <Input
        className="ac-field"
        allowClear
        aria-label={t('inbox.clientId')}
        placeholder={t('inbox.clientId')}
        value={client}
        onChange={({ target }) => set({ client: target.value })}
      />
      <Input
        className="ac-field"
        allowClear
        aria-label={t('inbox.source')}
        placeholder={t('inbox.source')}
        value={source}
        onChange={({ target }) => set({ source: target.value })}
      />
      <Choice
        label={t('inbox.protocol')}
        value={protocol}
        onChange={(value) => set({ protocol: value })}
        options={['mqtt', 'http'].map((value) => ({ value, label: value.toUpperCase() }))}
      />
    </Flex>
  );
}

/** Which of the packets that came are shown. */
export function PacketFilters({ rows }: { readonly rows: readonly PacketRow[] }): JSX.Element {
  const { t } = useTranslation('access');
  const [{ direction, name, faults }, set] = useAccessState();
  const names = [...new Set(rows.map(({ packet }) => packet.name))].toSorted();
  const all = name === '' || names.includes(name) ? names : [...names, name];
  const directions = ['all', 'in', 'out'] as const;
  return (
    <>
      <Radio.Group
        aria-label={t('packets.direction')}
        optionType="button"
        value={direction}
        onChange={({ target }) =>
          set({ direction: directions.find((each) => each === target.value) ?? 'all' })
        }
        options={directions.map((value) => ({ value, label: t(`packets.directions.${value}`) }))}
      />
      <Choice
        label={t('packets.type')}
        value={name}
        onChange={(value) => set({ name: value })}
        options={all.map((value) => ({ value, label: value }))}
      />
      <Checkbox checked={faults} onChange={({ target }) => set({ faults: target.checked })}>
        {t('packets.faults')}
      </Checkbox>
    </>
  );
}

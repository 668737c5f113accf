// SPDX-License-Identifier: Apache-2.0
import { Button, Card, Form, Input, Radio } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet, useRefresh } from '../../kit/queries.ts';
import { SearchSelect } from '../../kit/search-select.tsx';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import {
  modelOption,
  thingOption,
  thingQuery,
  type Made,
  type ModelSummary,
  type ThingBody,
} from './made.ts';
import { ways, type Listener, type Place } from './place.ts';
import type { Device } from './snippets.ts';
import { thingNumber, useAccessState } from './state.ts';
import { herePlace, Warning } from './warning.tsx';

interface ChooseProps {
  readonly listeners: readonly Listener[];
  readonly place: Place | undefined;
  readonly onMade: (made: Made) => void;
}

/** Protocol, product and name; makes the thing and its credential. */
export function Choose({ listeners, place, onMade }: ChooseProps): JSX.Element {
  const { t } = useTranslation('access');
  const [{ via, thing, model }, set] = useAccessState();
  const [isKnown, setKnown] = useState(thing !== '');
  const [name, setName] = useState('');
  // Should the credential fail, the next try is for the thing that is there now.
  const onLeft = (id: number): void => {
    set({ thing: String(id) });
    setKnown(true);
  };
  const { make, error, isBusy } = useMake(onMade, onLeft);
  const known = isKnown ? thingNumber(thing) : undefined;
  const isReady = place !== undefined && (isKnown ? known !== undefined : name.trim() !== '');
  const submit = (): void => {
    if (isReady) void make(isKnown ? { thing: known } : { name: name.trim(), model });
  };
  return (
    <Card size="small" className="fs-narrow" title={<h2>{t('connect.choose')}</h2>}>
      <Form layout="vertical" onFinish={submit} disabled={isBusy}>
        <Form.Item label={t('connect.protocol')}>
          <Radio.Group
            aria-label={t('connect.protocol')}
            value={via}
            onChange={({ target }) => {
              const chosen = ways.find((way) => way === target.value);
              if (chosen !== undefined) set({ via: chosen });
            }}
            options={ways.map((way) => ({
              value: way,
              label: t(`ways.${way}`),
              disabled: herePlace(way, listeners) === undefined,
            }))}
          />
          <Closed listeners={listeners} />
        </Form.Item>
        <Form.Item>
          <Radio.Group
            aria-label={t('connect.device')}
            optionType="button"
            value={isKnown}
            onChange={({ target }) => setKnown(target.value === true)}
            options={[
              { value: false, label: t('connect.new') },
              { value: true, label: t('connect.known') },
            ]}
          />
        </Form.Item>
        {isKnown ? (
          <Known
            thing={known}
            onThing={(id) => set({ thing: id === undefined ? '' : String(id) })}
          />
        ) : (
          <New name={name} onName={setName} model={model} onModel={(uri) => set({ model: uri })} />
        )}
        {place !== undefined && <Warning place={place} listeners={listeners} />}
        <ProblemAlert error={error} />
        <Button
          type="primary"
          htmlType="submit"
          className="ac-submit"
          disabled={!isReady}
          loading={isBusy}
        >
          {t(isKnown ? 'connect.makeCredential' : 'connect.make')}
        </Button>
      </Form>
    </Card>
  );
}

/** What is not open, and the setting that opens it. */
function Closed({ listeners }: { readonly listeners: readonly Listener[] }): JSX.Element | null {
  const { t } = useTranslation('access');
  const closed = listeners.filter(({ name, open }) => !open && ways.some((way) => way === name));
  if (closed.length === 0) return null;
  return (
    <div className="fs-muted fs-small">
      {closed.map(({ name, setting }) => (
        <div key={name} className="ac-about">
          <span>{t('connect.off', { way: t(`ways.${name}`), setting })}</span>
          <PageLink to="/access?tab=listeners">{t('connect.how')}</PageLink>
        </div>
      ))}
    </div>
  );
}

function New(props: {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly model: string;
  readonly onModel: (uri: string) => void;
}): JSX.Element {
  const { t } = useTranslation('access');
  const { name, onName, model, onModel } = props;
  const mayModels = useCan('models.read');
  return (
    <>
      {mayModels && (
        <Form.Item label={t('connect.model')} htmlFor="ac-model" help={t('connect.modelHelp')}>
          <SearchSelect<ModelSummary>
            id="ac-model"
            path="models"
            query={(text) => ({ text: text.trim() === '' ? undefined : text.trim() })}
            optionOf={modelOption}
            value={model === '' ? undefined : model}
            onChange={(uri) => onModel(uri === undefined ? '' : String(uri))}
            label={t('connect.model')}
            placeholder={t('connect.noModel')}
          />
        </Form.Item>
      )}
      <Form.Item label={t('connect.name')} htmlFor="ac-name" required>
        <Input
          id="ac-name"
          maxLength={256}
          value={name}
          placeholder={t('connect.nameExample')}
          onChange={({ target }) => onName(target.value)}
        />
      </Form.Item>
    </>
  );
}

function Known(props: {
  readonly thing: number | undefined;
  readonly onThing: (id: number | undefined) => void;
}): JSX.Element {
  const { t } = useTranslation('access');
  const { thing, onThing } = props;
  const { data: about } = useGet<ThingBody>(`things/${thing}`, { enabled: thing !== undefined });
  return (
    <Form.Item
      label={t('connect.thing')}
      htmlFor="ac-thing"
      help={about === undefined ? t('connect.knownHelp') : `${about.name} · ${about.uri}`}
    >
      <SearchSelect<ThingBody>
        id="ac-thing"
        path="things"
        query={thingQuery}
        optionOf={thingOption}
        value={thing}
        onChange={(id) => onThing(typeof id === 'number' ? id : undefined)}
        label={t('connect.thing')}
      />
    </Form.Item>
  );
}

type Wanted =
  | { readonly thing: number | undefined }
  | { readonly name: string; readonly model: string };

interface Make {
  readonly make: (wanted: Wanted) => Promise<void>;
  readonly error: unknown;
  readonly isBusy: boolean;
}

function useMake(onMade: (made: Made) => void, onLeft: (thing: number) => void): Make {
  const api = useApi();
  const refresh = useRefresh();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const thingOf = async (wanted: Wanted): Promise<ThingBody> => {
    if ('thing' in wanted) return api.get<ThingBody>(`things/${wanted.thing}`);
    const { name, model } = wanted;
    return api.post<ThingBody>('things', model === '' ? { name } : { name, model });
  };
  const make = async (wanted: Wanted): Promise<void> => {
    let thing: ThingBody | undefined;
    setBusy(true);
    setError(undefined);
    try {
      thing = await thingOf(wanted);
      const device = await api.post<Device>(`things/${thing.id}/credentials`, {});
      await refresh('things');
      onMade({ thing: thing.id, name: thing.name, model: thing.model?.uri, device });
    } catch (problem) {
      setError(problem);
      setBusy(false);
      if (thing !== undefined) onLeft(thing.id);
    }
  };
  return { make, error, isBusy };
}

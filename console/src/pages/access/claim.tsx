// SPDX-License-Identifier: Apache-2.0
import { Alert, Flex, Form, Input, Modal, Radio } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useRefresh } from '../../kit/queries.ts';
import { SearchSelect } from '../../kit/search-select.tsx';
import { useApi } from '../../kit/services.tsx';
import { useCan } from '../../kit/session.tsx';
import { modelOption, thingOption, thingQuery, type ModelSummary, type ThingBody } from './made.ts';

/** What is claimed: an entry of the inbox, or a certificate that waits. */
export type ClaimPlace =
  | { readonly kind: 'entry'; readonly id: string }
  | { readonly kind: 'certificate'; readonly fingerprint: string };

interface ClaimProps {
  readonly place: ClaimPlace;
  /** What the client calls itself. */
  readonly identity: string;
  /** The thing that it says it is. */
  readonly known?: number | undefined;
  readonly onClose: () => void;
}

/** Says which thing a refused client is: what it showed then becomes a credential of that thing. */
export function Claim({ place, identity, known, onClose }: ClaimProps): JSX.Element {
  const { t } = useTranslation('access');
  const [isKnown, setKnown] = useState(known !== undefined);
  const [thing, setThing] = useState(known);
  const [name, setName] = useState(identity);
  const [model, setModel] = useState<string>();
  const { claim, claimed, error, isBusy } = useClaim(place);
  const isReady = isKnown ? thing !== undefined : name.trim() !== '';
  const submit = (): void => {
    if (!isReady) return;
    if (isKnown) return void claim({ thing });
    void claim(model === undefined ? { name: name.trim() } : { name: name.trim(), model });
  };
  const isDone = claimed !== undefined;
  return (
    <Modal
      open
      title={t('claim.title')}
      onCancel={onClose}
      onOk={isDone ? onClose : submit}
      okText={t(isDone ? 'claim.close' : 'claim.claim')}
      cancelText={t('claim.cancel')}
      confirmLoading={isBusy}
      okButtonProps={{ disabled: !isDone && !isReady }}
    >
      {claimed === undefined ? (
        <Form layout="vertical" onFinish={submit}>
          <p>{t('claim.text')}</p>
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
            <Form.Item label={t('connect.thing')} htmlFor="ac-claim-thing">
              <SearchSelect<ThingBody>
                id="ac-claim-thing"
                path="things"
                query={thingQuery}
                optionOf={thingOption}
                value={thing}
                onChange={(id) => setThing(typeof id === 'number' ? id : undefined)}
                label={t('connect.thing')}
              />
            </Form.Item>
          ) : (
            <NewThing name={name} onName={setName} model={model} onModel={setModel} />
          )}
          <ProblemAlert error={error} />
        </Form>
      ) : (
        <Alert
          type="success"
          showIcon
          title={t('claim.done')}
          description={
            <Flex gap="middle">
              <PageLink to={`/things/${claimed}`}>{t('strip.open')}</PageLink>
              <PageLink to={`/access?tab=packets&follow=1&thing=${claimed}`}>
                {t('inbox.follow')}
              </PageLink>
            </Flex>
          }
        />
      )}
    </Modal>
  );
}

function NewThing(props: {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly model: string | undefined;
  readonly onModel: (uri: string | undefined) => void;
}): JSX.Element {
  const { t } = useTranslation('access');
  const { name, onName, model, onModel } = props;
  const mayModels = useCan('models.read');
  return (
    <>
      <Form.Item label={t('connect.name')} htmlFor="ac-claim-name" required>
        <Input
          id="ac-claim-name"
          maxLength={256}
          value={name}
          onChange={({ target }) => onName(target.value)}
        />
      </Form.Item>
      {mayModels && (
        <Form.Item label={t('connect.model')} htmlFor="ac-claim-model">
          <SearchSelect<ModelSummary>
            id="ac-claim-model"
            path="models"
            query={(text) => ({ text: text.trim() === '' ? undefined : text.trim() })}
            optionOf={modelOption}
            value={model}
            onChange={(uri) => onModel(uri === undefined ? undefined : String(uri))}
            label={t('connect.model')}
            placeholder={t('connect.noModel')}
          />
        </Form.Item>
      )}
    </>
  );
}

interface ClaimAct {
  readonly claim: (named: object) => Promise<void>;
  /** The thing that it is now. */
  readonly claimed: number | undefined;
  readonly error: unknown;
  readonly isBusy: boolean;
}

function useClaim(place: ClaimPlace): ClaimAct {
  const api = useApi();
  const refresh = useRefresh();
  const [claimed, setClaimed] = useState<number>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const path =
    place.kind === 'entry'
      ? `diagnosis/${place.id}/claim`
      : `certificate-claims/${place.fingerprint}`;
  const claim = async (named: object): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const { thing } = await api.post<{ readonly thing: number }>(path, named);
      setClaimed(thing);
      await Promise.all([refresh('diagnosis'), refresh('certificate-claims'), refresh('things')]);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  return { claim, claimed, error, isBusy };
}

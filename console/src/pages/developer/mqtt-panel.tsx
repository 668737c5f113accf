// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Input, Segmented, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useCan } from '../../kit/session.tsx';
import { Labelled } from './labelled.tsx';
import { useMadeKeys } from './made-keys.ts';
import { MqttLog } from './mqtt-log.tsx';
import type { MqttVersion } from './mqtt-packets.ts';
import { useCreateKey } from './use-create-key.ts';
import { mqttAddress, useMqtt, type Mqtt } from './use-mqtt.ts';

const keepAliveSeconds = 30;
/** What a test client needs; of these what the session has. */
const testScopes = ['topics.publish', 'topics.subscribe', 'readings.read'] as const;

/** A small MQTT client: connect, subscribe, publish, and see each packet that matters. */
export function MqttPanel(): JSX.Element {
  const { t } = useTranslation('developer');
  const mqtt = useMqtt();
  return (
    <div className="dv-halves">
      <div className="dv-stack">
        <Connection mqtt={mqtt} />
        <Subscription mqtt={mqtt} />
        <Publication mqtt={mqtt} />
      </div>
      <div className="dv-stack">
        <div className="dv-row">
          <h2>{t('mqtt.log')}</h2>
          <Button size="small" onClick={mqtt.clear}>
            {t('mqtt.clear')}
          </Button>
        </div>
        <MqttLog log={mqtt.log} />
      </div>
    </div>
  );
}

interface PartProps {
  readonly mqtt: Mqtt;
}

function Connection({ mqtt }: PartProps): JSX.Element {
  const { t } = useTranslation('developer');
  const { state } = mqtt;
  const [version, setVersion] = useState<MqttVersion>(5);
  const [clientId, setClientId] = useState(() => `console-${randomText()}`);
  const [username, setUsername] = useState('token');
  const [password, setPassword] = useState('');
  const connect = (): void =>
    mqtt.connect({ version, clientId, username, password, keepAliveSeconds });
  return (
    <form
      className="dv-panel"
      aria-label={t('mqtt.connection')}
      onSubmit={(event) => {
        event.preventDefault();
        connect();
      }}
    >
      <div className="dv-row">
        <h2>{t('mqtt.connection')}</h2>
        <code>{mqttAddress()}</code>
        <Badge tone={state === 'open' ? 'good' : state === 'connecting' ? 'warn' : 'quiet'}>
          {t(`mqtt.states.${state}`)}
        </Badge>
      </div>
      <Credential onPassword={setPassword} />
      <div className="dv-fields">
        <Labelled label={t('mqtt.clientId')}>
          {(id) => (
            <Input id={id} value={clientId} onChange={({ target }) => setClientId(target.value)} />
          )}
        </Labelled>
        <Labelled label={t('mqtt.username')}>
          {(id) => (
            <Input id={id} value={username} onChange={({ target }) => setUsername(target.value)} />
          )}
        </Labelled>
        <Labelled label={t('mqtt.password')}>
          {(id) => (
            <Input.Password
              id={id}
              autoComplete="off"
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
        </Labelled>
      </div>
      <div className="dv-row">
        <Segmented<MqttVersion>
          aria-label={t('mqtt.version')}
          value={version}
          options={[
            { value: 5, label: 'MQTT 5.0' },
            { value: 4, label: 'MQTT 3.1.1' },
          ]}
          onChange={setVersion}
        />
        <Button type="primary" htmlType="submit" disabled={state === 'connecting'}>
          {t(state === 'open' ? 'mqtt.again' : 'mqtt.connect')}
        </Button>
        {state !== 'closed' && <Button onClick={mqtt.close}>{t('mqtt.close')}</Button>}
      </div>
    </form>
  );
}

/** Fills in a token that was made here, or makes one for a day. */
function Credential({ onPassword }: { onPassword: (password: string) => void }): JSX.Element {
  const { t } = useTranslation('developer');
  const { keys } = useMadeKeys();
  const { create, error, isBusy } = useCreateKey();
  const mayCreate = useCan('tokens.create');
  const may = [useCan(testScopes[0]), useCan(testScopes[1]), useCan(testScopes[2])];
  const scopes = testScopes.filter((_, index) => may[index]);
  const make = async (): Promise<void> => {
    const made = await create({ name: t('mqtt.keyName'), scopes, days: 1 });
    if (made !== undefined) onPassword(made.token);
  };
  return (
    <>
      <p className="fs-muted fs-small">{t('mqtt.credential')}</p>
      <div className="dv-row">
        {mayCreate && scopes.length > 0 && (
          <Button size="small" loading={isBusy} onClick={() => void make()}>
            {t('mqtt.makeKey')}
          </Button>
        )}
        {keys.length > 0 && (
          <Select<number>
            size="small"
            aria-label={t('mqtt.chooseKey')}
            placeholder={t('mqtt.chooseKey')}
            options={keys.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => onPassword(keys.find((key) => key.id === id)?.token ?? '')}
            popupMatchSelectWidth={false}
          />
        )}
      </div>
      <ProblemAlert error={error} />
    </>
  );
}

function Subscription({ mqtt }: PartProps): JSX.Element {
  const { t } = useTranslation('developer');
  const [filter, setFilter] = useState('demo/#');
  const [qos, setQos] = useState<0 | 1>(1);
  return (
    <form
      className="dv-panel"
      aria-label={t('mqtt.subscription')}
      onSubmit={(event) => {
        event.preventDefault();
        mqtt.client?.subscribe(filter, qos);
      }}
    >
      <h2>{t('mqtt.subscription')}</h2>
      <Labelled label={t('mqtt.filter')}>
        {(id) => (
          <Input id={id} value={filter} onChange={({ target }) => setFilter(target.value)} />
        )}
      </Labelled>
      <div className="dv-row">
        <QosChoice qos={qos} onChange={setQos} />
        <Button htmlType="submit" disabled={mqtt.state !== 'open' || filter === ''}>
          {t('mqtt.subscribe')}
        </Button>
        <span className="fs-muted fs-small">{t('mqtt.filterHelp')}</span>
      </div>
    </form>
  );
}

function Publication({ mqtt }: PartProps): JSX.Element {
  const { t } = useTranslation('developer');
  const [topic, setTopic] = useState('demo/hello');
  const [payload, setPayload] = useState('{"hello": "world"}');
  const [qos, setQos] = useState<0 | 1>(1);
  const [retain, setRetain] = useState(false);
  return (
    <form
      className="dv-panel"
      aria-label={t('mqtt.publication')}
      onSubmit={(event) => {
        event.preventDefault();
        mqtt.client?.publish({ topic, payload: new TextEncoder().encode(payload), qos, retain });
      }}
    >
      <h2>{t('mqtt.publication')}</h2>
      <Labelled label={t('mqtt.topic')}>
        {(id) => <Input id={id} value={topic} onChange={({ target }) => setTopic(target.value)} />}
      </Labelled>
      <Labelled label={t('mqtt.payload')}>
        {(id) => (
          <textarea
            id={id}
            className="dv-text"
            spellCheck={false}
            value={payload}
            onChange={({ target }) => setPayload(target.value)}
          />
        )}
      </Labelled>
      <div className="dv-row">
        <QosChoice qos={qos} onChange={setQos} />
        <Checkbox checked={retain} onChange={({ target }) => setRetain(target.checked)}>
          {t('mqtt.retain')}
        </Checkbox>
        <Button htmlType="submit" disabled={mqtt.state !== 'open' || topic === ''}>
          {t('mqtt.publish')}
        </Button>
      </div>
    </form>
  );
}

function QosChoice(props: { qos: 0 | 1; onChange: (qos: 0 | 1) => void }): JSX.Element {
  const { t } = useTranslation('developer');
  return (
    <Segmented<0 | 1>
      size="small"
      aria-label={t('mqtt.qos')}
      value={props.qos}
      options={[
        { value: 0, label: 'QoS 0' },
        { value: 1, label: 'QoS 1' },
      ]}
      onChange={props.onChange}
    />
  );
}

function randomText(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

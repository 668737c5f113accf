// SPDX-License-Identifier: Apache-2.0
import { Form, Input, Modal, Radio, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useRefresh } from '../../kit/queries.ts';
import { useApi } from '../../kit/services.tsx';

/** What could be kept out; the dialogue asks which. */
export interface BanTarget {
  readonly source: string;
  readonly identity: string;
}

/** Lengths of bans in seconds; 0: until it is lifted. */
const lengths = [600, 3_600, 86_400, 604_800, 0];
const usualSeconds = 3_600;
const kinds = ['source', 'identity'] as const;

/** Keeps a source or an identity out for a time. */
export function Ban(props: {
  readonly target: BanTarget;
  readonly onClose: () => void;
}): JSX.Element {
  const { t } = useTranslation('access');
  const api = useApi();
  const refresh = useRefresh();
  const { target, onClose } = props;
  const [kind, setKind] = useState<(typeof kinds)[number]>('source');
  const [named, setNamed] = useState(target);
  const [seconds, setSeconds] = useState(usualSeconds);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const who = named[kind].trim();
  const submit = async (): Promise<void> => {
    if (who === '') return;
    setBusy(true);
    try {
      const until = seconds === 0 ? {} : { seconds };
      await api.post('bans', { [kind]: who, reason, ...until });
      await Promise.all([refresh('bans'), refresh('diagnosis')]);
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('ban.title')}
      onCancel={onClose}
      onOk={() => void submit()}
      okText={t('ban.ban')}
      cancelText={t('claim.cancel')}
      okButtonProps={{ danger: true, disabled: who === '' }}
      confirmLoading={isBusy}
    >
      <Form layout="vertical" onFinish={() => void submit()}>
        <Form.Item>
          <Radio.Group
            aria-label={t('bans.kind')}
            optionType="button"
            value={kind}
            onChange={({ target: { value } }) =>
              setKind(kinds.find((each) => each === value) ?? 'source')
            }
            options={kinds.map((value) => ({ value, label: t(`bans.kinds.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('bans.target')} htmlFor="ac-ban-target" help={t(`ban.help.${kind}`)}>
          <Input
            id="ac-ban-target"
            maxLength={256}
            value={named[kind]}
            onChange={({ target: { value } }) => setNamed({ ...named, [kind]: value })}
          />
        </Form.Item>
        <Form.Item label={t('ban.length')} htmlFor="ac-ban-length">
          <Select
            id="ac-ban-length"
            aria-label={t('ban.length')}
            value={seconds}
            onChange={(value: number) => setSeconds(value)}
            options={lengths.map((value) => ({ value, label: t(`ban.lengths.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('bans.reason')} htmlFor="ac-ban-reason">
          <Input
            id="ac-ban-reason"
            maxLength={256}
            value={reason}
            onChange={({ target: { value } }) => setReason(value)}
          />
        </Form.Item>
        <ProblemAlert error={error} />
      </Form>
    </Modal>
  );
}

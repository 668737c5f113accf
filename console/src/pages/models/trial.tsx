// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, Input, Segmented, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import type { TrialReport, Vector } from './api.ts';
import { outcomeOf, type Checked, type useTrials } from './check.ts';
import { contentTypes, hexOf, sampleOf } from './sample.ts';
import { Report } from './report.tsx';
import { Vectors } from './vectors.tsx';

export interface TrialProps {
  readonly uri: string;
  readonly checked: Checked;
  /** The draft is a model, so that payloads can be tried on it. */
  readonly isFine: boolean;
  readonly trials: ReturnType<typeof useTrials>;
  readonly vectors: readonly Vector[];
  readonly onVectors: (vectors: readonly Vector[]) => void;
}

type Sample = Pick<Vector, 'contentType' | 'form' | 'payload'>;

/** A payload as a device would send it, and what becomes of it with the draft. */
export function Trial(props: TrialProps): JSX.Element {
  const { uri, checked, isFine, trials, vectors, onVectors } = props;
  const { t } = useTranslation('models');
  const api = useApi();
  const [sample, setSample] = useState<Sample>({
    ...{ contentType: contentTypes[0], form: 'text', payload: '' },
  });
  const [report, setReport] = useState<TrialReport>();
  const [error, setError] = useState<unknown>(null);
  const { document } = checked;
  const isHexWrong = sample.form === 'hex' && hexOf(sample.payload) === undefined;
  const run = async (): Promise<void> => {
    try {
      const body = { document, payloads: [sampleOf(sample)] };
      const place = `models/${encodeURIComponent(uri)}/try`;
      const { reports } = await api.post<{ reports: TrialReport[] }>(place, body);
      setReport(reports[0]);
      setError(null);
    } catch (reason) {
      setError(reason);
    }
  };
  const save = (name: string): void => {
    if (report === undefined) return;
    const others = vectors.filter((vector) => vector.name !== name);
    onVectors([...others, { name, ...sample, expected: outcomeOf(report) }]);
  };
  const change = (next: Partial<Sample>): void => {
    setSample({ ...sample, ...next });
    setReport(undefined);
  };
  return (
    <div className="md-columns">
      <form
        className="md-stack"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <h2>{t('try.title')}</h2>
        <SampleFields sample={sample} onChange={change} />
        {isHexWrong && (
          <p className="fs-bad" role="alert">
            {t('try.notHex')}
          </p>
        )}
        {!isFine && <p className="fs-warn">{t('try.notFine')}</p>}
        <Flex>
          <Button
            type="primary"
            htmlType="submit"
            disabled={!isFine || isHexWrong || sample.payload.trim() === ''}
          >
            {t('try.run')}
          </Button>
        </Flex>
        <ProblemAlert error={error} />
        {report !== undefined && <Report report={report} />}
        {report !== undefined && <Save onSave={save} />}
      </form>
      <Vectors
        {...{ vectors, trials, isFine }}
        onChange={onVectors}
        onOpen={({ contentType, form, payload }) => change({ contentType, form, payload })}
      />
    </div>
  );
}

function SampleFields(props: {
  readonly sample: Sample;
  readonly onChange: (next: Partial<Sample>) => void;
}): JSX.Element {
  const { sample, onChange } = props;
  const { t } = useTranslation('models');
  return (
    <>
      <Flex gap="small" wrap>
        <Select<string>
          aria-label={t('try.contentType')}
          value={sample.contentType}
          options={contentTypes.map((value) => ({ value, label: value }))}
          onChange={(contentType) =>
            onChange({ contentType, form: contentType.endsWith('cbor') ? 'hex' : 'text' })
          }
          popupMatchSelectWidth={false}
        />
        <Segmented
          aria-label={t('try.form')}
          value={sample.form}
          options={(['text', 'hex'] as const).map((value) => ({ value, label: t(`try.${value}`) }))}
          onChange={(form) => onChange({ form })}
        />
      </Flex>
      <textarea
        className="md-payload"
        aria-label={t('try.payload')}
        placeholder={sample.form === 'hex' ? 'a1 61 74 f9 4d60' : '{"temperature": 21.5}'}
        spellCheck={false}
        value={sample.payload}
        onChange={({ target }) => onChange({ payload: target.value })}
      />
    </>
  );
}

/** Keeps the payload with what it became, as a test of later drafts. */
function Save({ onSave }: { readonly onSave: (name: string) => void }): JSX.Element {
  const { t } = useTranslation('models');
  const [name, setName] = useState('');
  return (
    <Flex gap="small" wrap>
      <Input
        className="md-search"
        aria-label={t('vectors.name')}
        placeholder={t('vectors.name')}
        value={name}
        maxLength={100}
        onChange={({ target }) => setName(target.value)}
      />
      <Button
        disabled={name.trim() === ''}
        onClick={() => {
          onSave(name.trim());
          setName('');
        }}
      >
        {t('vectors.save')}
      </Button>
    </Flex>
  );
}

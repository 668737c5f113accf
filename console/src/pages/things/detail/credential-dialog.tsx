// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Input, InputNumber, Modal, Select } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from '../../../kit/copyable.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import type { Thing } from '../thing.ts';

export interface CredentialWish {
  readonly kind: 'token' | 'certificate';
  /** The credential that it takes the place of. */
  readonly rotates?: number;
}

interface Made {
  readonly username: string;
  readonly token?: string;
  readonly certificate?: string;
  readonly chain?: string;
  readonly key?: string;
}

const dayS = 86_400;
const overlaps = [0, 3_600, dayS, 7 * dayS, 30 * dayS] as const;

/** Makes a credential, or puts a new one in the place of another; its secret is shown once. */
export function CredentialDialog(props: {
  readonly thing: Thing;
  readonly wish: CredentialWish;
  readonly onClose: () => void;
}): JSX.Element {
  const { thing, wish, onClose } = props;
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number | null>(null);
  const [overlap, setOverlap] = useState<number>(dayS);
  const [csr, setCsr] = useState('');
  const [made, setMade] = useState<Made>();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const path = `things/${thing.id}/credentials`;
  const isCertificate = wish.kind === 'certificate';
  const make = async (): Promise<void> => {
    const proof = !isCertificate ? {} : csr.trim() === '' ? { certificate: true } : { csr };
    const expires =
      days === null ? {} : { expires: new Date(Date.now() + days * dayS * 1_000).toISOString() };
    setBusy(true);
    setError(null);
    try {
      setMade(
        wish.rotates === undefined
          ? await api.post<Made>(path, { ...(name === '' ? {} : { name }), ...expires, ...proof })
          : await api.post<Made>(`${path}/${wish.rotates}/rotate`, {
              overlapSeconds: overlap,
              ...proof,
            }),
      );
      await refresh(path);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const title =
    wish.rotates === undefined
      ? t(isCertificate ? 'credentials.makeCertificate' : 'credentials.makeToken')
      : t('credentials.rotateTitle', { id: wish.rotates });
  if (made !== undefined) {
    return (
      <Modal
        open
        title={title}
        closable={false}
        mask={{ closable: false }}
        keyboard={false}
        footer={<Button onClick={onClose}>{t('credentials.kept')}</Button>}
      >
        <Secrets made={made} />
      </Modal>
    );
  }
  return (
    <Modal
      open
      title={title}
      okText={t(wish.rotates === undefined ? 'credentials.make' : 'credentials.rotate')}
      cancelText={t('cancel')}
      confirmLoading={isBusy}
      onOk={() => void make()}
      onCancel={onClose}
    >
      <div className="th-form">
        {wish.rotates === undefined ? (
          <>
            <label>
              {t('credentials.name')}
              <Input
                value={name}
                maxLength={128}
                onChange={({ target }) => setName(target.value)}
              />
            </label>
            <div className="th-field">
              <span>{t('credentials.days')}</span>
              <InputNumber<number>
                aria-label={t('credentials.days')}
                className="th-number"
                min={1}
                max={36_500}
                precision={0}
                placeholder={t('credentials.noEnd')}
                value={days}
                onChange={setDays}
              />
            </div>
          </>
        ) : (
          <div className="th-field">
            <span>{t('credentials.overlap')}</span>
            <Select<number>
              aria-label={t('credentials.overlap')}
              value={overlap}
              options={overlaps.map((value) => ({
                value,
                label: t(`credentials.overlaps.${value}`),
              }))}
              onChange={setOverlap}
            />
          </div>
        )}
        {isCertificate && (
          <label>
            {t('credentials.csr')}
            <Input.TextArea
              rows={6}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
              value={csr}
              onChange={({ target }) => setCsr(target.value)}
            />
            <span className="fs-muted fs-small">{t('credentials.csrText')}</span>
          </label>
        )}
        <ProblemAlert error={error} />
      </div>
    </Modal>
  );
}

function Secrets({ made }: { readonly made: Made }): JSX.Element {
  const { t } = useTranslation('things');
  const parts = [
    ['username', made.username],
    ['token', made.token],
    ['certificate', made.certificate],
    ['chain', made.chain],
    ['key', made.key],
  ] as const;
  return (
    <div className="th-form">
      <Alert type="warning" showIcon title={t('credentials.once')} />
      {parts.map(
        ([part, text]) =>
          text !== undefined && (
            <div className="th-field" key={part}>
              <span>{t(`credentials.parts.${part}`)}</span>
              <Copyable text={text} label={t(`credentials.parts.${part}`)} />
            </div>
          ),
      )}
    </div>
  );
}

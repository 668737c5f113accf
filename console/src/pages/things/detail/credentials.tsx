// SPDX-License-Identifier: Apache-2.0
import { Button, Empty } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../../kit/badges.tsx';
import { useConfirm } from '../../../kit/confirm.tsx';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet, useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { Time, useNow } from '../../../kit/time.tsx';
import { CredentialDialog, type CredentialWish } from './credential-dialog.tsx';
import type { TabProps } from './thing.tsx';

interface Credential {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly fingerprint?: string;
  readonly created: string;
  readonly expires?: string;
  readonly revoked?: string;
  readonly used?: string;
}

/** What the device proves itself with: several at once, so that one is replaced without a gap. */
export function Credentials({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const path = `things/${thing.id}/credentials`;
  const { data, error, refetch } = useGet<{ readonly items: readonly Credential[] }>(path);
  const mayManage = useCan('credentials.manage');
  const [wish, setWish] = useState<CredentialWish>();
  const items = data?.items ?? [];
  const makeToken = (
    <Button type="primary" onClick={() => setWish({ kind: 'token' })}>
      {t('credentials.makeToken')}
    </Button>
  );
  return (
    <div className="th-grid">
      <div className="th-chips">
        {mayManage && (
          <>
            {makeToken}
            <Button onClick={() => setWish({ kind: 'certificate' })}>
              {t('credentials.makeCertificate')}
            </Button>
          </>
        )}
        <CopyAsCommand method="GET" path={path} />
      </div>
      <ProblemAlert error={error} onRetry={refetch} />
      {data !== undefined && items.length === 0 && (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={t('credentials.none')}
          className="fs-empty"
        />
      )}
      {items.length > 0 && (
        <div className="th-scroll" tabIndex={0} role="region" aria-label={t('tabs.credentials')}>
          <table className="th-table">
            <thead>
              <tr>
                <th scope="col">{t('columns.id')}</th>
                <th scope="col">{t('credentials.kind')}</th>
                <th scope="col">{t('columns.status')}</th>
                <th scope="col">{t('credentials.created')}</th>
                <th scope="col">{t('credentials.expires')}</th>
                <th scope="col">{t('credentials.used')}</th>
                <th scope="col">{t('actions')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <Row key={row.id} {...{ row, path, mayManage }} onRotate={setWish} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {wish !== undefined && (
        <CredentialDialog thing={thing} wish={wish} onClose={() => setWish(undefined)} />
      )}
    </div>
  );
}

interface RowProps {
  readonly row: Credential;
  readonly path: string;
  readonly mayManage: boolean;
  readonly onRotate: (wish: CredentialWish) => void;
}

function Row({ row, path, mayManage, onRotate }: RowProps): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const confirm = useConfirm();
  const now = useNow();
  const { id, kind, name, fingerprint, created, expires, revoked, used } = row;
  const state = revoked !== undefined ? 'revoked' : isPast(expires, now) ? 'expired' : 'valid';
  const tone: Tone = state === 'valid' ? 'good' : 'quiet';
  const isCertificate = kind === 'certificate';
  return (
    <tr>
      <td className="fs-number">{id}</td>
      <td>
        {t([`credentials.kinds.${kind}`, 'credentials.kinds.other'], { kind })} {name}
        {fingerprint !== undefined && (
          <div className="fs-muted fs-small fs-cut" title={fingerprint}>
            {fingerprint}
          </div>
        )}
      </td>
      <td>
        <Badge tone={tone}>{t(`credentials.state.${state}`)}</Badge>{' '}
        {revoked !== undefined && <Time value={revoked} />}
      </td>
      <td>
        <Time value={created} />
      </td>
      <td>{expires === undefined ? t('credentials.noEnd') : <Time value={expires} />}</td>
      <td>
        <Time value={used} relative />
      </td>
      <td>
        {mayManage && state === 'valid' && (
          <div className="th-chips">
            <Button
              size="small"
              onClick={() =>
                onRotate({ kind: isCertificate ? 'certificate' : 'token', rotates: id })
              }
            >
              {t('credentials.rotate')}
            </Button>
            <Button
              size="small"
              danger
              onClick={() =>
                confirm({
                  title: t('credentials.revokeTitle', { id }),
                  text: t('credentials.revokeText'),
                  confirm: t('credentials.revoke'),
                  act: async () => {
                    await api.delete(`${path}/${id}`);
                    await refresh(path);
                  },
                })
              }
            >
              {t('credentials.revoke')}
            </Button>
          </div>
        )}
      </td>
    </tr>
  );
}

function isPast(time: string | undefined, now: number): boolean {
  return time !== undefined && Date.parse(time) <= now;
}

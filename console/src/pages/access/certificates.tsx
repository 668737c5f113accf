// SPDX-License-Identifier: Apache-2.0
import { Button, Card } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { Time } from '../../kit/time.tsx';
import { Claim } from './claim.tsx';

interface Waiting {
  readonly fingerprint: string;
  readonly authority: number;
  readonly commonName?: string;
  readonly uri?: string;
  readonly source: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

const everyMs = 5_000;

/** Certificates that an authority vouches for and that wait for somebody to say whose they are; nothing without any. */
export function Certificates(): JSX.Element {
  const { t } = useTranslation('access');
  const may = useCan('diagnosis.manage');
  const [claimed, setClaimed] = useState<Waiting>();
  const { data } = useGet<{ items: Waiting[] }>('certificate-claims', { everyMs });
  const items = data?.items ?? [];
  const dialogue = claimed !== undefined && (
    <Claim
      place={{ kind: 'certificate', fingerprint: claimed.fingerprint }}
      identity={claimed.commonName ?? ''}
      onClose={() => setClaimed(undefined)}
    />
  );
  return (
    <>
      {items.length > 0 && (
        <Card size="small" className="ac-certificates" title={<h2>{t('certificates.title')}</h2>}>
          <ul className="fs-plain">
            {items.map((each) => (
              <li key={each.fingerprint}>
                <strong>{each.commonName ?? each.uri ?? t('certificates.nameless')}</strong>
                <code className="fs-cut" title={each.fingerprint}>
                  {each.fingerprint}
                </code>
                <span className="ac-mono">{each.source}</span>
                <span>{t('certificates.count', { count: each.count })}</span>
                <Time value={each.last} relative />
                {may && (
                  <Button size="small" type="primary" onClick={() => setClaimed(each)}>
                    {t('claim.claim')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {dialogue}
    </>
  );
}

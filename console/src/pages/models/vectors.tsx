// SPDX-License-Identifier: Apache-2.0
import { Button, Flex } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { ProblemAlert } from '../../kit/problem.tsx';
import { linesOf, type useTrials, type Verdict } from './check.ts';
import type { Vector } from './api.ts';

export interface VectorsProps {
  readonly vectors: readonly Vector[];
  readonly trials: ReturnType<typeof useTrials>;
  readonly isFine: boolean;
  readonly onChange: (vectors: readonly Vector[]) => void;
  readonly onOpen: (vector: Vector) => void;
}

/** Kept payloads with what they have to become; one that fails keeps the draft from being published. */
export function Vectors(props: VectorsProps): JSX.Element {
  const { vectors, trials, isFine, onChange, onOpen } = props;
  const { t } = useTranslation('models');
  const verdictOf = (vector: Vector): Verdict | undefined =>
    trials.verdicts?.find((verdict) => verdict.vector === vector);
  return (
    <div className="md-stack">
      <h2>{t('vectors.title')}</h2>
      {vectors.length === 0 && <p className="fs-muted">{t('vectors.none')}</p>}
      <ProblemAlert error={trials.error} />
      {vectors.length > 0 && (
        <table className="md-table" aria-label={t('vectors.title')}>
          <tbody>
            {vectors.map((vector) => {
              const { name } = vector;
              const verdict = verdictOf(vector);
              const others = vectors.filter((each) => each !== vector);
              return (
                <tr key={name}>
                  <td>
                    <Result verdict={verdict} isFine={isFine} />
                  </td>
                  <td>
                    <button type="button" className="md-link" onClick={() => onOpen(vector)}>
                      {name}
                    </button>
                    {verdict?.passes === false && <Contrast verdict={verdict} />}
                  </td>
                  <td>
                    <Flex gap="small" justify="end">
                      {verdict?.passes === false && (
                        <Button
                          size="small"
                          onClick={() =>
                            onChange([...others, { ...vector, expected: verdict.outcome }])
                          }
                        >
                          {t('vectors.accept')}
                        </Button>
                      )}
                      <Button
                        size="small"
                        aria-label={t('vectors.removeOf', { name })}
                        onClick={() => onChange(others)}
                      >
                        {t('vectors.remove')}
                      </Button>
                    </Flex>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Result(props: { verdict: Verdict | undefined; isFine: boolean }): JSX.Element {
  const { t } = useTranslation('models');
  const { verdict, isFine } = props;
  if (verdict === undefined)
    return <Badge tone="quiet">{t(isFine ? 'vectors.running' : 'vectors.waiting')}</Badge>;
  return verdict.passes ? (
    <Badge tone="good">{t('vectors.passes')}</Badge>
  ) : (
    <Badge tone="bad">{t('vectors.fails')}</Badge>
  );
}

/** What should be and is not, what is and should not be. */
function Contrast({ verdict: { vector, outcome } }: { readonly verdict: Verdict }): JSX.Element {
  const wanted = linesOf(vector.expected);
  const found = linesOf(outcome);
  return (
    <ul className="fs-plain">
      {wanted
        .filter((line) => !found.includes(line))
        .map((line) => (
          <li key={`- ${line}`} className="md-before">
            <code>{`− ${line}`}</code>
          </li>
        ))}
      {found
        .filter((line) => !wanted.includes(line))
        .map((line) => (
          <li key={`+ ${line}`} className="md-after">
            <code>{`+ ${line}`}</code>
          </li>
        ))}
    </ul>
  );
}

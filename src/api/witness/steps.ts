// SPDX-License-Identifier: Apache-2.0
import type { DiagnosisStep } from '#access';
import type { ErrorCode } from '#core';

const steps: Partial<Record<ErrorCode, DiagnosisStep>> = {
  'security.forbidden': 'policy',
  'security.too-many-attempts': 'limit',
  'access.banned': 'policy',
  'common.not-found': 'policy',
  'common.limit': 'limit',
  'common.unavailable': 'log',
  'api.body-too-large': 'limit',
};

/** Where a request failed, told by what it was answered. */
export function stepOf(code: ErrorCode): DiagnosisStep {
  const step = steps[code];
  if (step !== undefined) return step;
  const [domain] = code.split('.', 1);
  if (domain === 'security') return 'auth';
  return domain === 'api' ? 'decode' : 'model';
}

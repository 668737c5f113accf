// SPDX-License-Identifier: Apache-2.0
import { ApiProblem, Unreachable } from '../../kit/api.ts';
import { addressOf } from '../../kit/place.ts';

/** Posts readings as a device would, without the session of the person; resolves with how many were taken. */
export async function simulate(token: string, payload: string): Promise<number> {
  const response = await fetch(addressOf('api/v1/things/me/properties'), {
    method: 'POST',
    credentials: 'omit',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'accept-language': document.documentElement.lang,
    },
    body: payload,
  }).catch((error: unknown) => {
    throw new Unreachable(error);
  });
  const body: unknown = await response.json();
  if (!response.ok) throw new ApiProblem(response.status, { ...bodyOf(body) });
  const { accepted } = bodyOf(body);
  return typeof accepted === 'number' ? accepted : 0;
}

function bodyOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

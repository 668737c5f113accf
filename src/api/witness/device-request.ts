// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Whether a request is a device's: what people do in the console is not a matter of its inbox. */
export function isDeviceRequest(request: FastifyRequest): boolean {
  const { routeOptions, principal, headers, method, url } = request;
  // A device that has its path wrong.
  if (request.is404) return method === 'POST' && url.startsWith('/api/v1/things/');
  const { access } = routeOptions.config;
  if (access?.startsWith('thing:') !== true) return false;
  const sends = access === 'thing:readings.write';
  switch (principal.kind) {
    case 'thing':
      return true;
    case 'token':
      return sends;
    case 'user':
      return false;
    case 'anonymous':
      return sends || headers.authorization !== undefined;
  }
}

/** The thing that a path names: what a device that has proved nothing says it is; empty for `me`. */
export function claimedName({ params }: FastifyRequest): string {
  if (typeof params !== 'object' || params === null || !('id' in params)) return '';
  const { id } = params;
  return typeof id === 'string' && id !== 'me' ? id : '';
}

export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : /^bearer +([^ ]+) *$/i.exec(authorization)?.[1];
}

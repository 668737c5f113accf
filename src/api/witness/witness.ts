// SPDX-License-Identifier: Apache-2.0
import type { FastifyRequest } from 'fastify';
import type { DiagnosisNote } from '#access';
import { errorSpec, FaultError, fault, plainAddress, type Fault } from '#core';
import { rootTenant, shownSecret, type Principal, type Refusal } from '#security';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { bearerOf, claimedName, isDeviceRequest } from './device-request.ts';
import { stepOf } from './steps.ts';
import { tapRequests } from './tap.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is wrong with a credential that is known, for its owner. */
    refusal: Refusal | undefined;
    /** The first fault that the request was answered with. */
    fault: Fault | undefined;
  }
}

type Services = Pick<
  ApiServices,
  'diagnosis' | 'packets' | 'bans' | 'bindings' | 'clock' | 'logger' | 'trace'
>;

/** Sees what devices do over HTTP: who is kept out, what is refused and why, and every request that someone follows. */
export class HttpWitness {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Before anything else of a request. Throws `access.banned`. */
  enter(request: FastifyRequest): void {
    const { bans, diagnosis, clock } = this.#services;
    if (isDeviceRequest(request)) diagnosis.attempts.note('http', request.ip, clock.now());
    if (bans.any && bans.refuses({ source: request.ip }))
      throw new FaultError(fault('access.banned', 'source', request.ip));
  }

  /** Puts what follows the proof of who is asking on the server. */
  watch(app: Api): void {
    const { bans, bindings, diagnosis, clock } = this.#services;
    app.addHook('onRequest', async ({ principal, ip: source }) => {
      if (principal.kind !== 'thing' || !bans.any) return;
      const { thing, tenant } = principal;
      const names = [String(thing), (await bindings.load(thing))?.uri];
      if (bans.refuses({ source, tenant, names }))
        throw new FaultError(fault('access.banned', 'thing', String(thing)));
    });
    app.server.on(
      'clientError',
      (error: Error & { code?: string; bytesParsed?: number }, socket) => {
        // Whoever just goes away has not been refused.
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return;
        const source = plainAddress(
          'remoteAddress' in socket ? String(socket.remoteAddress) : undefined,
        );
        const { bytesParsed } = error;
        const at = bytesParsed === undefined ? undefined : `byte ${bytesParsed}`;
        const large = error.code === 'HPE_HEADER_OVERFLOW';
        const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
        const code = large ? 'access.too-large' : slow ? 'access.no-connect' : 'access.not-http';
        const what = { identity: '', step: 'decode', code, at, detail: error.message } as const;
        diagnosis.note({ protocol: 'http', transport: 'http', source, ...what }, clock.now());
      },
    );
    tapRequests(app, this.#services);
  }

  /** A request was answered with faults. */
  refused(request: FastifyRequest, faults: readonly Fault[]): void {
    const [first] = faults;
    if (first === undefined) return;
    request.fault = first;
    if (!isDeviceRequest(request)) return;
    const more = faults.length > 1 ? `${faults.length} faults; the first: ` : '';
    void this.#note(request, first, more).catch((error: unknown) =>
      this.#services.logger.error({ err: error }, 'a refused request could not be noted'),
    );
  }

  /** Some readings of a post were refused, the others taken. */
  partly(request: FastifyRequest, refused: readonly { readonly fault: Fault }[], of: number): void {
    const first = refused[0]?.fault;
    if (first === undefined) return;
    void this.#note(request, first, `${refused.length} of ${of} readings refused: `, '200').catch(
      (error: unknown) =>
        this.#services.logger.error({ err: error }, 'refused readings could not be noted'),
    );
  }

  async #note(request: FastifyRequest, first: Fault, more: string, told?: string): Promise<void> {
    const { diagnosis, clock } = this.#services;
    const { code, at, detail = '' } = first;
    const step = stepOf(code);
    const base = {
      protocol: 'http',
      transport: 'http',
      ...{ source: request.ip, step, at },
      told: told ?? String(errorSpec(code).status),
      detail: `${more}${detail}`,
    } as const;
    diagnosis.note({ ...base, ...(await this.#who(request, code)) }, clock.now());
  }

  async #who(
    request: FastifyRequest,
    code: Fault['code'],
  ): Promise<
    Pick<DiagnosisNote, 'identity' | 'thing' | 'tenant' | 'secret'> & { code: Fault['code'] }
  > {
    const known = ownerOf(request.principal);
    if (known !== undefined) return { ...known, code };
    const name = claimedName(request);
    const { bindings } = this.#services;
    const isId = /^[1-9]\d{0,15}$/.test(name);
    const found = isId
      ? await bindings.load(Number(name))
      : name === ''
        ? undefined
        : await bindings.loadByName(rootTenant, name);
    const claimed = { thing: found?.thing, tenant: found?.tenant };
    const bearer = bearerOf(request.headers);
    const secret = bearer === undefined ? undefined : shownSecret(undefined, Buffer.from(bearer));
    const identity = name === '' ? 'me' : name;
    const { refusal } = request;
    if (refusal?.why === 'expired' || refusal?.why === 'disabled') {
      const { thing, tenant } = refusal;
      const why = refusal.why === 'expired' ? 'access.credential-expired' : 'access.thing-disabled';
      return {
        identity: thing === undefined ? identity : `thing ${thing}`,
        thing,
        tenant,
        code: why,
      };
    }
    if (code === 'security.unauthenticated') {
      return { identity, ...claimed, code: 'access.no-credential' };
    }
    if (code !== 'security.bad-credentials') return { identity, ...claimed, secret, code };
    const why = found === undefined ? 'access.unknown-identity' : 'access.wrong-secret';
    return { identity, ...claimed, secret, code: why };
  }
}

function ownerOf(
  principal: Principal,
): Pick<DiagnosisNote, 'identity' | 'thing' | 'tenant'> | undefined {
  if (principal.kind === 'thing') {
    const { thing, tenant } = principal;
    return { identity: `thing ${thing}`, thing, tenant };
  }
  if (principal.kind !== 'token') return undefined;
  return { identity: `token ${principal.token}`, tenant: principal.tenant, thing: undefined };
}

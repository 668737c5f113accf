// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { FaultError, fault, Minutes, unwrap } from '#core';
import type { HalfOpen, Proved, SecondFactorProof, SessionOwner } from '#security';
import { sessionCookieOf, sessionOf } from './access.ts';
import { agentOf, partyOf, siteOf } from './browser.ts';
import { cookieOf, loginCookie, setCookieOf } from './cookies.ts';
import type { FirstFactor, LoginState as LoginStateSchema } from './schemas/session.ts';
import type { ApiServices } from './services.ts';

const halfOpenLife = Minutes(5);

type LoginState = Static<typeof LoginStateSchema>;

/** The ways in, and the cookies that they leave. */
export class Doors {
  readonly #services: ApiServices;

  constructor(services: ApiServices) {
    this.#services = services;
  }

  async first(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Static<typeof FirstFactor>,
  ): Promise<LoginState> {
    const { identity } = this.#services;
    const { ip } = request;
    if ('token' in body) return this.#enter(request, reply, await this.#token(body.token, ip));
    if ('link' in body) return this.#opened(request, reply, await this.#link(body.link, ip));
    if ('passkey' in body) {
      const party = partyOf(request, identity.publicUrl);
      const proved = unwrap(await identity.logins.passkey(body.passkey, party, ip));
      return this.#opened(request, reply, proved);
    }
    const proved = unwrap(await identity.logins.password(body.name, body.password, ip));
    return this.#opened(request, reply, proved);
  }

  async second(
    request: FastifyRequest,
    reply: FastifyReply,
    { proof, ticket }: { readonly proof: SecondFactorProof; readonly ticket: string | undefined },
  ): Promise<LoginState> {
    const { logins, sessions } = this.#services.identity;
    if (ticket !== undefined) {
      const proved = unwrap(await logins.secondFactor(ticket, proof, request.ip));
      return this.#opened(request, reply, proved);
    }
    const principal = await sessions.find(sessionOf(request.headers));
    if (principal?.kind !== 'user') throw new FaultError(fault('security.login-expired'));
    unwrap(await logins.stepUp(principal.account, proof, request.ip));
    await sessions.strengthen(principal.session);
    return { state: 'open' };
  }

  /** Whose session the browser has that could be proved by a second factor. */
  async weakAccount({ headers }: FastifyRequest): Promise<number | undefined> {
    const principal = await this.#services.identity.sessions.peek(sessionOf(headers));
    return principal?.kind === 'user' && !principal.strong ? principal.account : undefined;
  }

  async #opened(
    request: FastifyRequest,
    reply: FastifyReply,
    proved: Proved | HalfOpen,
  ): Promise<LoginState> {
    if (proved.state === 'open')
      return this.#enter(request, reply, { account: proved.account }, proved.strong);
    const { ticket, methods } = proved;
    this.#setTicket(request, reply, ticket);
    return { state: 'second-factor', methods: [...methods] };
  }

  /** Opens the session; the one that the browser had before ends. */
  async #enter(
    request: FastifyRequest,
    reply: FastifyReply,
    owner: SessionOwner,
    strong = true,
  ): Promise<LoginState> {
    const { sessions, publicUrl } = this.#services.identity;
    await sessions.close(sessionOf(request.headers));
    const traits = { strong, source: request.ip, agent: agentOf(request) };
    const cookie = await sessions.open(owner, traits);
    const { protocol } = siteOf(request, publicUrl);
    void reply.header('set-cookie', sessionCookieOf(cookie, protocol));
    if (cookieOf(request.headers, loginCookie.halfOpen) !== undefined)
      this.#setTicket(request, reply, '');
    return { state: 'open' };
  }

  #setTicket(request: FastifyRequest, reply: FastifyReply, ticket: string): void {
    const { protocol } = siteOf(request, this.#services.identity.publicUrl);
    const cookie = setCookieOf(loginCookie.halfOpen, ticket, { life: halfOpenLife, protocol });
    void reply.header('set-cookie', cookie);
  }

  async #token(token: string, source: string): Promise<SessionOwner> {
    const { authenticator } = this.#services;
    const proved = unwrap(
      await authenticator.authenticate({ password: Buffer.from(token), source }),
    );
    if (proved.kind !== 'token') throw new FaultError(fault('security.forbidden', 'token'));
    return { token: proved.token };
  }

  async #link(code: string, source: string): Promise<Proved> {
    const { authenticator, administrator, identity } = this.#services;
    if (!authenticator.guard.admits(source, undefined))
      throw new FaultError(fault('security.too-many-attempts', source));
    const account = await administrator.redeem(code);
    if (account === undefined) {
      authenticator.guard.failed(source, undefined);
      throw new FaultError(fault('security.bad-credentials', 'link', 'used, expired or unknown'));
    }
    const how = { source, strong: true, by: 'one-time link' };
    return unwrap(await identity.logins.accept(account.id, how));
  }
}

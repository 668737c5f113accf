// SPDX-License-Identifier: Apache-2.0
import * as oauth from 'oauth4webapi';
import { FaultError, fault, Hours, Minutes, ok, Seconds, type ErrorCode, type Result } from '#core';
import type { Logger } from '#runtime';
import type { LinkedAccounts } from './linked-accounts.ts';
import { accountClaim, checkProviders, isStrong, type OidcProviderConfig } from './oidc-config.ts';
import { Pending, type PendingOptions } from './pending.ts';

/** How long somebody may take at the provider. */
const flowLife = Minutes(10);
const discoveryLife = Hours(1);
/** A provider that is away is not asked again for so long. */
const failureLife = Seconds(5);
const requestMsMax = Seconds(10);

export interface OidcOptions extends PendingOptions {
  readonly providers: readonly OidcProviderConfig[];
  readonly logger: Logger;
  readonly accounts: LinkedAccounts;
}

/** A login under way at a provider. */
interface Flow {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
}

interface Provider {
  readonly config: OidcProviderConfig;
  readonly client: oauth.Client;
  /** Asked for once for all who wait; a failure is kept for a while too. */
  server: { readonly metadata: Promise<oauth.AuthorizationServer>; until: number } | undefined;
}

interface Proof {
  readonly idToken: oauth.IDToken;
  /** With what the provider says beside it; how somebody was proved counts only in the token (§ 2). */
  readonly claims: oauth.IDToken;
}

export interface OidcProved {
  readonly account: number;
  readonly strong: boolean;
  readonly returnTo: string;
}

/**
 * Login by OpenID Connect: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 § 3.1, RFC 9700). A
 * flow belongs to one provider and one browser, and is good once.
 */
export class OidcLogins {
  readonly #options: OidcOptions;
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #flows: Pending<Flow>;

  /** Throws `config.invalid-value` where the configuration of a provider cannot work. */
  constructor(options: OidcOptions) {
    this.#options = options;
    this.#flows = new Pending(options, flowLife);
    checkProviders(options.providers);
    this.#providers = new Map(
      options.providers.map((config) => [
        config.id,
        { config, client: { client_id: config.clientId }, server: undefined },
      ]),
    );
  }

  /** What the login page offers. */
  list(language: 'en' | 'zh'): readonly { readonly id: string; readonly title: string }[] {
    return this.#options.providers.map(({ id, title }) => {
      return { id, title: typeof title === 'string' ? title : title[language] };
    });
  }

  /**
   * Where the browser has to go; the ticket goes into a cookie. Throws `common.not-found`,
   * `security.provider-unavailable`.
   */
  async begin(
    id: string,
    { redirectUri, returnTo }: Pick<Flow, 'redirectUri' | 'returnTo'>,
  ): Promise<{ readonly url: string; readonly ticket: string }> {
    const provider = this.#provider(id);
    const { authorization_endpoint: endpoint } = await this.#server(provider);
    if (endpoint === undefined)
      throw new FaultError(fault('security.provider-unavailable', id, 'no authorization endpoint'));
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const verifier = oauth.generateRandomCodeVerifier();
    const url = new URL(endpoint);
    const parameters = {
      client_id: provider.config.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: ['openid', ...(provider.config.scopes ?? ['profile'])].join(' '),
      ...{ state, nonce, code_challenge_method: 'S256' },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const flow = { provider: id, state, nonce, verifier, redirectUri, returnTo };
    return { url: url.href, ticket: this.#flows.add(flow) };
  }

  /**
   * Takes the browser back with the answer in the query. Faults: `security.provider-refused` with what was wrong,
   * `security.provider-no-account`, `security.provider-unavailable`.
   */
  async finish(
    id: string,
    ticket: string | undefined,
    query: URLSearchParams,
  ): Promise<Result<OidcProved>> {
    const provider = this.#provider(id);
    const flow = ticket === undefined ? undefined : this.#flows.take(ticket);
    if (flow?.provider !== id) return refused('state', 'unknown, used or too old');
    let proof: Proof;
    try {
      proof = await this.#prove(provider, flow, query);
    } catch (error) {
      if (error instanceof FaultError) throw error;
      this.#options.logger.warn({ err: error, provider: id }, 'a login by a provider was refused');
      return refused(id, error instanceof Error ? error.message : undefined);
    }
    const found = await this.#options.accounts.accountOf(provider.config, proof.claims);
    if (!found.ok) return found;
    const strong = isStrong(provider.config, proof.idToken);
    return ok({ account: found.value, strong, returnTo: flow.returnTo });
  }

  /** Gets and verifies the ID token. */
  async #prove(
    provider: Provider,
    { state, nonce, verifier, redirectUri }: Flow,
    query: URLSearchParams,
  ): Promise<Proof> {
    const { config, client } = provider;
    const server = await this.#server(provider);
    const options = this.#requestOptions(config.issuer);
    const parameters = oauth.validateAuthResponse(server, client, query, state);
    const authentication =
      config.clientSecret === undefined
        ? oauth.None()
        : oauth.ClientSecretBasic(config.clientSecret);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      options,
    );
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, options);
    const idToken = oauth.getValidatedIdTokenClaims(answer);
    if (idToken === undefined) throw new Error('there is no ID token');
    const known = { claims: idToken, token: answer.access_token, config };
    return { idToken, claims: await this.#withUserInfo(server, client, known) };
  }

  /** Claims that the ID token leaves out and the provider gives when asked. */
  async #withUserInfo(
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    known: {
      readonly claims: oauth.IDToken;
      readonly token: string;
      readonly config: OidcProviderConfig;
    },
  ): Promise<oauth.IDToken> {
    const { claims, token, config } = known;
    const wanted = [accountClaim(config), ...(config.roles ? [config.roles.claim] : [])];
    const complete = wanted.every((name) => claims[name] !== undefined);
    if (complete || server.userinfo_endpoint === undefined) return claims;
    const options = this.#requestOptions(config.issuer);
    const response = await oauth.userInfoRequest(server, client, token, options);
    const more = await oauth.processUserInfoResponse(server, client, claims.sub, response);
    return { ...more, ...claims };
  }

  #provider(id: string): Provider {
    const provider = this.#providers.get(id);
    if (provider === undefined) throw new FaultError(fault('common.not-found', 'provider', id));
    return provider;
  }

  #server(provider: Provider): Promise<oauth.AuthorizationServer> {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    const known = provider.server;
    if (known !== undefined && known.until > now) return known.metadata;
    const { id } = provider.config;
    const asked = { metadata: this.#discover(provider.config), until: now + discoveryLife };
    asked.metadata.catch((error: unknown) => {
      asked.until = now + failureLife;
      logger.warn({ err: error, provider: id }, 'an identity provider gives no metadata');
    });
    provider.server = asked;
    return asked.metadata;
  }

  async #discover({ issuer, id }: OidcProviderConfig): Promise<oauth.AuthorizationServer> {
    try {
      const url = new URL(issuer);
      const response = await oauth.discoveryRequest(url, this.#requestOptions(issuer));
      return await oauth.processDiscoveryResponse(url, response);
    } catch (error) {
      throw new FaultError(fault('security.provider-unavailable', id), { cause: error });
    }
  }

  #requestOptions(issuer: string) {
    return {
      signal: () => AbortSignal.timeout(requestMsMax),
      [oauth.allowInsecureRequests]: issuer.startsWith('http://'),
    };
  }
}

function refused(at: string, detail?: string): Result<never> {
  const code: ErrorCode = 'security.provider-refused';
  return { ok: false, fault: fault(code, at, detail) };
}

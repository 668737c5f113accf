// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** An OpenID provider on a free port, with forms in which every name is somebody. */
export interface IdentityProvider extends Disposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

interface ProviderPackage {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => {
    readonly Client: { readonly prototype: { redirectUriAllowed: () => boolean } };
    callback(): RequestListener;
  };
}

/** Takes any redirect URI, since a server that listens on a free port knows its own late. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  // The package brings no types.
  const name: string = 'oidc-provider';
  const { default: Provider }: ProviderPackage = await import(name);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  const issuer = `http://127.0.0.1:${address.port}`;
  const clientId = 'fengsui';
  const clientSecret = 'a secret of the client that is long enough';
  const provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret },
        redirect_uris: ['http://127.0.0.1:1/callback'],
      },
    ],
    cookies: { keys: ['of the test'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        ...{ sub: id, preferred_username: id, name: `Name of ${id}` },
        groups: ['staff', 'iot-admins'],
      }),
    }),
  });
  provider.Client.prototype.redirectUriAllowed = () => true;
  server.on('request', provider.callback());
  const dispose = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { issuer, clientId, clientSecret, [Symbol.dispose]: dispose };
}

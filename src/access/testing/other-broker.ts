// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

export interface OtherBroker {
  readonly host: string;
  readonly port: number;
  readonly broker: Aedes;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Another implementation of the protocol as the counterpart. */
export async function startOtherBroker(): Promise<OtherBroker> {
  const broker = await Aedes.createBroker({
    authenticate: (_client, _username, password, done) => done(null, String(password) === 'right'),
  });
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    host: '127.0.0.1',
    port: address.port,
    broker,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

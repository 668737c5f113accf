// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform(['limits.http.requestMsMax=1000']);
after(() => platform[Symbol.asyncDispose]());
const http = await platform.api.listen({ host: '127.0.0.1', port: 0 });

/** Sends a body in pieces with a pause behind each; the status, or undefined when the connection was closed. */
async function trickle(
  path: string,
  type: string,
  pieces: readonly string[],
): Promise<number | undefined> {
  const authorization = `Bearer ${platform.adminToken}`;
  const headers = { authorization, 'content-type': type };
  const sent = request(new URL(path, http), { method: 'POST', headers });
  const answered: Promise<number | undefined> = once(sent, 'response').then(
    ([response]: IncomingMessage[]) => response?.resume().statusCode,
    () => undefined,
  );
  for (const piece of pieces) {
    if (!sent.destroyed) sent.write(piece);
    await setTimeout(350);
  }
  sent.end();
  return answered;
}

test('a body that does not come in time ends its connection', async () => {
  const pieces = ['{', ' ', ' ', ' ', ' ', '"name":"slow"}'];
  assert.equal(await trickle('/api/v1/things', 'application/json', pieces), undefined);
  assert.equal(await trickle('/api/v1/things', 'application/json', ['{"name":', '"a"}']), 201);
});

test('an import may take longer, as long as it goes on', async () => {
  const rows = ['name\n', 'a\n', 'b\n', 'c\n', 'd\n', 'e\n'];
  assert.equal(await trickle('/api/v1/things/import', 'text/csv', rows), 200);
});

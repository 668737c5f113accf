// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPlatform } from '../../test/support/platform.ts';
import { run, type Outcome } from './testing.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const server = await platform.api.listen({ host: '127.0.0.1', port: 0 });
const environment = { FENGSUI_TOKEN: platform.adminToken };

function fengsui(line: string, stdin?: string): Promise<Outcome> {
  const args = [...line.split(' '), '--server', server];
  return run(args, { environment, ...(stdin === undefined ? {} : { stdin }) });
}

async function rows(line: string, stdin?: string): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await fengsui(line, stdin);
  assert.equal(code, 0, `${line}: ${err}`);
  return out
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text));
}

test('people from the command line: made, granted something, disabled, removed', async () => {
  const [city] = await rows('tenant add city --collect');
  assert.equal(city?.['unknownProperties'], 'collect');
  const [ann] = await rows(`user add ann --title Ann --tenant ${String(city?.['id'])}`);
  assert.match(String(ann?.['temporaryPassword']), /-/);
  const [sso] = await rows('user add sso --no-password');
  assert.equal(sso?.['temporaryPassword'], undefined);
  assert.deepEqual(
    (await rows('user ls --search an')).map(({ name }) => name),
    ['ann'],
  );
  const [group] = await rows('group add readers');
  const [filled] = await rows('group members readers ann sso');
  assert.deepEqual(filled?.['members'], [ann?.['id'], sso?.['id']]);
  const [role] = await rows('role apply', '{"name":"look","permissions":["things.read"]}');
  const [wider] = await rows(
    'role apply -',
    '{"name":"look","permissions":["things.read","models.read"]}',
  );
  assert.deepEqual([wider?.['id'], wider?.['revision']], [role?.['id'], 2]);
  const [grant] = await rows(`grant add ${String(role?.['id'])} --group readers --label road=A`);
  assert.deepEqual([grant?.['group'], grant?.['labels']], [group?.['id'], { road: 'A' }]);
  assert.equal((await rows('grant ls --group readers')).length, 1);
  await rows(`grant rm ${String(grant?.['id'])} --yes`);
  assert.equal((await rows('grant ls --group readers')).length, 0);
  const [disabled] = await rows('user disable ANN');
  assert.equal(disabled?.['disabled'], true);
  const [enabled] = await rows('user enable ann');
  assert.equal(enabled?.['disabled'], false);
  const [reset] = await rows('user reset-password ann');
  assert.notEqual(reset?.['temporaryPassword'], ann?.['temporaryPassword']);
  assert.equal((await fengsui('user rm ann --no-input')).code, 2);
  await rows('user rm ann --yes');
  await rows('group rm readers --yes');
  await rows(`tenant rm ${String(city?.['id'])} --yes`);
  assert.deepEqual(
    (await rows('tenant ls')).map(({ id }) => id),
    [1],
  );
});

test('service accounts act by tokens', async () => {
  await rows('user add robot --service');
  await rows('grant add developer --service robot');
  const [token] = await rows('token create ci --service robot --scope readings.write');
  assert.match(String(token?.['token']), /^fsa_/);
  const listed = (await rows('token ls')).find(({ name }) => name === 'ci');
  assert.deepEqual(listed?.['scopes'], ['readings.write']);
  await rows(`token revoke ${String(token?.['id'])}`);
  await rows('user rm robot --service --yes');
});

test('exit codes say what kind of trouble it was', async () => {
  for (const [line, code] of [
    ['user disable nobody', 3],
    ['user rm 999 --yes', 3],
    ['user add sso', 5],
    ['grant add nonsense --user sso', 3],
    ['grant add viewer --user sso --group x', 2],
    ['user add', 2],
    ['user add x --password y', 2],
    ['role apply', 5],
    ['group get none', 3],
  ] as const)
    assert.equal((await fengsui(line)).code, code, line);
  const bad = { FENGSUI_TOKEN: 'fsa_wrong' };
  assert.equal((await run(['user', 'ls', '--server', server], { environment: bad })).code, 4);
});

// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectAsync, type MqttClient } from 'mqtt';
import { fengsui, objectOf, rowsOf, startWorkplace, type Workplace } from '../support/cli.ts';

const model = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
  '@type': 'tm:ThingModel',
  id: 'urn:example:probe',
  title: 'Probe',
  version: { model: '1.0.0' },
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 85, readOnly: true },
  },
};

/** A thing with a credential, made on the command line. */
async function makeThing({ run }: Workplace, name: string): Promise<Record<string, unknown>> {
  objectOf(await run(['model', 'apply'], JSON.stringify(model)));
  return objectOf(await run(['thing', 'create', name, '--model', model.id, '--credential']));
}

function connectAs(
  { server }: Workplace,
  thing: Readonly<Record<string, unknown>>,
): Promise<MqttClient> {
  const { host, port } = server.mqtt;
  const credential = { username: String(thing['username']), password: String(thing['token']) };
  return connectAsync({ host, port, ...credential, reconnectPeriod: 0 });
}

test('up: refused on a directory in use, on a taken port and with an unknown key', async () => {
  await using place = await startWorkplace();
  const second = await place.run(['up']);
  assert.equal(second.code, 6);
  assert.match(second.err, new RegExp(`process ${place.server.pid} on .*config\\.data-in-use`));

  const other = ['--data', join(place.directory, 'other')];
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  assert.ok(typeof address === 'object' && address !== null);
  for (const key of ['access.mqtt.listen', 'server.http']) {
    const free = ['--set', 'server.http=127.0.0.1:0', '--set', 'access.mqtt.listen=127.0.0.1:0'];
    const set = [...free, '--set', `${key}=127.0.0.1:${address.port}`];
    const { code, err } = await fengsui(['up', ...other, ...set]);
    assert.equal(code, 6, err);
    assert.match(err, /config\.port-taken/);
    assert.ok(err.includes(key), err);
  }
  await new Promise((resolve) => taken.close(resolve));

  const unknown = await fengsui(['up', ...other, '--set', 'acess.mqtt.listen=:1']);
  assert.equal(unknown.code, 5);
  assert.match(unknown.err, /did you mean access\.mqtt\.listen\?/);
});

test('doctor finds the running server well; config show says where values come from', async () => {
  await using place = await startWorkplace();
  const settings = ['--set', 'server.http=127.0.0.1:0', '--set', 'access.mqtt.listen=127.0.0.1:0'];
  const report = objectOf(await place.run(['doctor', '--json', ...settings]));
  assert.equal(report['ok'], true, JSON.stringify(report));
  assert.match(JSON.stringify(report['checks']), /process \d+ on/);

  await writeFile(join(place.directory, 'fengsui.yaml'), 'store: { retentionDays: 7 }\n');
  const shown = rowsOf(await place.run(['config', 'show', '--origin', '--set', 'demo=true']));
  const origin = (key: string): unknown => shown.find((row) => row['key'] === key)?.['origin'];
  assert.match(String(origin('store.retentionDays')), /fengsui\.yaml/);
  assert.match(String(origin('demo')), /--set/);
  assert.equal(origin('server.http'), 'default');
});

test('tokens: made, used, listed and ended', async () => {
  await using place = await startWorkplace();
  const made = objectOf(await place.run(['token', 'create', 'reader', '--scope', 'read']));
  const file = join(place.directory, 'reader.token');
  await writeFile(file, String(made['token']));
  const as = (args: readonly string[]) => place.run([...args, '--token-file', file]);
  assert.deepEqual(rowsOf(await as(['thing', 'ls'])), []);
  assert.equal((await as(['thing', 'create', 'x'])).code, 4);
  const listed = rowsOf(await place.run(['token', 'ls']));
  assert.deepEqual(listed.find((row) => row['id'] === made['id'])?.['scopes'], ['read']);
  assert.ok(!JSON.stringify(listed).includes(String(made['token'])));
  assert.equal((await place.run(['token', 'revoke', String(made['id'])])).code, 0);
  assert.equal((await as(['thing', 'ls'])).code, 4);
});

test('models and things: applied, checked, made, listed, imported, removed', async () => {
  await using place = await startWorkplace();
  const { run } = place;
  const bad = { ...model, properties: { temperature: { type: 'number', unit: 'degrees' } } };
  const refused = await run(['model', 'check'], JSON.stringify(bad));
  assert.equal(refused.code, 5);
  assert.match(refused.err, /\/properties\/temperature\/unit.*model\.bad-unit/);
  await writeFile(join(place.directory, 'model.json'), JSON.stringify(model));
  assert.equal(objectOf(await run(['model', 'check', 'model.json']))['uri'], model.id);
  assert.deepEqual(rowsOf(await run(['model', 'ls'])), []);
  assert.equal(objectOf(await run(['model', 'apply', 'model.json']))['version'], '1.0.0');
  assert.equal(rowsOf(await run(['model', 'ls'])).length, 1);
  assert.equal(objectOf(await run(['model', 'get', model.id]))['title'], 'Probe');

  const create = ['thing', 'create', 'one', '--model', model.id, '--label', 'city=Linhai'];
  const one = objectOf(await run([...create, '--uri', 'urn:example:one']));
  assert.equal(objectOf(await run(['thing', 'get', 'urn:example:one']))['id'], one['id']);
  const csv = `name,model\ntwo,${model.id}\nthree,urn:example:none\n`;
  const imported = await run(['thing', 'import'], csv);
  assert.equal(imported.code, 7, imported.err);
  assert.match(imported.out, /"row":2,"code":"things.no-such-model"/);
  const inCity = rowsOf(await run(['thing', 'ls', '--filter', "labels.city = 'Linhai'"]));
  assert.deepEqual(
    inCity.map((row) => row['id']),
    [one['id']],
  );
  assert.equal(rowsOf(await run(['thing', 'ls'])).length, 2);
  assert.equal((await run(['thing', 'rm', String(one['id'])])).code, 2, 'asks first');
  assert.equal((await run(['thing', 'rm', String(one['id']), '--yes'])).code, 0);
  assert.equal((await run(['thing', 'get', String(one['id'])])).code, 3);
});

test('tail shows what arrives, and with --rejected what was refused and why', async () => {
  await using place = await startWorkplace();
  const thing = await makeThing(place, 'tailed');
  const tail = place.launch(['tail', '--thing', String(thing['id'])]);
  const rejected = place.launch(['tail', '--rejected']);
  const device = await connectAs(place, thing);
  const publish = (payload: string) =>
    device.publishAsync('things/me/properties', payload, { qos: 1 });
  // The subscription may come after the first values.
  const feeding = setInterval(() => void publish('{"temperature": 21.5}'), 100);
  await tail.until(/"property":"temperature".*"value":21\.5/);
  clearInterval(feeding);
  await publish('{"temperature": 500}');
  await assert.rejects(connectAs(place, { ...thing, token: 'wrong' }));
  await rejected.until(/model\.out-of-range.*\/temperature/);
  await rejected.until(/"step":"auth"/);
  await device.endAsync();
  for (const command of [tail, rejected]) {
    const { code, err } = await command.interrupt();
    assert.ok(code === 0 || code === 130, err);
  }
});

test('trace shows every step of one message', async () => {
  await using place = await startWorkplace();
  const thing = await makeThing(place, 'traced');
  const trace = place.launch(['trace', String(thing['id']), '-o', 'ndjson']);
  const device = await connectAs(place, thing);
  const payload = '{"temperature": 20}';
  const feeding = setInterval(
    () => void device.publishAsync('things/me/properties', payload, { qos: 1 }),
    100,
  );
  await trace.until('"step":"store"');
  clearInterval(feeding);
  await device.endAsync();
  const { out } = await trace.interrupt();
  const events = out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  const message = events.find((event) => event['step'] === 'store')?.['message'];
  const steps = events.filter((event) => event['message'] === message);
  assert.deepEqual(
    steps.map((event) => event['step']),
    ['receive', 'auth', 'decode', 'model', 'log', 'store'],
  );
  assert.ok(
    steps.every((event) => event['ok'] === true),
    out,
  );
});

test('simulate runs a fleet and leaves nothing behind', async () => {
  await using place = await startWorkplace();
  const { run } = place;
  const { code, out, err } = await run([
    ...['simulate', '--devices', '20', '--rate', '100', '--duration', '3s', '-o', 'ndjson'],
  ]);
  assert.equal(code, 0, err);
  const report: Record<string, unknown> = JSON.parse(out);
  assert.equal(report['devices'], 20);
  assert.equal(report['connected'], 20);
  assert.equal(report['failed'], 0);
  assert.ok(Number(report['acknowledged']) > 20, out);
  assert.match(err, /20 connected, \d+ acknowledged/);
  assert.deepEqual(rowsOf(await run(['thing', 'ls'])), []);
  assert.deepEqual(rowsOf(await run(['model', 'ls'])), []);
});

test('simulate --keep leaves its things; Ctrl-C ends it and cleans up', async () => {
  await using place = await startWorkplace();
  const keep = ['simulate', '--devices', '2', '--rate', '10', '--duration', '1s', '--keep'];
  assert.equal((await place.run(keep)).code, 0);
  assert.equal(rowsOf(await place.run(['thing', 'ls'])).length, 2);
  const endless = place.launch(['simulate', '--devices', '2', '--rate', '10']);
  await endless.until(/2 connected/);
  const { code, err } = await endless.interrupt();
  assert.equal(code, 0, err);
  assert.match(err, /2 devices removed/);
  assert.equal(rowsOf(await place.run(['thing', 'ls'])).length, 2);
});

test('the demo comes to life on a used directory, and is removed as a whole', async () => {
  await using place = await startWorkplace(['demo=true']);
  const { run } = place;
  const things = async (): Promise<Record<string, unknown>[]> =>
    rowsOf(
      await run(['thing', 'ls', '--filter', "labels.fengsui-demo = 'city' and online = true"]),
    );
  const deadline = Date.now() + 30_000;
  // One of them has lost its token.
  while ((await things()).length < 299) {
    assert.ok(Date.now() < deadline, 'the city is not complete');
  }
  await makeThing(place, 'my own');
  assert.equal((await run(['demo', 'rm', '--yes'])).code, 0);
  assert.deepEqual(
    rowsOf(await run(['thing', 'ls'])).map((row) => row['name']),
    ['my own'],
  );
  assert.deepEqual(
    rowsOf(await run(['model', 'ls'])).map((row) => row['uri']),
    [model.id],
  );
});

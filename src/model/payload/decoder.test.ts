// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '#core';
import { BatchBuilder } from '../batch.ts';
import { PropertyDecoder } from './decoder.ts';
import { bindingOf, modelOf, now, PayloadBench, rowsOf, type Decoded } from './fixtures.ts';
import { contentTypeOf } from './report.ts';

const model = modelOf({
  temperature: { type: 'number', minimum: -40, maximum: 125 },
  count: { type: 'integer' },
  on: { type: 'boolean' },
  mode: { type: 'string', enum: ['auto', '手动'] },
  place: { '@type': 'geo:Point' },
  settings: { type: 'object', properties: { speed: { type: 'integer' } } },
  raw: { type: 'array' },
  secret: { type: 'number', writeOnly: true },
  time: { type: 'number' },
  values: { type: 'string' },
  'a/b~c"\\': { type: 'number' },
});
const bench = new PayloadBench(bindingOf(model));

/** By both ways, which must agree. */
function decode(text: string | Uint8Array): Decoded {
  const fast = bench.decode(text);
  assert.deepEqual(fast, bench.decode(text, 'json', 'general'));
  return fast;
}

const good = (...rows: readonly string[]): Decoded => ({ rows, refused: [], fault: undefined });

test('the three shapes', () => {
  assert.deepEqual(
    decode('{"temperature":21.5,"count":-3,"on":true}'),
    good('1 21.5', '2 -3', '3 1'),
  );
  assert.deepEqual(
    decode('{"time":"2026-11-20T07:59:59.5Z","values":{"temperature":21.5}}'),
    good('1 -500 21.5'),
  );
  assert.deepEqual(
    decode('{"values":{"temperature":21.5},"time":1795161599000}'),
    good('1 -1000 21.5'),
  );
  assert.deepEqual(decode('{"values":{"on":false}}'), good('3 0'));
  assert.deepEqual(
    decode('[{"temperature":1},{"time":1795161599999,"values":{"temperature":2,"on":true}},{}]'),
    good('1 1', '1 -1 2', '3 -1 1'),
  );
  assert.deepEqual(decode('[]'), good());
  assert.deepEqual(decode('{}'), good());
  assert.deepEqual(decode('{"values":{}}'), good());
});

test('white space, escapes and other values', () => {
  assert.deepEqual(decode(' \r\n\t{ "temperature" : 1e1 , "on" : false } \n'), good('1 10', '3 0'));
  assert.deepEqual(decode('{"t\\u0065mperature":1}'), good('1 1'));
  assert.deepEqual(decode('{"mode":"auto"}'), good('4 "auto"'));
  assert.deepEqual(decode('{"mode":"手动"}'), good('4 "手动"'));
  assert.deepEqual(decode('{"mode":"a\\u0075to"}'), good('4 "auto"'));
  assert.deepEqual(
    decode('{"raw":[1,{"x":null}],"settings":{"speed":3}}'),
    good('7 json "[1,{\\"x\\":null}]"', '6 json "{\\"speed\\":3}"'),
  );
  assert.deepEqual(decode('{"a/b~c\\"\\\\":4}'), good('11 4'));
});

test('positions in their notations are kept as one', () => {
  for (const place of [
    '[121.5,31.2]',
    '{"lat":31.2,"lon":121.5}',
    '{"latitude":31.2,"longitude":121.5}',
    '{"type":"Point","coordinates":[121.5,31.2]}',
  ]) {
    assert.deepEqual(decode(`{"place":${place}}`), good('5 json "[121.5,31.2]"'), place);
  }
  assert.deepEqual(decode('{"place":{"lat":1,"lng":2,"alt":3}}'), good('5 json "[2,1,3]"'));
  for (const place of [
    '[31.2,121.5]',
    '[1]',
    '[1,2,3,4]',
    '["1","2"]',
    '{"lat":1}',
    'null',
    '"1,2"',
  ]) {
    assert.deepEqual(decode(`{"place":${place}}`).refused, ['model.wrong-type /place'], place);
  }
});

test('properties called time and values are read where the envelope is not meant', () => {
  assert.deepEqual(decode('{"time":5,"temperature":1}'), good('9 5', '1 1'));
  assert.deepEqual(decode('{"temperature":1,"time":5}'), good('1 1', '9 5'));
  assert.deepEqual(decode('{"values":"x"}'), good('10 "x"'));
  assert.deepEqual(decode('{"values":{"time":5,"values":"x"}}'), good('9 5', '10 "x"'));
  assert.deepEqual(decode('{"time":1795161599000,"values":{"time":5}}'), good('9 -1000 5'));
});

test('a bad reading is named and its neighbours are kept', () => {
  assert.deepEqual(
    decode(
      '{"temperature":"21","count":1.5,"on":1,"mode":"fast","settings":{"speed":"x"},"raw":{},"secret":1,"nope":1,"a/b~c\\"\\\\":null,"values":"ok"}',
    ),
    {
      rows: ['10 "ok"'],
      refused: [
        'model.wrong-type /temperature',
        'model.wrong-type /count',
        'model.wrong-type /on',
        'model.schema-mismatch /mode',
        'model.schema-mismatch /settings/speed',
        'model.wrong-type /raw',
        'model.not-reported /secret',
        'model.unknown-property /nope',
        'model.wrong-type /a~1b~0c"\\',
      ],
      fault: undefined,
    },
  );
  assert.deepEqual(
    decode(
      '[{"temperature":126},{"temperature":125},7,null,[],{"time":1,"values":{"temperature":-41}}]',
    ),
    {
      rows: ['1 1 125'],
      refused: [
        'model.out-of-range /0/temperature',
        'model.bad-payload /2',
        'model.bad-payload /3',
        'model.bad-payload /4',
        'model.out-of-range /5/values/temperature',
      ],
      fault: undefined,
    },
  );
});

test('numbers are finite, integers exact', () => {
  assert.deepEqual(decode('{"temperature":1e400}').refused, ['model.out-of-range /temperature']);
  assert.deepEqual(decode('{"count":9007199254740991}'), good('2 9007199254740991'));
  assert.deepEqual(decode('{"count":9007199254740993}').refused, ['model.out-of-range /count']);
  assert.deepEqual(decode('{"count":1e3}'), good('2 1000'));
  assert.deepEqual(decode('{"count":-0.0}'), good('2 -0'));
  assert.deepEqual(decode('{"temperature":0.1}'), good('1 0.1'));
  assert.deepEqual(decode('{"temperature":21.499999999999996}'), good('1 21.499999999999996'));
});

test('the clock rule', () => {
  const at = (offset: number): Decoded =>
    decode(`{"time":${now + offset},"values":{"temperature":1}}`);
  const day = 86_400_000;
  assert.deepEqual(at(-7 * day), good('1 -604800000 1'));
  assert.deepEqual(at(-7 * day - 1), good('1 1 q32'));
  assert.deepEqual(at(300_000), good('1 300000 1'));
  assert.deepEqual(at(300_001), good('1 1 q32'));
  assert.deepEqual(at(-0.5), good('1 -1 1'));
  assert.deepEqual(decode('{"time":1795161600,"values":{"temperature":1}}'), good('1 1 q32'));
  assert.deepEqual(
    decode('{"time":"1970-01-01T00:00:00Z","values":{"mode":"auto"}}'),
    good('4 "auto" q32'),
  );
});

test('a bad time refuses its envelope only', () => {
  for (const time of [
    '"yesterday"',
    '"2026-11-20T08:00:00"',
    'null',
    'true',
    '{}',
    '1e300',
    '""',
    '"1795161600000"',
  ]) {
    assert.deepEqual(
      decode(`[{"time":${time},"values":{"temperature":1}},{"temperature":2}]`),
      { rows: ['1 2'], refused: ['model.bad-time /0/time'], fault: undefined },
      time,
    );
  }
  assert.deepEqual(decode('{"values":{"temperature":1},"device":"x"}'), {
    rows: ['1 1'],
    refused: ['model.unknown-property /device'],
    fault: undefined,
  });
});

test('of equal keys the last counts', () => {
  assert.deepEqual(decode('{"temperature":1,"temperature":2}'), good('1 2'));
  assert.deepEqual(decode('{"temperature":"x","temperature":2}'), good('1 2'));
  assert.deepEqual(decode('{"temperature":2,"temperature":"x"}').refused, [
    'model.wrong-type /temperature',
  ]);
  assert.deepEqual(decode('{"values":{"temperature":1},"values":{"temperature":2}}'), good('1 2'));
});

test('a syntax error refuses all of it, at its byte', () => {
  const faults: Readonly<Record<string, string>> = {
    '': 'model.bad-json byte 0',
    '{"temperature":1': 'model.bad-json byte 16',
    '{"temperature":1,}': 'model.bad-json byte 17',
    '{"temperature":1}}': 'model.bad-json byte 17',
    '{"temperature":01}': 'model.bad-json byte 16',
    '{"temperature":1.}': 'model.bad-json byte 16',
    '{"temperature":.5}': 'model.bad-json byte 15',
    '{"temperature":+1}': 'model.bad-json byte 15',
    '{"temperature":1e}': 'model.bad-json byte 16',
    '{"temperature":NaN}': 'model.bad-json byte 15',
    '{"on":tru}': 'model.bad-json byte 9',
    "{'on':true}": 'model.bad-json byte 1',
    '{"手动":}': 'model.bad-json byte 10',
    '[{"temperature":1},]': 'model.bad-json byte 19',
    '\uFEFF{}': 'model.bad-json byte 0',
    '{"mode":"a\nb"}': 'model.bad-json byte 10',
    '7': 'model.bad-payload ',
    '"x"': 'model.bad-payload ',
    null: 'model.bad-payload ',
  };
  for (const [text, fault] of Object.entries(faults)) {
    assert.deepEqual(decode(text), { rows: [], refused: [], fault }, text);
  }
  const notUtf8 = Buffer.concat([
    Buffer.from('{"\uFFFD手":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]);
  assert.equal(decode(notUtf8).fault, 'model.bad-json byte 11');
  assert.equal(decode(Uint8Array.of(0x7b, 0xff)).fault, 'model.bad-json byte 1');
});

test('depth and number of members are bounded', () => {
  const nested = (depth: number): string => `{"raw":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  assert.equal(decode(nested(31)).fault, undefined);
  assert.equal(decode(nested(32)).fault, 'model.payload-too-large ');
  assert.equal(decode(nested(100_000)).fault, 'model.payload-too-large ');
  assert.equal(decode(`[${'{},'.repeat(9_999)}{}]`).fault, undefined);
  assert.equal(decode(`[${'{},'.repeat(10_000)}{}]`).fault, 'model.payload-too-large ');
  assert.equal(decode(`[${'{"on":true},'.repeat(4_999)}{"on":true}]`).rows.length, 5_000);
  assert.equal(decode(`[${'{"on":true},'.repeat(5_000)}{}]`).fault, 'model.payload-too-large ');
});

test('names that reach prototypes are names like others', () => {
  assert.deepEqual(decode('{"__proto__":{"temperature":1},"constructor":1,"toString":2}').refused, [
    'model.unknown-property /__proto__',
    'model.unknown-property /constructor',
    'model.unknown-property /toString',
  ]);
  assert.deepEqual(decode('{"__proto__":{"values":{"temperature":1}}}').rows, []);
});

test('unknown properties are collected where the thing does so', () => {
  const collecting = new PayloadBench(bindingOf(modelOf({ known: { type: 'number' } }), 'collect'));
  const text =
    '{"known":1,"x":2,"s":"t","b":true,"j":[1],"n":null,"none":1,"__proto__":1,"":1,"\\ud800":1}';
  assert.deepEqual(collecting.decode(text), {
    rows: ['1 1', '100 2', '101 "t"', '102 1', '103 json "[1]"'],
    refused: [
      'model.wrong-type /n',
      'model.unknown-property /none',
      'model.unknown-property /__proto__',
      'model.unknown-property /',
      'model.unknown-property /\ud800',
    ],
    fault: undefined,
  });
  assert.deepEqual(collecting.collected, ['x', 's', 'b', 'j', 'none']);
});

test('refused readings beyond the limit are counted', () => {
  const decoder = new PropertyDecoder(limitsOf({ 'payload.refusedMax': 3 }), () => 0);
  const bytes = Buffer.from(`[${'{"nope":1},'.repeat(9)}{"temperature":1}]`);
  const payload = {
    bytes,
    start: 0,
    end: bytes.length,
    contentType: 'json' as const,
    binding: bindingOf(model),
    batch: new BatchBuilder(),
    now,
  };
  const report = decoder.decode(payload);
  assert.equal(report.refused.length, 3);
  assert.equal(report.refusedCount, 9);
  assert.equal(report.accepted, 1);
});

test('one decoder serves models in turn', () => {
  const other = bindingOf(
    modelOf({ humidity: { type: 'number' }, temperature: { type: 'boolean' } }),
  );
  const decoder = new PropertyDecoder(limitsOf(), () => 0);
  const bytes = Buffer.from('{"temperature":true}');
  for (const [binding, accepted] of [
    [other, 1],
    [bench.binding, 0],
    [other, 1],
  ] as const) {
    const batch = new BatchBuilder();
    const report = decoder.decode({
      bytes,
      start: 0,
      end: bytes.length,
      contentType: 'json',
      binding,
      batch,
      now,
    });
    assert.equal(report.accepted, accepted);
    assert.equal(batch.rows, accepted);
  }
});

test('media types', () => {
  assert.equal(contentTypeOf(undefined), 'json');
  assert.equal(contentTypeOf('Application/JSON; charset=utf-8'), 'json');
  assert.equal(contentTypeOf('application/cbor'), 'cbor');
  assert.equal(contentTypeOf('application/senml+json'), 'senml+json');
  assert.equal(contentTypeOf('application/senml+cbor'), 'senml+cbor');
  assert.equal(contentTypeOf('text/html'), undefined);
});

test('messages of a thing without a time never share a millisecond', () => {
  const { decoder, binding } = new PayloadBench(bindingOf(model));
  const batch = new BatchBuilder();
  for (const text of ['{"temperature":1}', '[{"temperature":2},{"temperature":3}]']) {
    const bytes = Buffer.from(text);
    decoder.decode({
      bytes,
      start: 0,
      end: bytes.length,
      contentType: 'json',
      binding,
      batch,
      now,
    });
  }
  assert.deepEqual(rowsOf(batch), ['1 1', '1 1 2', '1 2 3']);
  binding.serverTime = now + 300_001;
  const late = Buffer.from('{"temperature":4}');
  const rest = { start: 0, end: late.length, contentType: 'json', binding, batch, now } as const;
  decoder.decode({ bytes: late, ...rest });
  assert.deepEqual(rowsOf(batch), ['1 4'], 'times given out do not run ahead for ever');
});

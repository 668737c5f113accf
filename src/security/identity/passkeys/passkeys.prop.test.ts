// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitsOf, unwrap } from '#core';
import { SimClock } from '#runtime/sim';
import { parseAuthenticatorData } from './authenticator-data.ts';
import { readCbor } from './cbor.ts';
import { PasskeyCeremonies, userHandleOf } from './ceremonies.ts';
import { parseClientData } from './client-data.ts';
import { relyingPartyOf } from './relying-party.ts';
import {
  bytes,
  integer,
  map,
  SoftAuthenticator,
  text,
} from '../../../../test/support/soft-authenticator.ts';

const party = unwrap(relyingPartyOf('https://iot.example', undefined));
const account = { id: 1, name: 'li', title: '' };

test('what is written is read again, whatever follows it', () => {
  const scalar = fc.oneof(
    fc.integer({ min: -65_536, max: 65_535 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  );
  const write = (value: number | string | Buffer): Buffer => {
    if (typeof value === 'number') return integer(value);
    return typeof value === 'string' ? text(value) : bytes(value);
  };
  const members = fc.uniqueArray(fc.tuple(fc.integer({ min: -50, max: 50 }), scalar), {
    selector: ([key]) => key,
    maxLength: 20,
  });
  fc.assert(
    fc.property(members, fc.uint8Array({ maxLength: 10 }), (pairs, rest) => {
      const item = map(pairs.map(([key, value]) => [integer(key), write(value)]));
      const { value, end } = unwrap(readCbor(Buffer.concat([item, rest]), 0));
      assert.equal(end, item.length);
      assert.deepEqual(value, new Map(pairs));
      for (let cut = 0; cut < item.length; cut++)
        assert.equal(readCbor(item.subarray(0, cut), 0).ok, false);
    }),
  );
});

test('no bytes make a parser throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (array) => {
      const buffer = Buffer.from(array);
      readCbor(buffer, 0);
      parseClientData(buffer);
      parseAuthenticatorData(buffer);
    }),
    { numRuns: 2_000 },
  );
});

test('nesting and lengths that are not there cost nothing', () => {
  for (const bad of [
    Buffer.alloc(100_000, 0x81),
    Buffer.from('9affffffff', 'hex'),
    Buffer.from('baffffffff', 'hex'),
    Buffer.from('5affffffff00', 'hex'),
    Buffer.from('bf', 'hex'),
    Buffer.from('5f4100ff', 'hex'),
    Buffer.from('a201000100', 'hex'),
    Buffer.from('c100', 'hex'),
    Buffer.from('fb3ff0000000000000', 'hex'),
  ])
    assert.equal(readCbor(bad, 0).ok, false, bad.subarray(0, 8).toString('hex'));
});

test('an assertion with a changed bit anywhere is refused', () => {
  const ceremonies = new PasskeyCeremonies({ limits: limitsOf(), clock: new SimClock(), hit() {} });
  const authenticator = new SoftAuthenticator('es256');
  const creation = ceremonies.creationOptions(account, [], party);
  const registered = unwrap(ceremonies.register(1, authenticator.register(creation), party));
  const passkey = { ...registered, id: 1, account: 1, name: '', created: 0, used: undefined };
  const member = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature');
  fc.assert(
    fc.property(member, fc.nat(), fc.integer({ min: 0, max: 7 }), (name, place, bit) => {
      const options = ceremonies.requestOptions(undefined, party);
      const answer = authenticator.assert(options, userHandleOf(1));
      const whole = Buffer.from(answer.response[name], 'base64url');
      const at = place % whole.length;
      whole.writeUInt8(whole.readUInt8(at) ^ (1 << bit), at);
      const response = { ...answer.response, [name]: whole.toString('base64url') };
      const result = ceremonies.assert(
        passkey,
        { ...answer, response },
        { party, account: undefined },
      );
      assert.equal(result.ok, false);
    }),
    { numRuns: 500 },
  );
});

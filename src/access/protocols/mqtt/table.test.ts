// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  packetByCode,
  packetCode,
  packetTable,
  propertyById,
  propertyTable,
  reason,
  reasonAllowed,
  reasonTable,
  reasonText,
  returnCodeOf,
} from './table.ts';

test('codes and names of packets agree', () => {
  assert.equal(packetTable.length, 15);
  for (const { code, name } of packetTable) {
    assert.equal(packetCode[name], code);
    assert.equal(packetByCode[code]?.name, name);
  }
  assert.equal(packetByCode[0], undefined);
});

test('each property has one row', () => {
  assert.equal(new Set(propertyTable.map(({ id }) => id)).size, 27);
  for (const row of propertyTable) assert.equal(propertyById[row.id], row);
});

test('codes and names of reasons agree, in order', () => {
  assert.equal(reasonTable.length, 43);
  assert.deepEqual(reason, Object.fromEntries(reasonTable.map(({ name, code }) => [name, code])));
  const codes = reasonTable.map(({ code }) => code);
  assert.deepEqual(
    codes,
    codes.toSorted((a, b) => a - b),
  );
  assert.equal(reasonText(0x97), 'Quota exceeded');
  assert.equal(reasonText(0xff), '0xff');
});

/** The lists of § 3.2.2.2, § 3.4.2.1, § 3.6.2.1, § 3.9.3, § 3.11.3, § 3.14.2.1 and § 3.15.2.1, as the standard has them. */
test('packets carry the reason codes of their sections', () => {
  const lists = {
    connack: '00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f',
    puback: '00 10 80 83 87 90 91 97 99',
    pubrec: '00 10 80 83 87 90 91 97 99',
    pubrel: '00 92',
    pubcomp: '00 92',
    suback: '00 01 02 80 83 87 8f 91 97 9e a1 a2',
    unsuback: '00 11 80 83 87 8f 91',
    auth: '00 18 19',
  } as const;
  const allowed = (
    packet: keyof typeof lists | 'disconnect',
    sender: 'client' | 'server',
  ): string =>
    Array.from({ length: 256 }, (_, code) => code)
      .filter((code) => reasonAllowed(packet, code, sender))
      .map((code) => code.toString(16).padStart(2, '0'))
      .join(' ');
  assert.equal(allowed('connack', 'server'), lists.connack);
  assert.equal(allowed('puback', 'client'), lists.puback);
  assert.equal(allowed('pubrec', 'client'), lists.pubrec);
  assert.equal(allowed('pubrel', 'client'), lists.pubrel);
  assert.equal(allowed('pubcomp', 'client'), lists.pubcomp);
  assert.equal(allowed('suback', 'server'), lists.suback);
  assert.equal(allowed('unsuback', 'server'), lists.unsuback);
  assert.equal(allowed('auth', 'client'), lists.auth);
  assert.equal(allowed('disconnect', 'client'), '00 04 80 81 82 83 90 93 94 95 96 97 98 99');
  assert.equal(
    allowed('disconnect', 'server'),
    '00 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2',
  );
});

test('3.1.1 has a return code for every reason to refuse that it knows', () => {
  assert.equal(returnCodeOf(0), 0);
  for (const code of [0x81, 0x82, 0x95]) assert.equal(returnCodeOf(code), undefined);
});

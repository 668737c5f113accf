// SPDX-License-Identifier: Apache-2.0
import { assert, limitsOf, unwrap, type SeededRandom } from '#core';
import { SimClock } from '#runtime/sim';
import { PasskeyCeremonies } from './ceremonies.ts';
import { relyingPartyOf } from './relying-party.ts';
import { SoftAuthenticator } from '../../../../test/support/soft-authenticator.ts';

const party = unwrap(relyingPartyOf('https://iot.example', undefined));
const account = { id: 1, name: 'li', title: '' };
const authenticator = new SoftAuthenticator('es256');

/** Registrations of which the attestation object was changed anywhere: a fault of the catalogue, or a whole key. */
export const fuzz = {
  name: 'passkeys',
  run(random: SeededRandom): void {
    const ceremonies = new PasskeyCeremonies({
      ...{ limits: limitsOf(), clock: new SimClock() },
      hit: () => {},
    });
    const options = ceremonies.creationOptions(account, [], party);
    const answer = authenticator.register(options);
    const object = Buffer.from(answer.response.attestationObject, 'base64url');
    const changed = mutated(object, random).toString('base64url');
    const response = { ...answer.response, attestationObject: changed };
    const result = ceremonies.register(1, { ...answer, response }, party);
    if (!result.ok) return assert(result.fault.code === 'security.passkey-refused', 'the fault');
    assert(result.value.credential === answer.id, 'the id is that of the answer');
    assert(result.value.publicKey.startsWith('{'), 'the key is whole');
  },
};

function mutated(bytes: Buffer, random: SeededRandom): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + random.int(4); count > 0; count--)
    copy.writeUInt8(random.int(256), random.int(copy.length));
  const cut = random.next() < 0.2 ? random.int(copy.length) : copy.length;
  const more = random.next() < 0.1 ? random.bytes(random.int(40)) : Buffer.alloc(0);
  return Buffer.concat([copy.subarray(0, cut), more]);
}

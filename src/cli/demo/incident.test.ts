// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Seconds } from '#core';
import { checkValue } from '#model';
import { SimClock } from '#runtime/sim';
import { kindOf } from '../fleet/kind.ts';
import { demoCity } from './city.ts';
import { Incident, incidentOf } from './incident.ts';

test('every step is of a device of the city, with values and events that its model lets through', () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const { device, values = {}, event, data } of incidentOf(seed)) {
      const kind = demoCity.find(({ uri }) => device.startsWith(`${uri}:`));
      assert.ok(kind, device);
      const ordinal = Number(device.slice(kind.uri.length + 1));
      assert.ok(ordinal >= 1 && ordinal <= kind.count, device);
      const { model } = kindOf(kind);
      for (const [name, value] of Object.entries(values)) {
        const slot = model.property(name);
        assert.ok(slot && checkValue(slot, value).ok, `${device} ${name}`);
      }
      if (event === undefined) continue;
      const slot = model.events.get(event);
      assert.ok(slot, `${device} ${event}`);
      assert.equal(slot.checkData(data), undefined);
    }
  }
});

test('the seed says where it happens', () => {
  assert.deepEqual(incidentOf(7), incidentOf(7));
  const places = Array.from({ length: 20 }, (_, seed) => incidentOf(seed)[0]?.device);
  assert.ok(new Set(places).size > 1);
});

test('it is played at its times, again, and not after its end', () => {
  const clock = new SimClock();
  const seen: string[] = [];
  const device = (name: string) => ({
    force: (values: object = {}) => void seen.push(`${name} ${JSON.stringify(values)}`),
    report: (event: string) => void seen.push(`${name} ${event}`),
  });
  const steps = [
    { at: 0, device: 'a', values: { open: true }, event: 'opened' },
    { at: 5, device: 'a', values: {} },
  ];
  const times = { firstMs: Seconds(10), everyMs: Seconds(60) };
  const incident = new Incident({ fleet: { device }, clock, steps, ...times });
  incident.start();
  clock.advance(Seconds(9));
  assert.deepEqual(seen.splice(0), []);
  clock.advance(Seconds(7));
  assert.deepEqual(seen.splice(0), ['a {"open":true}', 'a opened', 'a {}']);
  clock.advance(Seconds(60));
  assert.deepEqual(seen.splice(0), ['a {"open":true}', 'a opened', 'a {}']);
  incident.stop();
  clock.advance(Seconds(600));
  assert.deepEqual(seen, []);
});

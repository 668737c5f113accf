// SPDX-License-Identifier: Apache-2.0
import { assert } from '#core';
import type { Journal } from '../journal.ts';
import { isFault, World } from './world.ts';

/** One life after another on one disk: appends, faults, crashes, recoveries, everything by chance of the seed. */
export async function randomRun(seed: number): Promise<World> {
  const world = new World(seed);
  const lives = 1 + world.random.int(5);
  for (let i = 0; i < lives; i++) await life(world);
  world.disk.heal();
  world.disk.free = Number.MAX_SAFE_INTEGER;
  const journal = await world.open();
  await world.check(journal);
  await journal[Symbol.asyncDispose]();
  return world;
}

async function life(world: World): Promise<void> {
  const { random } = world;
  armFault(world);
  const journal = await tryOpen(world);
  if (journal) {
    if (random.next() < 0.8) await world.check(journal).catch(unlessReadFailed);
    for (let left = random.int(12); left > 0; left--) await step(world, journal);
  }
  const end = random.pick(['power', 'power', 'power', 'kill', 'close'] as const);
  if (end !== 'close') return world.crash(end);
  await journal?.[Symbol.asyncDispose]();
  await world.settle();
}

async function step(world: World, journal: Journal): Promise<void> {
  const { random } = world;
  for (let left = random.pick([1, 1, 3, 20]); left > 0; left--) {
    world.append(journal);
    if (random.next() < 0.3) await world.turns(random.int(10));
  }
  const pause = random.pick(['none', 'turns', 'settle', 'settle'] as const);
  if (pause === 'turns') await world.turns(random.int(40));
  if (pause === 'settle') await world.settle();
  world.clock.advance(random.int(100));
  if (!journal.stopped) return;
  if (random.next() < 0.5) world.disk.heal();
  if (random.next() < 0.5) world.disk.free = Number.MAX_SAFE_INTEGER;
  if (random.next() < 0.7) await journal.reopen().catch(unlessFault);
}

function armFault(world: World): void {
  const { random, disk } = world;
  disk.heal();
  const fault = random.pick(['none', 'none', 'sync', 'write', 'full', 'free'] as const);
  const nth = 1 + random.int(30);
  const times = random.pick([1, 1, 3, 1_000]);
  if (fault === 'sync') disk.inject({ operation: 'sync', nth, times, code: 'EIO' });
  if (fault === 'write') disk.inject({ operation: 'write', nth, times, code: 'EIO' });
  if (fault === 'full') disk.inject({ operation: 'write', nth, times, code: 'ENOSPC' });
  if (fault === 'free') disk.free = random.int(40_000);
}

/** A recovery that meets a fault may fail, with a typed fault, and must then work on a sound disk. */
async function tryOpen(world: World): Promise<Journal | undefined> {
  try {
    return await world.open();
  } catch (error) {
    unlessFault(error);
    world.disk.heal();
    return undefined;
  }
}

function unlessFault(error: unknown): void {
  if (!isFault(error)) throw error;
}

function unlessReadFailed(error: unknown): void {
  assert(isFault(error), String(error));
}

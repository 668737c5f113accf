// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { bad, good, warn, type Check } from './check.ts';

const nodeMajorMin = 24;
const nodeMajorPinned = 26;

export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]?.replace('v', ''));
  if (major < nodeMajorMin) {
    return bad('node', version, {
      en: `start with bin/fengsui or npm start, which bring Node ${nodeMajorPinned}`,
      zh: `请用 bin/fengsui 或 npm start 启动，它们自带 Node ${nodeMajorPinned}`,
    });
  }
  if (major === nodeMajorPinned) return good('node', version);
  return warn('node', version, {
    en: `tested on Node ${nodeMajorPinned}; start with bin/fengsui to use it`,
    zh: `在 Node ${nodeMajorPinned} 上测试；请用 bin/fengsui 启动`,
  });
}

/** Known answers: SM3 of "abc" (GB/T 32905 A.1) and one block of SM4 (GB/T 32907 A.1). */
const sm3Answer = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
const sm4Block = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
const sm4Answer = '681edf34d206965e86b3e94f536e4246';

export function checkSm3(): Check {
  return known('sm3', sm3Answer, () => createHash('sm3').update('abc').digest('hex'));
}

export function checkSm4(): Check {
  return known('sm4', sm4Answer, () =>
    createCipheriv('sm4-ecb', sm4Block, null).update(sm4Block).toString('hex'),
  );
}

function known(check: string, answer: string, compute: () => string): Check {
  const fix = {
    en: 'this Node was built without it; use the pinned one',
    zh: '当前 Node 不支持该算法，请使用自带的 Node',
  };
  try {
    const found = compute();
    return found === answer ? good(check, 'known answer') : bad(check, `wrong: ${found}`, fix);
  } catch (error) {
    return bad(check, error instanceof Error ? error.message : String(error), fix);
  }
}

/** No machine of ours ran before this, so an earlier clock is wrong. */
const clockFloor = Date.UTC(2026, 0, 1);
const clockSlackMs = 60_000;

/** The clock must be later than everything this installation has written. */
export function checkClock(data: string, now: number): Check {
  const fix = { en: 'set the clock (chrony or ntp)', zh: '请校准时钟（chrony 或 ntp）' };
  const shown = new Date(now).toISOString();
  if (now < clockFloor) return bad('clock', `${shown} is in the past`, fix);
  const newest = newestFile(data);
  if (newest && newest.time > now + clockSlackMs) {
    const written = new Date(newest.time).toISOString();
    return bad('clock', `${shown} is before ${newest.name}, written at ${written}`, fix);
  }
  return good('clock', shown);
}

function newestFile(
  directory: string,
): { readonly name: string; readonly time: number } | undefined {
  try {
    return readdirSync(directory)
      .map((name) => ({ name, time: statSync(path.join(directory, name)).mtimeMs }))
      .toSorted((a, b) => b.time - a.time)[0];
  } catch {
    return undefined;
  }
}

const openFilesWanted = 65_536;

/** Each connection is an open file; Linux only. */
export function checkOpenFiles(limitsFile = '/proc/self/limits'): Check | undefined {
  let text: string;
  try {
    text = readFileSync(limitsFile, 'utf8');
  } catch {
    return undefined;
  }
  const found = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  if (found === undefined) return undefined;
  const enough = found === 'unlimited' || Number(found) >= openFilesWanted;
  return enough
    ? good('open-files', found)
    : warn('open-files', `at most ${found} connections`, {
        en: `raise it: ulimit -n ${openFilesWanted}, or LimitNOFILE= in the service file`,
        zh: `请提高上限：ulimit -n ${openFilesWanted}，或服务文件中的 LimitNOFILE=`,
      });
}

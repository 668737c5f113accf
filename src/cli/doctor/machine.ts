// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { found, good, reasonOf, type Finding } from '#api';

const nodeMajorMin = 24;
const nodeMajorPinned = 26;

export function checkNode(version: string): Finding {
  const major = Number(version.split('.')[0]?.replace('v', ''));
  if (major < nodeMajorMin) return found('node-too-old', version);
  return major === nodeMajorPinned ? good(version) : found('node-untested', version);
}

/** Known answers: SM3 of "abc" (GB/T 32905 A.1) and one block of SM4 (GB/T 32907 A.1). */
const sm3Answer = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
const sm4Block = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
const sm4Answer = '681edf34d206965e86b3e94f536e4246';

export function checkSm3(): Finding {
  return known(sm3Answer, () => createHash('sm3').update('abc').digest('hex'));
}

export function checkSm4(): Finding {
  return known(sm4Answer, () =>
    createCipheriv('sm4-ecb', sm4Block, null).update(sm4Block).toString('hex'),
  );
}

function known(answer: string, compute: () => string): Finding {
  try {
    const result = compute();
    return result === answer ? good('known answer') : found('cipher-wrong', `wrong: ${result}`);
  } catch (error) {
    return found('cipher-wrong', reasonOf(error));
  }
}

const openFilesWanted = 65_536;

/** Each connection is an open file; Linux only. */
export function checkOpenFiles(limitsFile = '/proc/self/limits'): Finding | undefined {
  let text: string;
  try {
    text = readFileSync(limitsFile, 'utf8');
  } catch {
    return undefined;
  }
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  if (limit === undefined) return undefined;
  const enough = limit === 'unlimited' || Number(limit) >= openFilesWanted;
  return enough ? good(limit) : found('open-files-few', `at most ${limit} connections`);
}

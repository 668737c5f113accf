// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { Days, Minutes, type TimeMs } from '#core';
import { found, good, reasonOf, type Finding } from './finding.ts';

const mebibyte = 1_048_576;
const freeBytesWarn = 2_048 * mebibyte;
const freeBytesMin = 256 * mebibyte;

/** The nearest folder of a path that exists. */
function existing(directory: string): string {
  const parent = path.dirname(directory);
  return existsSync(directory) || parent === directory ? directory : existing(parent);
}

/** Whether a directory, or the one it will be made in, can be written. */
export function checkWritable(directory: string): Finding {
  try {
    accessSync(existing(directory), constants.W_OK | constants.X_OK);
    return good(directory);
  } catch (error) {
    return found('data-not-writable', reasonOf(error));
  }
}

/** Room on the disk of a directory. */
export function checkSpace(directory: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(existing(directory));
    return spaceFinding(bavail * bsize);
  } catch (error) {
    return found('data-not-writable', reasonOf(error));
  }
}

export function spaceFinding(freeBytes: number): Finding {
  const shown = `${Math.floor(freeBytes / mebibyte)} MiB`;
  if (freeBytes < freeBytesMin) return found('space-out', shown);
  return freeBytes < freeBytesWarn ? found('space-low', shown) : good(shown);
}

/** No machine of ours ran before this, so an earlier clock is wrong. */
const clockFloor = Date.UTC(2026, 0, 1);
const clockSlackMs = Minutes(1);

/** The clock must be later than everything this installation has written. */
export function checkClock(directory: string, now: TimeMs): Finding {
  const shown = new Date(now).toISOString();
  if (now < clockFloor) return found('clock-wrong', `${shown} is in the past`);
  const newest = newestFile(directory);
  if (newest && newest.time > now + clockSlackMs) {
    const written = new Date(newest.time).toISOString();
    return found('clock-wrong', `${shown} is before ${newest.name}, written at ${written}`);
  }
  return good(shown);
}

function newestFile(
  directory: string,
): { readonly name: string; readonly time: TimeMs } | undefined {
  try {
    return readdirSync(directory)
      .map((name) => ({ name, time: statSync(path.join(directory, name)).mtimeMs }))
      .toSorted((a, b) => b.time - a.time)[0];
  } catch {
    return undefined;
  }
}

const renewMs = Days(30);

/** Whether a certificate (PEM) is valid now and for a while. */
export function checkCertificate(pem: Uint8Array, name: string, now: TimeMs): Finding {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    return found('certificate-unreadable', `${name}: ${reasonOf(error)}`);
  }
  const { validFromDate, validToDate } = certificate;
  const shown = `${name}: ${validFromDate.toISOString()} to ${validToDate.toISOString()}`;
  if (now < validFromDate.getTime() || now >= validToDate.getTime()) {
    return found('certificate-expired', shown);
  }
  return validToDate.getTime() - now < renewMs ? found('certificate-expires', shown) : good(shown);
}

/** Which address families a listener takes, by the host it listens on. */
export function familiesOf(host: string): readonly (4 | 6)[] {
  if (host === '::' || host === '' || host === 'localhost') return [4, 6];
  return host.includes(':') ? [6] : [4];
}

/** Whether only this machine reaches a host. */
export function isLocalHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Families of the addresses by which other machines reach this one. */
export function machineFamilies(): ReadonlySet<4 | 6> {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return new Set(outside.map(({ family }) => (family === 'IPv6' ? 6 : 4)));
}

/** Whether devices of both families reach the listeners, which are given by name with their hosts. */
export function checkFamilies(
  listeners: Readonly<Record<string, string>>,
  machine: ReadonlySet<4 | 6>,
): Finding {
  const missing = Object.entries(listeners).flatMap(([name, host]) => {
    if (isLocalHost(host)) return [];
    const reached = familiesOf(host).filter((family) => machine.has(family));
    const lacks = ([4, 6] as const).filter((family) => !reached.includes(family));
    return lacks.map((family) => `${name}: no IPv${family}`);
  });
  if (missing.length === 0) return good(Object.keys(listeners).join(', '));
  return found('one-address-family', missing.join('; '));
}

/** The host of an address as listeners show it: `[::]:1883`, `http://localhost:8080`. */
export function hostOf(address: string): string {
  const bare = address.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');
  return bare.slice(0, bare.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

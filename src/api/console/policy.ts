// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';

/** Sources that every page of ours may use: its own server and nothing else. */
const sources = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** What one answer's document may load (CSP Level 3 § 6); styles that its scripts make carry the nonce. */
export function contentPolicy(): { readonly nonce: string; readonly header: string } {
  const nonce = randomBytes(16).toString('base64');
  return { nonce, header: [...sources, `style-src 'self' 'nonce-${nonce}'`].join('; ') };
}

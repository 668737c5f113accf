// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { CommandError, Exit } from './exit.ts';

/** Largest input read into memory; the server takes no larger import either. */
const inputBytesMax = 268_435_456;

/** The route of a thing named by its number or uri. */
export const thingPath = (id: string): string => `/api/v1/things/${encodeURIComponent(id)}`;

/** All of a stream as text. */
export async function textOfStream(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > inputBytesMax) break;
      chunks.push(bytes);
    }
  } catch (error) {
    const title = error instanceof Error ? error.message : String(error);
    throw new CommandError(Exit.usage, [{ code: 'cli.input', title }]);
  }
  if (size <= inputBytesMax) return Buffer.concat(chunks).toString('utf8');
  const title = `more than ${inputBytesMax} bytes`;
  throw new CommandError(Exit.invalid, [{ code: 'cli.input', title, fix: 'split the file' }]);
}

// SPDX-License-Identifier: Apache-2.0
import type { Platform } from './platform.ts';
import type { Served } from './serve.ts';

/** Tells the person, or the program, that started it where everything is. */
export async function announce(
  { data, administrator, config }: Platform,
  { http, listeners }: Pick<Served, 'http' | 'listeners'>,
  { json }: { readonly json: boolean },
): Promise<void> {
  data.announce(listeners);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ready: true, http, listeners, data: data.path })}\n`);
    return;
  }
  const site = config.server.publicUrl?.replace(/\/$/, '') ?? http;
  // Who has a password and a second factor asks for a link with `fengsui admin link`.
  const link = (await administrator.needsLink())
    ? `\n  Open this link once, within an hour:\n  ${site}/?link=${await administrator.newLink()}\n`
    : '';
  const rows = Object.entries(listeners).map(([name, at]) => `  ${name.padEnd(8)} ${at}`);
  process.stdout.write(
    `\n  烽燧 Fengsui is ready\n\n${rows.join('\n')}\n  data     ${data.path}\n${link}\n`,
  );
}

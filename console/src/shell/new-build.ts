// SPDX-License-Identifier: Apache-2.0

/** A tab that is older than the served build misses its chunks: it loads anew, once a minute at most. */
export function reloadOnNewBuild(): void {
  const key = 'fengsui-reloaded';
  addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < 60_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}

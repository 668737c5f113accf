// SPDX-License-Identifier: Apache-2.0
import react from '@vitejs/plugin-react';

/** `vite` in this folder serves the sources beside a running server (FENGSUI_SERVER, else port 8080). */
const server = process.env.FENGSUI_SERVER ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/docs', '/openapi.json', '/icon.svg'];

export default {
  root: import.meta.dirname,
  // Chunks find each other beside themselves; what index.html names is set when it is served.
  base: './',
  plugins: [react()],
  publicDir: false,
  clearScreen: false,
  build: {
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    // The measured budget is ours (budget.mjs).
    chunkSizeWarningLimit: 4_096,
    assetsInlineLimit: 0,
  },
  server: {
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, ws: true }])),
  },
};

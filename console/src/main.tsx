// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { styleNonce } from './kit/place.ts';
import { createTexts } from './kit/texts.ts';
import { App } from './shell/app.tsx';
import { reloadOnNewBuild } from './shell/new-build.ts';
import { giveStylesNonce } from './shell/style-nonce.ts';
import './shell/shell.css';

reloadOnNewBuild();
giveStylesNonce(styleNonce);
const place = document.querySelector('#root');
if (place === null) throw new Error('index.html has no #root');
const texts = await createTexts();
createRoot(place).render(
  <StrictMode>
    <App texts={texts} />
  </StrictMode>,
);

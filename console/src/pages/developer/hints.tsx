// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from '../../kit/copyable.tsx';
import { absoluteAddressOf } from '../../kit/place.ts';
import { mqttAddress } from './use-mqtt.ts';

/** How programs and the command line get to this server. */
export function Hints(): JSX.Element {
  const { t } = useTranslation('developer');
  const server = absoluteAddressOf('').replace(/\/$/, '');
  const parts = [
    {
      key: 'cli',
      text: [
        `export FENGSUI_SERVER=${server}`,
        'export FENGSUI_TOKEN=…',
        'fengsui thing ls --limit 5',
        'fengsui model apply model.json',
        'fengsui tail',
        'fengsui api GET /api/v1/things',
      ].join('\n'),
    },
    { key: 'openapi', text: `curl -sS -o openapi.json ${absoluteAddressOf('openapi.json')}` },
    {
      key: 'pages',
      text: [
        "let cursor = '';",
        'do {',
        `  const url = new URL('${absoluteAddressOf('api/v1/things')}');`,
        "  url.searchParams.set('limit', '500');",
        "  if (cursor !== '') url.searchParams.set('cursor', cursor);",
        '  const headers = { authorization: `Bearer ${process.env.FENGSUI_TOKEN}` };',
        '  const { items, next } = await (await fetch(url, { headers })).json();',
        '  for (const thing of items) console.log(thing.id, thing.name);',
        "  cursor = next ?? '';",
        "} while (cursor !== '');",
      ].join('\n'),
    },
    {
      key: 'edit',
      text: [
        `curl -sS -i -H "Authorization: Bearer $FENGSUI_TOKEN" ${absoluteAddressOf('api/v1/things/12')}`,
        `curl -sS -X PATCH -H "Authorization: Bearer $FENGSUI_TOKEN" -H 'If-Match: "3"' \\`,
        `  -H 'Content-Type: application/json' --data '{"name":"Pump 7"}' ${absoluteAddressOf('api/v1/things/12')}`,
      ].join('\n'),
    },
    { key: 'mqtt', text: mqttAddress() },
  ];
  return (
    <div className="dv-halves">
      {parts.map(({ key, text }) => (
        <section key={key} className="dv-panel" aria-label={t(`sdk.${key}`)}>
          <h2>{t(`sdk.${key}`)}</h2>
          <p className="fs-muted">{t(`sdk.about.${key}`)}</p>
          <Copyable text={text} label={t(`sdk.${key}`)} />
        </section>
      ))}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
import { bracketed, type Place } from './place.ts';

export interface Device {
  readonly username: string;
  readonly token: string;
}

export interface Sample {
  readonly key: 'curl' | 'mosquitto' | 'node' | 'python' | 'c';
  readonly title: string;
  readonly text: string;
}

interface Message extends Device {
  readonly place: Place;
  /** JSON in one line. */
  readonly payload: string;
}

const topic = 'things/me/properties';

/** The same first message in each language, ready to run: those of the chosen protocol first. */
export function samplesOf(place: Place, device: Device, payload: string): readonly Sample[] {
  const message = { ...device, place, payload };
  if (place.way === 'http') {
    return [
      { key: 'curl', title: 'curl', text: curl(message) },
      { key: 'node', title: 'Node.js', text: nodeHttp(message) },
      { key: 'python', title: 'Python', text: pythonHttp(message) },
      { key: 'c', title: 'C (libcurl)', text: cHttp(message) },
    ];
  }
  const mosquitto = { key: 'mosquitto', title: 'mosquitto_pub', text: publish(message) } as const;
  return [
    // Its clients speak no WebSocket before version 2.1.
    ...(place.way === 'mqttHttp' ? [] : [mosquitto]),
    { key: 'node', title: 'Node.js', text: nodeMqtt(message) },
    { key: 'python', title: 'Python', text: pythonMqtt(message) },
    { key: 'c', title: 'C (Paho)', text: cMqtt(message) },
    { key: 'curl', title: 'curl (HTTP)', text: curl(message) },
  ];
}

/** A word of a POSIX shell. */
function word(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function curl({ place: { http }, token, payload }: Message): string {
  // Brackets are a pattern for curl elsewhere.
  return [
    `curl -sS ${http.includes('[') ? '-g ' : ''}-X POST ${word(http)}`,
    `-H ${word(`Authorization: Bearer ${token}`)}`,
    `-H ${word('Content-Type: application/json')}`,
    `--data ${word(payload)}`,
  ].join(' \\\n  ');
}

function publish({ place, username, token, payload }: Message): string {
  const { way, host, port, authority } = place;
  const trust = authority === undefined ? '--tls-use-os-certs' : `--cafile ${authority}`;
  const tls = way === 'mqtts' ? ` ${trust}` : '';
  return [
    `mosquitto_pub -V 5 -h ${word(host)} -p ${port}${tls}`,
    `-u ${word(username)} -P ${word(token)}`,
    `-t ${topic} -q 1`,
    `-m ${word(payload)}`,
  ].join(' \\\n  ');
}

function nodeHttp({ place: { http }, token, payload }: Message): string {
  return `// node first.mjs
const response = await fetch(${JSON.stringify(http)}, {
  method: 'POST',
  headers: {
    authorization: ${JSON.stringify(`Bearer ${token}`)},
    'content-type': 'application/json',
  },
  body: JSON.stringify(${payload}),
});
console.log(response.status, await response.text());`;
}

function nodeMqtt({ place, username, token, payload }: Message): string {
  const { authority } = place;
  const files = authority === undefined ? '' : "import { readFileSync } from 'node:fs';\n";
  const trust = authority === undefined ? '' : `  ca: readFileSync('${authority}'),\n`;
  return `// npm install mqtt && node first.mjs
${files}import mqtt from 'mqtt';

const client = await mqtt.connectAsync(${JSON.stringify(place.url)}, {
  protocolVersion: 5,
  username: ${JSON.stringify(username)},
  password: ${JSON.stringify(token)},
${trust}});
const payload = JSON.stringify(${payload});
await client.publishAsync('${topic}', payload, { qos: 1 });
await client.endAsync();`;
}

function pythonHttp({ place: { http }, token, payload }: Message): string {
  return `# python3 first.py
import urllib.request

request = urllib.request.Request(
    ${JSON.stringify(http)},
    data=${JSON.stringify(payload)}.encode(),
    headers={
        "Authorization": ${JSON.stringify(`Bearer ${token}`)},
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as response:
    print(response.status, response.read().decode())`;
}

function pythonMqtt({ place, username, token, payload }: Message): string {
  const { way, host, port, authority, path, url } = place;
  const isWeb = way === 'mqttHttp';
  const lines = [
    '# pip install paho-mqtt && python3 first.py',
    'import paho.mqtt.client as mqtt',
    '',
    '# paho 2 asks for the version of its callbacks, paho 1 does not know it',
    'new = getattr(mqtt, "CallbackAPIVersion", None)',
    `options = {"protocol": mqtt.MQTTv5${isWeb ? ', "transport": "websockets"' : ''}}`,
    'client = mqtt.Client(new.VERSION2, **options) if new else mqtt.Client(**options)',
    `client.username_pw_set(${JSON.stringify(username)}, ${JSON.stringify(token)})`,
    ...(isWeb ? [`client.ws_set_options(path=${JSON.stringify(path)})`] : []),
    ...(way === 'mqtts' || url.startsWith('wss:')
      ? [`client.tls_set(${authority === undefined ? '' : JSON.stringify(authority)})`]
      : []),
    `client.connect(${JSON.stringify(host)}, ${port})`,
    'client.loop_start()',
    `message = client.publish("${topic}", ${JSON.stringify(payload)}, qos=1)`,
    'message.wait_for_publish(10)',
    'print("published:", message.is_published())',
    'client.disconnect()',
    'client.loop_stop()',
  ];
  return lines.join('\n');
}

/** A string of C. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll('?', String.raw`\?`);
}

function cHttp({ place: { http }, token, payload }: Message): string {
  return `// gcc first.c -lcurl -o first && ./first
#include <curl/curl.h>

int main(void) {
  CURL *curl = curl_easy_init();
  struct curl_slist *headers = NULL;
  headers = curl_slist_append(headers, ${literal(`Authorization: Bearer ${token}`)});
  headers = curl_slist_append(headers, "Content-Type: application/json");
  curl_easy_setopt(curl, CURLOPT_URL, ${literal(http)});
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ${literal(payload)});
  CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return code == CURLE_OK ? 0 : 1;
}`;
}

const schemes = { mqtt: 'tcp', mqtts: 'ssl' } as const;

function cMqtt({ place, username, token, payload }: Message): string {
  const { way, host, port, authority, url } = place;
  const isPlain = way === 'mqtt' || way === 'mqtts';
  const address = isPlain ? `${schemes[way]}://${bracketed(host)}:${port}` : url;
  const isSecure = way === 'mqtts' || url.startsWith('wss:');
  const trust = authority === undefined ? '' : `\n  tls.trustStore = ${literal(authority)};`;
  const tls = isSecure
    ? `\n  MQTTClient_SSLOptions tls = MQTTClient_SSLOptions_initializer;${trust}\n  options.ssl = &tls;`
    : '';
  return `// gcc first.c -lpaho-mqtt3c${isSecure ? 's' : ''} -o first && ./first
#include <stdio.h>
#include <string.h>
#include <MQTTClient.h>

int main(void) {
  const char *payload = ${literal(payload)};
  MQTTClient client;
  MQTTClient_deliveryToken sent;
  MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
  options.username = ${literal(username)};
  options.password = ${literal(token)};${tls}
  MQTTClient_create(&client, ${literal(address)}, ${literal(`thing-${username}`)},
                    MQTTCLIENT_PERSISTENCE_NONE, NULL);
  int code = MQTTClient_connect(client, &options);
  if (code != MQTTCLIENT_SUCCESS) {
    fprintf(stderr, "connect: %d\\n", code);
    return 1;
  }
  MQTTClient_publish(client, "${topic}", (int)strlen(payload), payload, 1, 0, &sent);
  code = MQTTClient_waitForCompletion(client, sent, 10000L);
  MQTTClient_disconnect(client, 1000);
  MQTTClient_destroy(&client);
  return code == MQTTCLIENT_SUCCESS ? 0 : 1;
}`;
}

// SPDX-License-Identifier: Apache-2.0

/** A request as programs write it down. */
export interface WrittenRequest {
  readonly method: string;
  /** With scheme and host. */
  readonly url: string;
  /** Undefined: from the environment variable FENGSUI_TOKEN. */
  readonly token: string | undefined;
  /** The tenant to act in, where it is not the token's own. */
  readonly tenant: number | undefined;
  readonly body?: { readonly type: string; readonly text: string } | undefined;
}

export interface RequestSnippets {
  readonly curl: string;
  readonly node: string;
  readonly python: string;
  readonly cli: string;
}

/** The same request for a shell, Node, Python and the command line. */
export function snippetsOf(request: WrittenRequest): RequestSnippets {
  return {
    curl: curlOf(request),
    node: nodeOf(request),
    python: pythonOf(request),
    cli: cliOf(request),
  };
}

/** A word of a POSIX shell. */
function word(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function curlOf({ method, url, token, tenant, body }: WrittenRequest): string {
  const bearer =
    token === undefined
      ? '-H "Authorization: Bearer $FENGSUI_TOKEN"'
      : `-H ${word(`Authorization: Bearer ${token}`)}`;
  const lines = [`curl -sS -X ${method} ${word(url)}`, bearer];
  if (tenant !== undefined) lines.push(`-H 'Fengsui-Tenant: ${tenant}'`);
  if (body !== undefined) {
    lines.push(`-H ${word(`Content-Type: ${body.type}`)}`, `--data-binary ${word(body.text)}`);
  }
  return lines.join(' \\\n  ');
}

function headersOf(request: WrittenRequest, bearer: string): string[] {
  const { tenant, body } = request;
  const lines = [`Authorization: ${bearer}`];
  if (tenant !== undefined) lines.push(`'Fengsui-Tenant': '${tenant}'`);
  if (body !== undefined) lines.push(`'Content-Type': ${JSON.stringify(body.type)}`);
  return lines;
}

function nodeOf(request: WrittenRequest): string {
  const { method, url, token, body } = request;
  const bearer =
    token === undefined
      ? '`Bearer ${process.env.FENGSUI_TOKEN}`'
      : JSON.stringify(`Bearer ${token}`);
  const headers = headersOf(request, bearer).map((line) => `    ${line},`);
  return [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: '${method}',`,
    '  headers: {',
    ...headers,
    '  },',
    ...(body === undefined ? [] : [`  body: ${JSON.stringify(body.text)},`]),
    '});',
    'console.log(response.status, await response.text());',
  ].join('\n');
}

function pythonOf(request: WrittenRequest): string {
  const { method, url, token, tenant, body } = request;
  const bearer =
    token === undefined
      ? '"Bearer " + os.environ["FENGSUI_TOKEN"]'
      : JSON.stringify(`Bearer ${token}`);
  const headers = [`"Authorization": ${bearer}`];
  if (tenant !== undefined) headers.push(`"Fengsui-Tenant": "${tenant}"`);
  if (body !== undefined) headers.push(`"Content-Type": ${JSON.stringify(body.type)}`);
  return [
    `import ${token === undefined ? 'os, ' : ''}urllib.request`,
    '',
    'request = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    `    method="${method}",`,
    `    headers={${headers.join(', ')}},`,
    ...(body === undefined ? [] : [`    data=${JSON.stringify(body.text)}.encode(),`]),
    ')',
    'with urllib.request.urlopen(request) as response:',
    '    print(response.status, response.read().decode())',
  ].join('\n');
}

function cliOf({ method, url, token, tenant, body }: WrittenRequest): string {
  const { origin, pathname, search } = new URL(url);
  const at = pathname.indexOf('/api/v1/');
  const base = `${origin}${at > 0 ? pathname.slice(0, at) : ''}`;
  const place = `${at > 0 ? pathname.slice(at) : pathname}${search}`;
  const lines = [`FENGSUI_SERVER=${word(base)}`];
  if (token !== undefined) lines.push(`FENGSUI_TOKEN=${word(token)}`);
  const options = [
    ...(tenant === undefined ? [] : [`--tenant ${tenant}`]),
    ...(body === undefined ? [] : [`--type ${word(body.type)} --body ${word(body.text)}`]),
  ];
  lines.push(['fengsui api', method, word(place), ...options].join(' '));
  return lines.join(' \\\n  ');
}

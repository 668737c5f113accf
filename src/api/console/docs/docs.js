// SPDX-License-Identifier: Apache-2.0
const make = (tag, content, parent, className) => {
  const node = document.createElement(tag);
  if (content !== undefined) node.textContent = content;
  if (className !== undefined) node.className = className;
  parent?.append(node);
  return node;
};
const base = new URL('.', location.href).href.replace(/\/$/, '');
const description = await (await fetch('openapi.json')).json();
const errors = Object.entries(description['x-errors']);

/** A schema in one line a member, as people write types down. */
const typeOf = (schema, indent = '') => {
  if (schema === undefined) return '';
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((each) => typeOf(each, indent)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.type === 'array') return `[ ${typeOf(schema.items, indent)} ]`;
  if (schema.type !== 'object') return schema.format ?? schema.type ?? 'any';
  const inner = `${indent}  `;
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const mark = schema.required?.includes(name) ? '' : '?';
    const note = member.description ? `   // ${member.description}` : '';
    return `${inner}${name}${mark}: ${typeOf(member, inner)}${note}`;
  });
  const [rest] = Object.values(schema.patternProperties ?? {});
  if (rest) members.push(`${inner}[name]: ${typeOf(rest, inner)}`);
  return members.length === 0 ? 'object' : `{\n${members.join('\n')}\n${indent}}`;
};

const curl = (method, path, operation) => {
  const [content] = Object.entries(operation.requestBody?.content ?? {});
  const example = content?.[1].schema?.examples?.[0] ?? content?.[1].schema?.example;
  const lines = [`curl -X ${method.toUpperCase()} '${base}${path}'`];
  if (path.startsWith('/api/') && path !== '/api/v1/session')
    lines.push('-H "Authorization: Bearer $FENGSUI_TOKEN"');
  if (content) {
    lines.push(`-H 'Content-Type: ${content[0]}'`);
    const isFile = content[0].includes('csv');
    const body = example === undefined ? '{…}' : JSON.stringify(example);
    lines.push(isFile ? '--data-binary @file.csv' : `--data '${body}'`);
  }
  return lines.join(' \\\n  ');
};

const block = (title, content, parent) => {
  make('p', title, parent, 'muted');
  make('pre', content, parent);
};

const drawOperation = (path, method, operation, parent) => {
  const details = make('details', undefined, parent);
  details.dataset.search =
    `${method} ${path} ${operation.summary} ${operation.tags ?? ''}`.toLowerCase();
  const summary = make('summary', undefined, details);
  make('span', method.toUpperCase(), summary, 'method');
  make('code', path, summary);
  make('span', `  ${operation.summary ?? ''}`, summary, 'muted');
  if (operation.description) make('p', operation.description, details);
  make('pre', curl(method, path, operation), details);
  const parameters = (operation.parameters ?? []).map(
    ({ name, required, schema, description: what }) =>
      `${name}${required ? '' : '?'}: ${typeOf(schema)}${what ? `   // ${what}` : ''}`,
  );
  if (parameters.length > 0) block('Parameters', parameters.join('\n'), details);
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {}))
    block(`Body, ${type}`, schema.description ?? typeOf(schema), details);
  for (const [status, response] of Object.entries(operation.responses)) {
    for (const [type, { schema }] of Object.entries(response.content ?? {}))
      block(`Answer ${status}, ${type}`, typeOf(schema), details);
  }
};

const byTag = Map.groupBy(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  ),
  ({ operation }) => operation.tags?.[0] ?? '',
);
for (const [tag, operations] of byTag) {
  const section = make('section', undefined, document.getElementById('routes'));
  make('h2', tag.charAt(0).toUpperCase() + tag.slice(1), section);
  for (const { path, method, operation } of operations)
    drawOperation(path, method, operation, section);
}
const schemas = make('section', undefined, document.getElementById('routes'));
make('h2', 'Bodies', schemas);
for (const [name, schema] of Object.entries(description.components.schemas)) {
  const details = make('details', undefined, schemas);
  details.dataset.search = name.toLowerCase();
  make('code', name, make('summary', undefined, details));
  make('pre', typeOf(schema), details);
}
for (const [code, { status, en, fix }] of errors) {
  const tr = make('tr', undefined, document.querySelector('#errors tbody'));
  tr.id = code;
  make('code', code, make('td', undefined, tr));
  make('td', status, tr);
  make('span', fix.en, make('td', en, tr), 'fix');
}
document.getElementById('filter').oninput = ({ target }) => {
  const wanted = target.value.trim().toLowerCase();
  for (const section of document.querySelectorAll('#routes section')) {
    const all = [...section.querySelectorAll('details')];
    for (const details of all) details.hidden = !details.dataset.search.includes(wanted);
    section.hidden = all.every((details) => details.hidden);
  }
};
if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();

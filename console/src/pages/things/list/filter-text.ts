// SPDX-License-Identifier: Apache-2.0

/** The conditions that have a field of their own; all others stay as they are written. */
export interface Conditions {
  /** Part of name or uri, or an id. */
  readonly text: string;
  readonly online: '' | 'true' | 'false';
  readonly lifecycle: string;
  readonly model: string;
  readonly labels: readonly Label[];
  readonly others: readonly string[];
}

export interface Label {
  readonly name: string;
  readonly value: string;
}

const nothing: Conditions = {
  text: '',
  online: '',
  lifecycle: '',
  model: '',
  labels: [],
  others: [],
};

const literal = String.raw`'((?:[^']|'')*)'`;
const forms = {
  online: /^online = (true|false)$/,
  lifecycle: new RegExp(`^lifecycle = ${literal}$`),
  model: new RegExp(`^model = ${literal}$`),
  label: new RegExp(String.raw`^labels\.("(?:[^"]|"")+"|[^\s"=.]+) = ${literal}$`),
  text: new RegExp(String.raw`^\(name ~ ${literal} or uri ~ ${literal}(?: or id = \d+)?\)$`),
};

/** A filter of the platform as its parts. */
export function conditionsOf(filter: string): Conditions {
  return clausesOf(filter).reduce(withClause, nothing);
}

function withClause(found: Conditions, clause: string): Conditions {
  const online = forms.online.exec(clause)?.[1];
  if (online !== undefined && found.online === '')
    return { ...found, online: online === 'true' ? 'true' : 'false' };
  const lifecycle = forms.lifecycle.exec(clause)?.[1];
  if (lifecycle !== undefined && found.lifecycle === '')
    return { ...found, lifecycle: plain(lifecycle) };
  const model = forms.model.exec(clause)?.[1];
  if (model !== undefined && found.model === '') return { ...found, model: plain(model) };
  const [, text, again] = forms.text.exec(clause) ?? [];
  if (text !== undefined && text === again && found.text === '')
    return { ...found, text: plain(text) };
  const [, name, value] = forms.label.exec(clause) ?? [];
  if (name !== undefined && value !== undefined) {
    const label = { name: plainName(name), value: plain(value) };
    return { ...found, labels: [...found.labels, label] };
  }
  return { ...found, others: [...found.others, clause] };
}

const plain = (text: string): string => text.replaceAll("''", "'");
const plainName = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The filter of the platform that the parts mean. */
export function filterOf(conditions: Conditions): string {
  const { text, online, lifecycle, model, labels, others } = conditions;
  const clauses: string[] = [];
  const words = text.trim();
  if (words !== '') {
    const id = /^[1-9]\d{0,14}$/.test(words) ? ` or id = ${words}` : '';
    clauses.push(`(name ~ ${quotedText(words)} or uri ~ ${quotedText(words)}${id})`);
  }
  if (online !== '') clauses.push(`online = ${online}`);
  if (lifecycle !== '') clauses.push(`lifecycle = ${quotedText(lifecycle)}`);
  if (model !== '') clauses.push(`model = ${quotedText(model)}`);
  for (const { name, value } of labels) clauses.push(`${pathOfLabel(name)} = ${quotedText(value)}`);
  return [...clauses, ...others].join(' and ');
}

function pathOfLabel(name: string): string {
  const isWord = /^[\p{L}\p{M}\p{N}_@$:-]+$/u.test(name);
  return `labels.${isWord ? name : `"${name.replaceAll('"', '""')}"`}`;
}

/** What stands between the outermost `and`s; one clause in parentheses where there is an outermost `or`. */
export function clausesOf(filter: string): readonly string[] {
  const clauses: string[] = [];
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()'"]|[^\s()'"]+|\s+/g;
  let depth = 0;
  let clause = '';
  for (const [token] of filter.matchAll(tokens)) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    const word = token.toLowerCase();
    if (depth === 0 && word === 'or') return [`(${filter.trim()})`];
    if (depth === 0 && word === 'and') {
      clauses.push(clause.trim());
      clause = '';
    } else clause += token;
  }
  clauses.push(clause.trim());
  return clauses.filter((each) => each !== '');
}

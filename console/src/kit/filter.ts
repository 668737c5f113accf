// SPDX-License-Identifier: Apache-2.0

/** A text as the filter language writes it: in single quotes, a quote within twice. */
export function filterText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `name ~ 'pump'`: the member contains the text; undefined, for no filter, when there is none. */
export function containing(path: string, text: string): string | undefined {
  const wanted = text.trim();
  return wanted === '' ? undefined : `${path} ~ ${filterText(wanted)}`;
}

/** All of the conditions that are there; undefined when none is. */
export function allOf(...conditions: readonly (string | undefined)[]): string | undefined {
  const those = conditions.filter((each) => each !== undefined);
  return those.length === 0 ? undefined : those.map((each) => `(${each})`).join(' and ');
}

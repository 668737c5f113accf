// SPDX-License-Identifier: Apache-2.0
import { fault, ok, type Fault, type Result } from '#core';

/**
 * Puts the records of a CSV text (RFC 4180) together, line by line. A bad record is told and ends with its line, so that
 * it takes no other with it; one that never closes a quote ends after `charactersMax`.
 */
export class CsvRecords {
  readonly #charactersMax: number;
  #cells: string[] = [];
  #cell = '';
  #characters = 0;
  #open = false;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** Takes the next line, without its line feed; undefined while a quoted cell goes on in the next one. */
  take(line: string): Result<readonly string[]> | undefined {
    this.#characters += line.length + 1;
    if (this.#characters > this.#charactersMax) return this.broken('the row is too long');
    const end = line.endsWith('\r') ? line.length - 1 : line.length;
    let at = 0;
    let quoted = this.#open;
    if (quoted) this.#cell += '\n';
    for (;;) {
      if (!quoted && line[at] === '"') {
        quoted = true;
        at++;
      }
      const next = quoted ? this.#quoted(line, at) : this.#plain(line, at, end);
      if (next === undefined && quoted) return undefined;
      if (next === undefined) return this.broken(`a quote inside a cell, at character ${at + 1}`);
      this.#cells.push(this.#cell);
      this.#cell = '';
      if (next >= end) {
        const cells = this.#cells;
        this.#reset();
        return ok(cells);
      }
      if (line[next] !== ',') return this.broken(`text behind a quote, at character ${next + 1}`);
      quoted = false;
      at = next + 1;
    }
  }

  /** Gives up the record under way. */
  broken(detail: string): { readonly ok: false; readonly fault: Fault } {
    this.#reset();
    return { ok: false, fault: fault('common.invalid', 'row', detail) };
  }

  /** Reads up to the end of the cell; undefined where there is a quote in it. */
  #plain(line: string, at: number, end: number): number | undefined {
    const comma = line.indexOf(',', at);
    const until = comma === -1 ? end : comma;
    this.#cell = line.slice(at, until);
    return this.#cell.includes('"') ? undefined : until;
  }

  /** Reads behind the closing quote; undefined where the line ends before it. */
  #quoted(line: string, start: number): number | undefined {
    let at = start;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote === -1) {
        this.#cell += line.slice(at);
        this.#open = true;
        return undefined;
      }
      if (line[quote + 1] !== '"') {
        this.#cell += line.slice(at, quote);
        return quote + 1;
      }
      this.#cell += line.slice(at, quote + 1);
      at = quote + 2;
    }
  }

  #reset(): void {
    this.#cells = [];
    this.#cell = '';
    this.#characters = 0;
    this.#open = false;
  }
}

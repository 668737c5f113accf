// SPDX-License-Identifier: Apache-2.0
import type { Registry } from '#store';

/** How far each named upload is, in the registry, so that it goes on after a restart of either side. */
export class Uploads {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  async rows(name: string): Promise<number> {
    const value = await this.#registry.read.settings.get(`upload/${name}`);
    return typeof value === 'number' ? value : 0;
  }

  note(name: string, rows: number): Promise<void> {
    return this.#registry.write((tables) => tables.settings.put(`upload/${name}`, rows));
  }
}

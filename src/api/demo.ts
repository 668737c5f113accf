// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { FaultError, type ErrorCode } from '#core';
import { pathOf, type Filter } from '#model';
import { rootTenant } from '#security';
import type { ModelService, ThingService } from '#things';

/** What the routes need of the demo. */
export interface DemoPort {
  /** Whether anything of the demo is there. */
  present(): boolean;
  /** Stops the simulated devices and removes them with their credentials, readings and models; how many there were. */
  remove(): Promise<number>;
}

/** Everything of the demo carries this label, and its models have uris that begin so. */
export const demoLabel = { key: 'fengsui-demo', value: 'city' } as const;
export const demoUris = 'urn:example:fengsui-demo:';
/** Tokens are shown once, so those of the demo devices are kept here for the next start. */
export const demoTokensFile = 'demo.tokens.json';

export interface DemoOptions {
  readonly things: Pick<ThingService, 'read' | 'remove'>;
  readonly models: Pick<ModelService, 'read' | 'remove'>;
  /** Directory of the data. */
  readonly directory: string;
}

const pageSize = 500;
const removalsAtOnce = 16;

/** The demo city as the server knows it; the command line brings it to life and lends it the way to stop it. */
export class Demo implements DemoPort {
  readonly #options: DemoOptions;
  readonly #filter: Filter;
  #present = false;
  #stop: (() => Promise<void>) | undefined;
  #removing: Promise<number> | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    const { key, value } = demoLabel;
    this.#filter = { op: 'eq', path: pathOf(['labels', key]), value };
  }

  /** Looks whether an earlier start has left something. */
  async start(): Promise<void> {
    const { read } = this.#options.things;
    const { count } = await read.count({ tenant: rootTenant, filter: this.#filter }, 1);
    this.#present = count > 0;
  }

  /** A fleet is coming; `stop` ends it, also while it is still coming. */
  attach(stop: () => Promise<void>): void {
    this.#present = true;
    this.#stop = stop;
  }

  present(): boolean {
    return this.#present;
  }

  remove(): Promise<number> {
    this.#removing ??= this.#remove().finally(() => (this.#removing = undefined));
    return this.#removing;
  }

  async #remove(): Promise<number> {
    await this.#stop?.();
    this.#stop = undefined;
    let removed = 0;
    for (let ids = await this.#things(); ids.length > 0; ids = await this.#things()) {
      removed += ids.length;
      const left = ids[Symbol.iterator]();
      const work = async (): Promise<void> => {
        for (const id of left) await this.#unless(['common.not-found'], this.#removeThing(id));
      };
      await Promise.all(Array.from({ length: removalsAtOnce }, work));
    }
    await this.#removeModels();
    await rm(path.join(this.#options.directory, demoTokensFile), { force: true });
    this.#present = false;
    return removed;
  }

  async #things(): Promise<readonly number[]> {
    const query = { tenant: rootTenant, filter: this.#filter, limit: pageSize };
    const { items } = await this.#options.things.read.list(query);
    return items.map(({ id }) => id);
  }

  #removeThing(id: number): Promise<unknown> {
    return this.#options.things.remove(rootTenant, id);
  }

  /** Those that a thing of somebody else uses stay. */
  async #removeModels(): Promise<void> {
    const { models } = this.#options;
    let cursor: string | undefined;
    do {
      const page = await models.read.list(rootTenant, { limit: pageSize, cursor });
      for (const { uri, version } of page.items) {
        if (!uri.startsWith(demoUris)) continue;
        const removal = models.remove(rootTenant, { uri, version });
        await this.#unless(['common.not-found', 'things.model-in-use'], removal);
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  async #unless(codes: readonly ErrorCode[], work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof FaultError) || !codes.includes(error.fault.code)) throw error;
    }
  }
}

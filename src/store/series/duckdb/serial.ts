// SPDX-License-Identifier: Apache-2.0

/** Runs one thing after another, in the order asked. */
export class Serial {
  #tail: Promise<void> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  /** Resolves when all that has been asked so far is done. */
  settled(): Promise<void> {
    return this.#tail;
  }
}

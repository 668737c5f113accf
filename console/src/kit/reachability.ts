// SPDX-License-Identifier: Apache-2.0
import { addressOf } from './place.ts';
import { Store } from './store.ts';

const askEveryMs = 1_500;

/** Whether the server answers. When it does not, asks until it does and tells everyone. */
export class Reachability {
  readonly isUp = new Store(true);
  #asking = false;

  /** Somebody got no answer. */
  lost(): void {
    if (this.#asking) return;
    this.#asking = true;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const answers = await fetch(addressOf('livez'), { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
    this.isUp.set(answers);
    this.#asking = !answers;
    if (!answers) setTimeout(() => void this.#ask(), askEveryMs);
  }
}

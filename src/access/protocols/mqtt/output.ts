// SPDX-License-Identifier: Apache-2.0
import { PacketWriter } from './codec.ts';

/** Where a turn's output goes. */
export interface OutputTarget {
  write(bytes: Buffer): void;
}

/**
 * One buffer for the output of all connections: what one writes in a turn leaves in one socket write, before another
 * begins. An idle connection holds no memory for output.
 */
export class SharedOutput {
  readonly #writer = new PacketWriter(65_536);
  #target: OutputTarget | undefined;

  /** The writer for a connection; what another had written leaves first. */
  of(target: OutputTarget): PacketWriter {
    if (this.#target !== target) {
      this.flush();
      this.#target = target;
    }
    return this.#writer;
  }

  /** Hands over what was written. */
  flush(): void {
    if (this.#writer.length > 0) this.#target?.write(this.#writer.take());
  }
}

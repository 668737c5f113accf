// SPDX-License-Identifier: Apache-2.0

/** Runs an action when the current turn of the event loop has read all its input. */
export function afterTurn(action: () => void): void {
  setImmediate(action);
}

// SPDX-License-Identifier: Apache-2.0
export function buildConsole(root: string, node?: string): boolean;

// SPDX-License-Identifier: Apache-2.0
export interface Weight {
  readonly rows: readonly {
    readonly name: string;
    readonly initial: boolean;
    readonly kilobytes: number;
  }[];
  readonly initial: number;
}
export const budgets: { readonly initial: number; readonly chunk: number };
export function weigh(output: readonly object[]): Weight;
export function budgetFaults(weight: Weight): string[];
export function budgetTable(weight: Weight): string;

// SPDX-License-Identifier: Apache-2.0
export { allOf, filterLeaves } from './ast.ts';
export type { Comparison, Filter, FilterLeaf, FilterValue } from './ast.ts';
export { bindFilter, type FieldType } from './bind.ts';
export { compareText, evaluateFilter, type FieldGetter } from './evaluate.ts';
export { filterFromJson } from './json.ts';
export { parseFilter } from './parse.ts';
export { pathOf, pathSegments } from './path.ts';
export { printFilter } from './print.ts';

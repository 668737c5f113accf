// SPDX-License-Identifier: Apache-2.0
import { fail, ok, type Limits, type Result } from '#core';
import type { Comparison, Filter, FilterValue } from './ast.ts';
import { pathOf, pathSegments } from './path.ts';

const comparisons: readonly Comparison[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];

/** Reads a filter that was kept as JSON. A fault is `model.bad-filter` at the JSON pointer, or `common.limit`. */
export function filterFromJson(value: unknown, limits: Limits): Result<Filter> {
  const budget = { nodes: limits['filter.nodesMax'], depth: limits['filter.depthMax'] };
  return read(value, '', budget, 1);
}

interface Budget {
  nodes: number;
  readonly depth: number;
}

function read(value: unknown, at: string, budget: Budget, depth: number): Result<Filter> {
  if (depth > budget.depth) return fail('common.limit', 'filter.depthMax');
  if (--budget.nodes < 0) return fail('common.limit', 'filter.nodesMax');
  if (typeof value !== 'object' || value === null || !('op' in value)) {
    return bad(at, 'an object with op is expected');
  }
  const { op } = value;
  if (op === 'and' || op === 'or') {
    if (!('items' in value) || !Array.isArray(value.items) || value.items.length < 2) {
      return bad(`${at}/items`, 'an array of two or more is expected');
    }
    const items: Filter[] = [];
    for (const [index, entry] of value.items.entries()) {
      const item = read(entry, `${at}/items/${index}`, budget, depth + 1);
      if (!item.ok) return item;
      items.push(item.value);
    }
    return ok({ op, items });
  }
  if (op === 'not') {
    const inner = 'item' in value ? value.item : undefined;
    const item = read(inner, `${at}/item`, budget, depth + 1);
    return item.ok ? ok({ op, item: item.value }) : item;
  }
  if (!('path' in value) || typeof value.path !== 'string' || !isCanonical(value.path)) {
    return bad(`${at}/path`, 'the path of a field is expected, such as labels."a.b"');
  }
  return readLeaf({ ...value, op, path: value.path }, at, budget);
}

interface Leaf {
  readonly op: unknown;
  readonly path: string;
  readonly value?: unknown;
  readonly values?: unknown;
}

function readLeaf(leaf: Leaf, at: string, budget: Budget): Result<Filter> {
  const { op, path, value, values } = leaf;
  const comparison = comparisons.find((candidate) => candidate === op);
  if (comparison !== undefined) {
    return isFilterValue(value)
      ? ok({ op: comparison, path, value })
      : bad(`${at}/value`, 'a string, number, boolean or null is expected');
  }
  if (op === 'exists') return ok({ op, path });
  if (op === 'prefix' || op === 'contains') {
    return typeof value === 'string'
      ? ok({ op, path, value })
      : bad(`${at}/value`, 'a string is expected');
  }
  if (op !== 'in') return bad(`${at}/op`, 'there is no such operator');
  if (!Array.isArray(values) || values.length === 0 || !values.every(isFilterValue)) {
    return bad(`${at}/values`, 'an array of values is expected');
  }
  budget.nodes -= values.length;
  if (budget.nodes < 0) return fail('common.limit', 'filter.nodesMax');
  return ok({ op, path, values });
}

function isCanonical(path: string): boolean {
  return path !== '' && path.isWellFormed() && pathOf(pathSegments(path)) === path;
}

function isFilterValue(value: unknown): value is FilterValue {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}

function bad(at: string, detail: string): Result<never> {
  return fail('model.bad-filter', at, detail);
}

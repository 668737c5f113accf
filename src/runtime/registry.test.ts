// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitTable } from '#core';
import { MetricsRegistry, limitHits } from './registry.ts';

const lines = (metrics: MetricsRegistry, start: string): string[] =>
  metrics
    .expose()
    .split('\n')
    .filter((line) => line.startsWith(start));

test('the same name and labels are one instrument, in any order of labels', () => {
  const metrics = new MetricsRegistry();
  metrics.counter('a_total', 'A.', { x: '1', y: '2' }).inc();
  metrics.counter('a_total', 'A.', { y: '2', x: '1' }).inc(2);
  assert.deepEqual(lines(metrics, 'a_total'), ['a_total{x="1",y="2"} 3']);
});

test('help and type come before the samples; labels and help are escaped', () => {
  const metrics = new MetricsRegistry();
  metrics.gauge('g', 'line\nand \\', { path: 'a"b\\c\nd' }).set(-1.5);
  const [help, type, sample] = metrics.expose().split('\n');
  assert.equal(help, '# HELP g line\\nand \\\\');
  assert.equal(type, '# TYPE g gauge');
  assert.equal(sample, 'g{path="a\\"b\\\\c\\nd"} -1.5');
});

test('a histogram counts up to and including its bounds, cumulatively', () => {
  const metrics = new MetricsRegistry();
  const seconds = metrics.histogram('h_seconds', 'H.', [0.1, 1], { op: 'x' });
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);
  assert.deepEqual(lines(metrics, 'h_seconds'), [
    'h_seconds_bucket{op="x",le="0.1"} 2',
    'h_seconds_bucket{op="x",le="1"} 3',
    'h_seconds_bucket{op="x",le="+Inf"} 4',
    'h_seconds_sum{op="x"} 7.65',
    'h_seconds_count{op="x"} 4',
  ]);
});

test('an observed gauge is read when it is scraped', () => {
  const metrics = new MetricsRegistry();
  let value = 1;
  metrics.observed('o', 'O.', () => value);
  value = Infinity;
  assert.deepEqual(lines(metrics, 'o'), ['o +Inf']);
});

test('a name has one kind and a valid form', () => {
  const metrics = new MetricsRegistry();
  metrics.counter('c_total', 'C.');
  assert.throws(() => metrics.gauge('c_total', 'C.'), /is a counter/);
  assert.throws(() => metrics.counter('1c', ''), /not a metric name/);
  assert.throws(() => metrics.counter('d', '', { 'a-b': '1' }), /label a-b/);
});

test('label sets of a name are bounded; what is left out is counted', () => {
  const metrics = new MetricsRegistry();
  for (let i = 0; i < 1_010; i++) metrics.counter('many_total', 'M.', { i: String(i) }).inc();
  assert.equal(lines(metrics, 'many_total').length, 1_000);
  assert.deepEqual(lines(metrics, 'fengsui_metrics_label_sets_refused_total'), [
    'fengsui_metrics_label_sets_refused_total 10',
  ]);
});

test('every limit has its counter from the start', () => {
  const metrics = new MetricsRegistry();
  const hits = limitHits(metrics);
  hits.hit('mqtt.packetBytesMax');
  const found = lines(metrics, 'fengsui_limit_hits_total');
  assert.equal(found.length, Object.keys(limitTable).length);
  assert.ok(found.includes('fengsui_limit_hits_total{limit="mqtt.packetBytesMax"} 1'));
});

// docs/metrics.md is true: its table is that of the registry, and what it shows of Prometheus names metrics that there are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MetricsRegistry } from '../../src/telemetry/metrics-registry.ts';
import { projectRoot } from '../support/project-root.ts';

const page = readFileSync(join(projectRoot(), 'docs', 'metrics.md'), 'utf8').replaceAll('\r\n', '\n');
const look = async () => ({ servers: [], sessions: 0, problems: 0, ports: null });
const { metrics } = new MetricsRegistry({ version: '1', look });

test('docs/metrics.md lists every metric with its type, labels and meaning, and none besides', () => {
  const rows = metrics.map(({ name, type, labelNames, help }) => {
    const labels = labelNames.length === 0 ? '–' : labelNames.map(label => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
  });
  assert.deepEqual(page.match(/^\| `(?:holdfast|process|nodejs)_.*$/gm), rows);
});

test('the names say the unit, and the type where it is a counter', () => {
  for (const { name, type } of metrics) {
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_(?:ms|millis|mb|percent)\b/);
    if (type === 'histogram') assert.match(name, /_seconds$/);
  }
});

test('every metric that docs/metrics.md uses in a query is one', () => {
  const names = new Set(metrics.map(({ name }) => name));
  const blocks = [...page.matchAll(/```(?:yaml|promql)\n(.*?)```/gs)].map(([, block = '']) => block).join('\n');
  const used = [...blocks.matchAll(/\bholdfast_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ''));
  assert.ok(used.length > 3);
  assert.deepEqual(
    used.filter(name => !names.has(name)),
    [],
  );
});

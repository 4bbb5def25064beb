import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { executorMetrics } from '../../../../services/executor/metrics.js';
import { processMetrics } from '../../../../services/lib/telemetry/process-metrics.js';
import { snapshotMetrics } from '../../../../services/snapshot/metrics.js';
import { watchdogMetrics } from '../../../../services/watchdog/metrics.js';

const read = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

const alerts = read('deploy/monitoring/alerts.yml');
const dashboard = read('deploy/monitoring/dashboard.json');
const alertNames = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

const declared = new Set(
  [...executorMetrics, ...watchdogMetrics, ...snapshotMetrics, ...processMetrics].flatMap(
    ({ name, kind }) =>
      kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
  ),
);

it.each([
  ['the alert rules', alerts],
  ['the dashboard', dashboard],
])('%s use no metric that no service has', (_, text) => {
  const used = text.match(/\b(?:pbotvm|process)_[a-z_]+(?=[{[) ])/g) ?? [];
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !declared.has(name))).toEqual([]);
});

it('each alert has its section in the runbook, and its test', () => {
  const sections = [...read('docs/guide/runbook.md').matchAll(/^### (\w+)$/gm)].map(
    ([, name]) => name,
  );
  expect(sections).toEqual(alertNames);
  const tests = read('test/monitoring/alerts.test.yml');
  expect(alertNames.filter((name) => !tests.includes(`alertname: ${name}`))).toEqual([]);
});

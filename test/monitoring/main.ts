// Checks the dashboard and the alert rules against a real Prometheus that has scraped the services under load:
// `npm run monitoring`. It needs Prometheus, and no machine: the guest server runs on this host. With `--picture` it draws
// what Prometheus answers into docs/guide/pictures.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { freePorts, freePortsInARow } from '../support/ports.js';
import { TestSystem } from '../support/system.js';
import { draw } from './picture.js';
import { type Prometheus, startPrometheus } from './prometheus.js';

const loadMs = 60_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

const dashboard = z
  .object({
    panels: z.array(
      z.object({
        title: z.string(),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(`${root}/deploy/monitoring/dashboard.json`, 'utf8')));

/** One after the other: a program that ends well, one that does not, a time-out with its revert, and two wrong requests. */
const programs = [
  { code: 'true' },
  { code: 'sleep 0.05; exit 3' },
  { code: 'echo x', language: 'bash' },
  { code: 'x', language: 'no-such-language' },
  { code: 'sleep 60' },
  { code: 'true', requestId: 'x'.repeat(10_000) },
];

process.exitCode = await main();

/** @returns the exit code */
async function main(): Promise<number> {
  const opsPort = await freePortsInARow(3);
  const [port = 0] = await freePorts(1);
  const system = await TestSystem.create(
    { PBOTVM_OPS: String(opsPort), PBOTVM_TIMEOUT: '1', PBOTVM_LOG_LEVEL: 'error' },
    { capacity: 2 },
  );
  const prometheus = await startPrometheus({ port, opsPort });
  try {
    await system.startAll();
    const sinceMs = Date.now();
    await Promise.all([0, 1, 2, 3].map((client) => load(system, client, sinceMs + loadMs)));
    const violations = [
      ...(await violationsOfDashboard(prometheus)),
      ...(await violationsOfRules(prometheus)),
    ];
    for (const violation of violations) console.error(violation);
    if (process.argv.includes('--picture')) await writePicture(prometheus, sinceMs);
    const expressions = dashboard.panels.flatMap(({ targets }) => targets).length;
    console.log(`${expressions} expressions of the dashboard, ${violations.length} violations`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    await prometheus.stop();
    await system.stop();
  }
}

async function load(system: TestSystem, client: number, untilMs: number): Promise<void> {
  for (let i = client; Date.now() < untilMs; i += 1) {
    const { code = '', ...more } = programs[i % programs.length] ?? {};
    // What is refused is part of the load.
    await system.run(code, more).catch(() => undefined);
  }
}

async function violationsOfDashboard(prometheus: Prometheus): Promise<string[]> {
  const violations: string[] = [];
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) {
      const result = await prometheus.query(asGrafanaSends(expr));
      if (result.length === 0) violations.push(`"${title}" shows nothing: ${expr}`);
    }
  }
  return violations;
}

async function violationsOfRules(prometheus: Prometheus): Promise<string[]> {
  const health = await prometheus.ruleHealth();
  if (health.size === 0) return ['Prometheus has no rules'];
  return [...health]
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `${name} is ${state}`);
}

/** Grafana fills its variables in before it asks. */
function asGrafanaSends(expression: string): string {
  return expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '15s');
}

async function writePicture(prometheus: Prometheus, sinceMs: number): Promise<void> {
  const panels = [];
  for (const { title, targets } of dashboard.panels.slice(0, 12)) {
    const lines = [];
    for (const { expr, legendFormat } of targets) {
      for (const { metric, values } of await prometheus.range(asGrafanaSends(expr), sinceMs)) {
        const name = legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) =>
          label === 'instance' ? '' : (metric[label] ?? ''),
        );
        const points = values.map(([seconds, value]) => ({
          x: (seconds * 1000 - sinceMs) / loadMs,
          y: Number(value),
        }));
        lines.push({ name: name.trim(), points });
      }
    }
    panels.push({ title, lines });
  }
  writeFileSync(`${root}/docs/guide/pictures/dashboard.svg`, draw(panels));
}

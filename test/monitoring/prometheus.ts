// A real Prometheus that scrapes the three services of a host each second, with the alert rules of deploy/monitoring.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { startProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

const services = ['executor', 'watchdog', 'snapshot'];
const rules = fileURLToPath(new URL('../../deploy/monitoring/alerts.yml', import.meta.url));

const series = z.object({
  metric: z.record(z.string(), z.string()),
  values: z.array(z.tuple([z.number(), z.string()])).default([]),
});

type Series = z.infer<typeof series>;

const queryAnswer = z.object({ data: z.object({ result: z.array(series) }) });

const rulesAnswer = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) }),
    ),
  }),
});

export interface Prometheus {
  /** @throws Error where the expression is wrong */
  query(expression: string): Promise<Series[]>;
  /** The values of each second since the given time. */
  range(expression: string, sinceMs: number): Promise<Series[]>;
  /** Whether each rule could be evaluated, by the name of the alert. */
  ruleHealth(): Promise<Map<string, string>>;
  stop(): Promise<void>;
}

/** @param opsPort that of the Executor; those of the other services follow */
export async function startPrometheus(options: {
  port: number;
  opsPort: number;
}): Promise<Prometheus> {
  const { port, opsPort } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-prometheus-'));
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, configuration(opsPort));
  const started = startProcess(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    process.env,
  );
  const base = `http://127.0.0.1:${port}`;
  await waitFor('Prometheus', () =>
    fetch(`${base}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const get = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`${base}${path}?${new URLSearchParams(parameters).toString()}`);
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  return {
    query: async (query) => queryAnswer.parse(await get('/api/v1/query', { query })).data.result,
    range: async (query, sinceMs) => {
      const end = Date.now() / 1000;
      const times = { start: String(sinceMs / 1000), end: String(end), step: '1' };
      return queryAnswer.parse(await get('/api/v1/query_range', { query, ...times })).data.result;
    },
    ruleHealth: async () => {
      const { groups } = rulesAnswer.parse(await get('/api/v1/rules')).data;
      return new Map(
        groups.flatMap((group) => group.rules.map(({ name, health }) => [name, health] as const)),
      );
    },
    stop: async () => {
      await started.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** JSON is YAML. */
function configuration(opsPort: number): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: 'pbot-vm',
        static_configs: services.map((service, i) => ({
          targets: [`127.0.0.1:${opsPort + i}`],
          labels: { service },
        })),
      },
    ],
  });
}

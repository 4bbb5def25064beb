// The table of the metrics that services have.

import { executorMetrics } from '../../../services/executor/metrics.js';
import type { MetricDeclaration } from '../../../services/lib/telemetry/metrics.js';
import { processMetrics } from '../../../services/lib/telemetry/process-metrics.js';
import { snapshotMetrics } from '../../../services/snapshot/metrics.js';
import { watchdogMetrics } from '../../../services/watchdog/metrics.js';
import { code, markdownTable } from './markdown.js';

export function metricsTable(): string {
  return markdownTable(
    ['Metric', 'Kind', 'Labels', 'Meaning'],
    sections.flatMap(([service, metrics]) => [
      [`**${service}**`, '', '', ''],
      ...metrics.map(({ name, kind, labels, description }) => [
        code(name),
        kind,
        Object.entries(labels)
          .map(([label, values]) => `${code(label)}: ${values}`)
          .join('; '),
        description,
      ]),
    ]),
  );
}

const sections: readonly (readonly [string, readonly MetricDeclaration[]])[] = [
  ['Executor', executorMetrics],
  ['Watchdog', watchdogMetrics],
  ['Snapshot service', snapshotMetrics],
  ['Every service', processMetrics],
];

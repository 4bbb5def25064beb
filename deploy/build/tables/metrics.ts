// The table of the metrics that services have.

import type { MetricDeclaration } from '../../../services/lib/telemetry/metrics.js';
import { processMetrics } from '../../../services/lib/telemetry/process-metrics.js';
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
  ['Every service', processMetrics],
];

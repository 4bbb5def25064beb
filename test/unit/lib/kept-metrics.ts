// Metrics that a test reads: those that are recorded after this was called.

import { metrics } from '@opentelemetry/api';
import { createMetricsSdk } from '../../../services/lib/telemetry/metrics-sdk.js';
import { silentLog } from './loopback.js';

export interface KeptMetrics {
  /** The lines that Prometheus gets of the metrics whose names begin so, without comments. */
  lines(name: string): Promise<string[]>;
  stop(): Promise<void>;
}

export function keepMetrics(): KeptMetrics {
  const { meterProvider, scrape, stop } = createMetricsSdk({ serviceName: 'test', log: silentLog });
  metrics.setGlobalMeterProvider(meterProvider);
  return {
    lines: async (name) => (await scrape()).split('\n').filter((line) => line.startsWith(name)),
    stop: () => {
      metrics.disable();
      return stop();
    },
  };
}

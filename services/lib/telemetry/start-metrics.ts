// Starts the metrics of a service where somebody reads them.

import { metrics } from '@opentelemetry/api';
import { version } from '../process/version.js';
import { type MetricsSettings, planMetrics, type TelemetryLog } from './plan.js';
import { observeProcess } from './process-metrics.js';

export interface RunningMetrics {
  /** All metrics, in the text format of Prometheus. */
  readonly scrape: () => Promise<string>;
  /** Sends the metrics once more, within a second, and stops. */
  readonly stop: () => Promise<void>;
}

/**
 * Keeps metrics if they are scraped, or if the variables name a collector; otherwise nothing of OpenTelemetry's SDK is loaded,
 * and metrics cost nothing. To be called before the first instrument is made: the API gives earlier ones to nobody.
 */
export async function startMetrics(options: {
  settings: MetricsSettings;
  isScraped: boolean;
  serviceName: string;
  log: TelemetryLog;
}): Promise<RunningMetrics | undefined> {
  const { settings, isScraped, serviceName, log } = options;
  const { protocol, violation } = planMetrics(settings);
  if (violation !== undefined) log.warn(violation);
  if (protocol === undefined && !isScraped) return undefined;
  try {
    const { createMetricsSdk } = await import('./metrics-sdk.js');
    const { meterProvider, scrape, stop } = createMetricsSdk({ protocol, serviceName, log });
    // Not in that file: it is bundled apart, with a copy of the API that our instruments do not use.
    metrics.setGlobalMeterProvider(meterProvider);
    observeProcess(version);
    return { scrape, stop };
  } catch (error) {
    log.warn({ err: error }, 'there are no metrics');
    return undefined;
  }
}

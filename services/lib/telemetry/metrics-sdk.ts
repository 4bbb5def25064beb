// OpenTelemetry's SDK for metrics, set up to be scraped by Prometheus and to send to a collector.

import { diag, type MeterProvider as MeterProviderApi } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { sleep, systemClock } from '../process/clock.js';
import { DeliveryLog } from './delivery-log.js';
import type { OtlpProtocol, TelemetryLog } from './plan.js';
import { logSdkErrors } from './sdk-errors.js';

/** A collector that does not answer must not keep a program from ending. */
const stopLimitMs = 1000;

/** Keeps metrics for the API of OpenTelemetry. */
export interface MetricsSdk {
  readonly meterProvider: MeterProviderApi;
  /** All metrics, in the text format of Prometheus. */
  readonly scrape: () => Promise<string>;
  /** Sends the metrics once more, within a second, and stops. Never rejects. */
  readonly stop: () => Promise<void>;
}

/**
 * Sets the SDK up. Only `startMetrics` loads this file, and only where somebody reads the metrics. The SDK reads the remaining
 * `OTEL_` variables itself.
 */
export function createMetricsSdk(options: {
  /** How they are sent to a collector, if they are. */
  protocol?: OtlpProtocol | undefined;
  serviceName: string;
  log: TelemetryLog;
}): MetricsSdk {
  const { protocol, serviceName, log } = options;
  logSdkErrors(log);
  const own = resourceFromAttributes({ 'service.name': serviceName });
  const resource = own.merge(detectResources({ detectors: [envDetector] }));
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const pushes = protocol === undefined ? [] : [pushReader(protocol, log)];
  const provider = new MeterProvider({ resource, readers: [prometheus, ...pushes] });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  // Later messages would come with each export that fails.
  diag.disable();
  return {
    meterProvider: provider,
    async scrape() {
      const { resourceMetrics } = await prometheus.collect();
      return serializer.serialize(resourceMetrics);
    },
    async stop() {
      const sent = new AbortController();
      const shutdown = provider.shutdown().catch(() => undefined);
      void shutdown.then(() => sent.abort());
      await sleep(systemClock, stopLimitMs, sent.signal);
    },
  };
}

function pushReader(protocol: OtlpProtocol, log: TelemetryLog): PeriodicExportingMetricReader {
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  return new PeriodicExportingMetricReader({ exporter: reported(exporter, log) });
}

/** An exporter that logs once when its collector stops taking metrics, and once when it takes them again. */
function reported(exporter: PushMetricExporter, log: TelemetryLog): PushMetricExporter {
  const deliveries = new DeliveryLog('metrics', log);
  return {
    export(metrics: ResourceMetrics, onResult: (result: ExportResult) => void) {
      exporter.export(metrics, (result) => {
        deliveries.report(result.code === ExportResultCode.SUCCESS, result.error);
        onResult(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

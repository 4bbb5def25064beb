// OpenTelemetry's SDK, set up to send spans to a collector or into the log.

import {
  type ContextManager,
  diag,
  type TextMapPropagator,
  type TracerProvider,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  type ExportResult,
  ExportResultCode,
  hrTimeToMilliseconds,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { sleep, systemClock } from '../process/clock.js';
import { DeliveryLog } from './delivery-log.js';
import type { SpanTarget, TelemetryLog } from './plan.js';
import { logSdkErrors } from './sdk-errors.js';

/** A collector that does not answer must not keep a program from ending. */
const stopLimitMs = 1000;

/** Makes and sends spans for the API of OpenTelemetry. */
export interface Sdk {
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  readonly tracerProvider: TracerProvider;
  /** Sends the remaining spans, within a second, and stops. Never rejects. */
  readonly stop: () => Promise<void>;
}

/**
 * Sets OpenTelemetry's SDK up. Only `startTelemetry` loads this file, and only where traces are asked for. The SDK reads the
 * remaining `OTEL_` variables itself.
 */
export function createSdk(options: {
  targets: readonly SpanTarget[];
  serviceName: string;
  log: TelemetryLog;
  exportLimitMs?: number;
}): Sdk {
  const { targets, serviceName, log } = options;
  logSdkErrors(log);
  const own = resourceFromAttributes({ 'service.name': serviceName });
  const resource = own.merge(detectResources({ detectors: [envDetector] }));
  const spanProcessors = targets.map((target) => processorFor(target, options));
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  // Later messages would come with each export that fails.
  diag.disable();
  return {
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: new W3CTraceContextPropagator(),
    tracerProvider: provider,
    async stop() {
      const sent = new AbortController();
      const shutdown = provider.shutdown().catch(() => undefined);
      void shutdown.then(() => sent.abort());
      await sleep(systemClock, stopLimitMs, sent.signal);
    },
  };
}

function processorFor(
  target: SpanTarget,
  { exportLimitMs, log }: { exportLimitMs?: number; log: TelemetryLog },
): SpanProcessor {
  const limit = exportLimitMs === undefined ? {} : { timeoutMillis: exportLimitMs };
  switch (target) {
    case 'http/protobuf':
      return new BatchSpanProcessor(new LoggingExporter(new ProtobufExporter(limit), log));
    case 'http/json':
      return new BatchSpanProcessor(new LoggingExporter(new JsonExporter(limit), log));
    case 'log':
      return new SimpleSpanProcessor(new LogExporter(log));
  }
}

/** Logs once when a collector stops taking spans, and once when it takes them again. */
export class LoggingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #deliveries: DeliveryLog;

  constructor(exporter: SpanExporter, log: TelemetryLog) {
    this.#exporter = exporter;
    this.#deliveries = new DeliveryLog('traces', log);
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      this.#deliveries.report(result.code === ExportResultCode.SUCCESS, result.error);
      onResult(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }
}

/** A line of the log for each span. */
class LogExporter implements SpanExporter {
  readonly #log: TelemetryLog;

  constructor(log: TelemetryLog) {
    this.#log = log;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      const line = {
        trace_id: traceId,
        span_id: spanId,
        parent_id: span.parentSpanContext?.spanId,
        durationMs: hrTimeToMilliseconds(span.duration),
        ...span.attributes,
        failure: span.status.message,
      };
      this.#log.info(line, `span ${span.name}`);
    }
    onResult({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

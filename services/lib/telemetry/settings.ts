// The settings of what a program reports about itself: its log, its traces and its metrics.

import * as z from 'zod';
import { wordSchema } from '../config/setting-schemas.js';
import type { Setting } from '../config/settings.js';

export const logLevel: Setting<'debug' | 'info' | 'warn' | 'error'> = {
  variable: 'PBOTVM_LOG_LEVEL',
  defaultText: 'info',
  description: 'debug, info, warn or error',
  schema: wordSchema(['debug', 'info', 'warn', 'error'], 'info'),
};

/** The variables that switch traces on. OpenTelemetry's SDK reads its other ones itself. */
export const telemetrySettings = {
  otlpEndpoint: openTelemetry(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'URL of the collector that takes traces and metrics, such as http://127.0.0.1:4318',
  ),
  otlpTracesEndpoint: openTelemetry(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'The same for traces alone, with its path (/v1/traces)',
  ),
  otelExporters: openTelemetry(
    'OTEL_TRACES_EXPORTER',
    'Where traces go: otlp (once a collector is named), console (the log), none',
  ),
  otlpProtocol: openTelemetry(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'How they go to the collector: http/protobuf (unless set) or http/json',
  ),
  otlpTracesProtocol: openTelemetry(
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    'The same for traces alone',
  ),
  otelDisabled: openTelemetry(
    'OTEL_SDK_DISABLED',
    'true: neither traces nor metrics, whatever else is set',
  ),
};

/** The variables that have a service send its metrics to a collector. */
export const metricsSettings = {
  otlpMetricsEndpoint: openTelemetry(
    'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    'The URL of the collector for metrics alone, with its path (/v1/metrics)',
  ),
  otelMetricsExporter: openTelemetry(
    'OTEL_METRICS_EXPORTER',
    'Where metrics of services are sent: otlp (once a collector is named), none',
  ),
  otlpMetricsProtocol: openTelemetry(
    'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
    'How metrics go to the collector, where that differs from traces',
  ),
};

/** Any text is accepted. What can't be used is logged: no program fails because of its telemetry. */
function openTelemetry(variable: string, description: string): Setting<string | undefined> {
  return { variable, defaultText: 'not set', description, schema: z.string().optional() };
}

// The settings of what a program reports about itself: its log and its traces.

import { z } from 'zod';
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
    'URL of the collector that takes traces, such as http://127.0.0.1:4318',
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
  otelDisabled: openTelemetry('OTEL_SDK_DISABLED', 'true: no traces, whatever else is set'),
};

/** Any text is accepted. What can't be used is logged: no program fails because of its traces. */
function openTelemetry(variable: string, description: string): Setting<string | undefined> {
  return { variable, defaultText: 'not set', description, schema: z.string().optional() };
}

// Logs what OpenTelemetry's SDK finds wrong with the variables that it reads itself.

import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { TelemetryLog } from './plan.js';

/** Until `diag.disable()`. */
export function logSdkErrors(log: TelemetryLog): void {
  const warn = (message: string) => log.warn(`OpenTelemetry: ${message}`);
  const ignore = () => undefined;
  const logger = { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

// Starts traces where the variables ask for them.

import { context, propagation, trace } from '@opentelemetry/api';
import { planTelemetry, type TelemetryLog, type TelemetrySettings } from './plan.js';

/**
 * Starts to send traces where the variables ask for them; otherwise nothing of OpenTelemetry's SDK is loaded. Errors are
 * logged: no program fails because of its traces.
 *
 * @returns what sends the remaining spans, within a second, and ends the traces
 */
export async function startTelemetry(options: {
  settings: TelemetrySettings;
  /** The name of the program among the services of a trace. */
  serviceName: string;
  log: TelemetryLog;
  /** For a program that a person waits for: spans that a collector does not take within this time are lost. */
  exportLimitMs?: number;
}): Promise<() => Promise<void>> {
  const { settings, log, ...rest } = options;
  const { targets, violations } = planTelemetry(settings);
  for (const violation of violations) log.warn(violation);
  if (targets.length === 0) return () => Promise.resolve();
  try {
    const { createSdk } = await import('./telemetry-sdk.js');
    const sdk = createSdk({ targets, log, ...rest });
    // Not in that file: it is bundled apart, with a copy of the API that our tracer does not use.
    context.setGlobalContextManager(sdk.contextManager);
    propagation.setGlobalPropagator(sdk.propagator);
    trace.setGlobalTracerProvider(sdk.tracerProvider);
    return sdk.stop;
  } catch (error) {
    log.warn({ err: error }, 'there are no traces');
    return () => Promise.resolve();
  }
}

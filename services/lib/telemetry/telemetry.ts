import { context, propagation, trace } from '@opentelemetry/api';
import { planTelemetry, type TelemetryLog, type TelemetrySettings } from './plan.js';

/**
 * Starts to send traces where the variables ask for it; else nothing of OpenTelemetry's SDK is loaded. Whatever is wrong
 * with them is logged: no program fails for its traces.
 *
 * @returns sends what has not been sent yet, within a second, and ends it
 */
export async function startTelemetry(options: {
  settings: TelemetrySettings;
  /** By which the program is known among the services of a trace. */
  serviceName: string;
  log: TelemetryLog;
  /** For a program that somebody waits for: what a collector does not take within this time is lost. */
  exportLimitMs?: number;
}): Promise<() => Promise<void>> {
  const { settings, log, ...rest } = options;
  const { targets, complaints } = planTelemetry(settings);
  for (const complaint of complaints) log.warn(complaint);
  if (targets.length === 0) return () => Promise.resolve();
  try {
    const { createSdk } = await import('./telemetry-sdk.js');
    const sdk = createSdk({ targets, log, ...rest });
    // Here and not there: that file is bundled apart, with an API of its own that our tracer knows nothing of.
    context.setGlobalContextManager(sdk.contextManager);
    propagation.setGlobalPropagator(sdk.propagator);
    trace.setGlobalTracerProvider(sdk.tracerProvider);
    return sdk.stop;
  } catch (error) {
    log.warn({ err: error }, 'there are no traces');
    return () => Promise.resolve();
  }
}

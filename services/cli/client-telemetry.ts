// Traces of the programs that a person or PBot waits for.

import type { TelemetrySettings } from '../lib/telemetry/plan.js';
import { startTelemetry } from '../lib/telemetry/telemetry.js';

/** Whoever has an answer does not wait longer than this for a collector that hangs. */
const exportLimitMs = 500;

/**
 * Traces of a program that somebody waits for, and whose output is somebody else's: nothing is said of them.
 *
 * @returns sends what has not been sent yet, and ends it
 */
export function startClientTelemetry(
  serviceName: string,
  settings: TelemetrySettings,
): Promise<() => Promise<void>> {
  const log = { info: () => undefined, warn: () => undefined };
  return startTelemetry({ settings, serviceName, log, exportLimitMs });
}

// What the end of a run is for its client, and for the log.

import { machineLost, refusedByGuest } from './errors.js';
import type { ExecutionResult } from './execution/result.js';
import type { RunEnd } from './execution/runner.js';

/** @throws RpcError where there is no result */
export function resultOf(end: RunEnd, machine: string): ExecutionResult {
  switch (end.kind) {
    case 'result':
      return end.result;
    case 'refused':
      throw refusedByGuest(machine, end.detail);
    case 'lost':
      throw machineLost(machine, end.detail);
  }
}

/** For the line of the log. */
export function summaryOf(end: RunEnd): Record<string, unknown> {
  if (end.kind !== 'result') return { end: end.kind, detail: end.detail };
  const last = end.result.run ?? end.result.compile;
  return { end: 'result', limit: last?.limit, outcome: last?.outcome };
}

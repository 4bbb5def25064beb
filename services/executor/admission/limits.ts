// Checks the limits that a request asks for, against the table of the operator and against the machines.

import type { PhaseLimitRanges } from '../../lib/config/limit-table.js';
import {
  type LimitUnit,
  mapPhaseLimits,
  type PhaseLimitName,
  phaseLimitNames,
  phaseLimits,
} from '../../lib/config/limits.js';
import { type Violation, violation } from './violation.js';

/** Limits of one phase. `undefined` in a request: the default; in a checked program: what the machine gives. */
export type PhaseLimits = Readonly<Record<PhaseLimitName, number | undefined>>;

/** Fields of a program that hold limits. */
export type LimitsField = 'compile_limits' | 'run_limits';

/**
 * Checks every limit that is asked for. A limit over its maximum is rejected, never reduced.
 *
 * @param maxWallTimeMs of the whole execution
 */
export function checkPhaseLimits(
  field: LimitsField,
  asked: PhaseLimits | undefined,
  options: { ranges: PhaseLimitRanges; maxWallTimeMs: number },
): Violation[] {
  if (asked === undefined) return [];
  const { ranges, maxWallTimeMs } = options;
  return phaseLimitNames.flatMap((name) => {
    const { key, unit } = phaseLimits[name];
    const { max } = ranges[name];
    const allowed = name === 'wallTimeMs' ? Math.min(max ?? maxWallTimeMs, maxWallTimeMs) : max;
    return checkAmount(`${field}.${key}`, asked[name], { unit, max: allowed });
  });
}

/** The limits that are asked for, else the defaults. */
export function effectiveLimits(
  asked: PhaseLimits | undefined,
  ranges: PhaseLimitRanges,
): PhaseLimits {
  return mapPhaseLimits((name) => asked?.[name] ?? ranges[name].default);
}

/** The maximum that a machine gives to a phase. */
export interface PhaseRoom {
  readonly memoryBytes: number;
  /** For its files together. */
  readonly fileBytes: number;
}

/** Checks against a machine that a program may run on: the Executor's configuration does not know what that has. */
export function checkRoom(
  limits: Readonly<Record<LimitsField, PhaseLimits>>,
  room: PhaseRoom,
): Violation[] {
  const maxima = {
    memoryBytes: room.memoryBytes,
    fileBytes: room.fileBytes,
    stackBytes: room.memoryBytes,
  };
  const names = ['memoryBytes', 'fileBytes', 'stackBytes'] as const;
  return (['compile_limits', 'run_limits'] as const).flatMap((field) =>
    names.flatMap((name) => {
      const bytes = limits[field][name];
      if (bytes === undefined || bytes <= maxima[name]) return [];
      const description = `is ${bytes} bytes; the machine gives at most ${maxima[name]} to a phase`;
      return [violation(`${field}.${phaseLimits[name].key}`, description)];
    }),
  );
}

/** @param maxMs `undefined`: any time */
export function checkTime(
  field: string,
  ms: number | undefined,
  maxMs: number | undefined,
): Violation[] {
  if (ms === undefined) return [];
  if (ms < 1) return [violation(field, 'must be at least 1 ms')];
  if (maxMs === undefined || ms <= maxMs) return [];
  return [violation(field, `is ${ms / 1000} s; at most ${maxMs / 1000} s is allowed`)];
}

function checkAmount(
  field: string,
  amount: number | undefined,
  { unit, max }: { unit: LimitUnit; max: number | undefined },
): Violation[] {
  if (unit === 'time') return checkTime(field, amount, max);
  if (amount === undefined || max === undefined || amount <= max) return [];
  const unitText = unit === 'bytes' ? ' bytes' : '';
  return [violation(field, `is ${amount}${unitText}; at most ${max} are allowed`)];
}

import type { LimitRange, PhaseLimitRanges } from '../../lib/config/limit-table.js';
import { type Violation, violation } from './violation.js';

/** Limits of one phase. `undefined` in a request: the default; in what was checked: what the machine gives. */
export type PhaseLimits = { readonly [K in keyof PhaseLimitRanges]: number | undefined };

/** Fields of a program that hold limits. */
export type LimitsField = 'compile_limits' | 'run_limits';

/**
 * Checks every limit that is asked for. One over its maximum is refused, never clipped.
 *
 * @param mostWallTimeMs of the whole execution
 */
export function checkPhaseLimits(
  field: LimitsField,
  asked: PhaseLimits | undefined,
  options: { ranges: PhaseLimitRanges; mostWallTimeMs: number },
): Violation[] {
  if (asked === undefined) return [];
  const { ranges, mostWallTimeMs } = options;
  const mostWallMs = Math.min(ranges.wallTimeMs.max ?? mostWallTimeMs, mostWallTimeMs);
  return [
    ...checkTime(`${field}.wall_time`, asked.wallTimeMs, mostWallMs),
    ...checkTime(`${field}.cpu_time`, asked.cpuTimeMs, ranges.cpuTimeMs.max),
    ...checkAmount(`${field}.memory_bytes`, asked.memoryBytes, ranges.memoryBytes, ' bytes'),
    ...checkAmount(`${field}.processes`, asked.processes, ranges.processes),
    ...checkAmount(`${field}.file_bytes`, asked.fileBytes, ranges.fileBytes, ' bytes'),
    ...checkAmount(`${field}.open_files`, asked.openFiles, ranges.openFiles),
  ];
}

/** What was asked for, else the defaults. */
export function effectiveLimits(
  asked: PhaseLimits | undefined,
  ranges: PhaseLimitRanges,
): PhaseLimits {
  return {
    wallTimeMs: asked?.wallTimeMs ?? ranges.wallTimeMs.default,
    cpuTimeMs: asked?.cpuTimeMs ?? ranges.cpuTimeMs.default,
    memoryBytes: asked?.memoryBytes ?? ranges.memoryBytes.default,
    processes: asked?.processes ?? ranges.processes.default,
    fileBytes: asked?.fileBytes ?? ranges.fileBytes.default,
    openFiles: asked?.openFiles ?? ranges.openFiles.default,
  };
}

/** The most that a machine gives to a phase. */
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
  return (['compile_limits', 'run_limits'] as const).flatMap((field) => [
    ...checkRoomFor(`${field}.memory_bytes`, limits[field].memoryBytes, room.memoryBytes),
    ...checkRoomFor(`${field}.file_bytes`, limits[field].fileBytes, room.fileBytes),
  ]);
}

function checkRoomFor(field: string, bytes: number | undefined, mostBytes: number): Violation[] {
  if (bytes === undefined || bytes <= mostBytes) return [];
  const description = `is ${bytes} bytes; the machine gives at most ${mostBytes} to a phase`;
  return [violation(field, description)];
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
  { max }: LimitRange,
  unit = '',
): Violation[] {
  if (amount === undefined || max === undefined || amount <= max) return [];
  return [violation(field, `is ${amount}${unit}; at most ${max} are allowed`)];
}

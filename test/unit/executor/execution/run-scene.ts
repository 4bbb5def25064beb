// A run on a fake machine for tests, and the frames of its guest.

import { vi } from 'vitest';
import type { PhaseLimits } from '../../../../services/executor/admission/limits.js';
import type { Program } from '../../../../services/executor/admission/request.js';
import type { RunFault } from '../../../../services/executor/execution/events.js';
import type {
  ExecutionEvent,
  ExecutionResult,
} from '../../../../services/executor/execution/result.js';
import {
  type Run,
  type RunEnd,
  type RunStep,
  startRun,
} from '../../../../services/executor/execution/runner.js';
import {
  Phase as GuestPhase,
  Stream as GuestStream,
  PhaseFinished,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { FakeMachine, type GuestWord } from '../fake-machine.js';

/** The number that the fake machine gives its first execution. */
export const execution = 7;

export const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 3,
  language: 'sh',
};

export const noLimits: PhaseLimits = {
  wallTimeMs: undefined,
  cpuTimeMs: undefined,
  memoryBytes: undefined,
  processes: undefined,
  fileBytes: undefined,
  openFiles: undefined,
  stackBytes: undefined,
};
export const noneDropped = { droppedBytes: 0, tail: Buffer.alloc(0) };

export const program: Program = {
  language: 'shell',
  code: Buffer.from('echo hi'),
  options: [],
  arguments: [],
  stdin: new Uint8Array(0),
  environment: {},
  timeLimitMs: 10_000,
  maxWaitMs: 0,
  unbuffered: false,
  check: false,
  keepsState: false,
  maxOutputBytes: 1000,
  requestId: 'request',
  machine: '',
  requester: '',
  compileLimits: noLimits,
  runLimits: noLimits,
  files: [],
  outputFiles: [],
  maxKeptBytes: 1024 * 1024,
  maxReturnedFiles: 2,
  maxReturnedBytes: 2 * 1024 * 1024,
};

export interface Started {
  readonly machine: FakeMachine;
  readonly run: Run;
  readonly events: ExecutionEvent[];
  readonly faults: RunFault[];
  readonly steps: RunStep[];
  /** How it ended, if it has. */
  readonly end: () => RunEnd | undefined;
  readonly isVacated: () => boolean;
}

export function start(
  options: {
    program?: Partial<Program>;
    keepsOutput?: boolean;
    sink?: (event: ExecutionEvent) => Promise<void>;
    isSlotWanted?: () => boolean;
  } = {},
): Started {
  const machine = new FakeMachine();
  const events: ExecutionEvent[] = [];
  const faults: RunFault[] = [];
  const steps: RunStep[] = [];
  const run = startRun({
    machine,
    program: { ...program, ...options.program },
    identity,
    keepsOutput: options.keepsOutput ?? true,
    sink: (event) => {
      events.push(event);
      return options.sink?.(event) ?? Promise.resolve();
    },
    nowMs: () => Date.now(),
    maxUnreadMs: 3000,
    isSlotWanted: options.isSlotWanted ?? (() => false),
    onFault: (fault) => faults.push(fault),
    onStep: (step) => steps.push(step),
  });
  let end: RunEnd | undefined;
  let isVacated = false;
  void run.ended.then((ended) => {
    end = ended;
  });
  void run.vacated.then(() => {
    isVacated = true;
  });
  return { machine, run, events, faults, steps, end: () => end, isVacated: () => isVacated };
}

export const frames = {
  started: (phase: GuestPhase, ...command: string[]): GuestWord => ({
    body: { $case: 'phaseStarted', value: { execution, phase, command } },
  }),
  output: (data: string | Uint8Array, stream = GuestStream.STDOUT): GuestWord => ({
    body: { $case: 'output', value: { execution, stream } },
    payload: Buffer.from(data),
  }),
  ended: (phase: GuestPhase, more: Partial<PhaseFinished> = {}): GuestWord => ({
    body: {
      $case: 'phaseFinished',
      value: PhaseFinished.create({
        execution,
        phase,
        outcome: { $case: 'exitCode', value: 0 },
        wallTimeUs: 5000n,
        ...more,
      }),
    },
  }),
  finished: { body: { $case: 'finished', value: { execution } } } satisfies GuestWord,
  refused: {
    body: { $case: 'refused', value: { execution, reason: 'no room' } },
  } satisfies GuestWord,
  credit: (bytes: number): GuestWord => ({
    body: { $case: 'credit', value: { execution, bytes } },
  }),
};

export const { COMPILE, RUN } = GuestPhase;

export function runToEnd(machine: FakeMachine, exitCode = 0): void {
  machine.say(frames.ended(RUN, { outcome: { $case: 'exitCode', value: exitCode } }));
  machine.say(frames.finished);
}

export function resultOf(end: RunEnd): ExecutionResult {
  if (end.kind !== 'result') throw new Error(`the run has ended without a result: ${end.detail}`);
  return end.result;
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

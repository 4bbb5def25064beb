// Converts between the messages of the Executor's contract and the types of its logic.

import { createHash } from 'node:crypto';
import {
  type CapturedOutput as CapturedOutputMessage,
  type ExecutionResult as ExecutionResultMessage,
  type Language as LanguageMessage,
  Limit as LimitMessage,
  type PhaseLimits as PhaseLimitsMessage,
  Phase as PhaseMessage,
  type PhaseResult as PhaseResultMessage,
  Program,
  type Program as ProgramMessage,
  type StreamExecuteResponse,
  OutputStream as StreamMessage,
} from '../../gen/pbot/vm/v1/executor.js';
import { durationFromMs, durationToMs } from '../../lib/config/duration.js';
import { mapPhaseLimits } from '../../lib/config/limits.js';
import { enumTable } from '../../lib/rpc/enum-table.js';
import type { OfferedLanguage } from '../admission/catalogue.js';
import type { PhaseLimits } from '../admission/limits.js';
import type { ProgramRequest } from '../admission/request.js';
import type {
  CapturedOutput,
  ExecutionEvent,
  ExecutionResult,
  PhaseResult,
} from '../execution/result.js';

export function programRequest(message: ProgramMessage): ProgramRequest {
  const { timeLimit, maxWait, compileLimits, runLimits } = message;
  return {
    ...message,
    timeLimitMs: timeLimit === undefined ? undefined : durationToMs(timeLimit),
    maxWaitMs: maxWait && durationToMs(maxWait),
    compileLimits: compileLimits && phaseLimitsRequest(compileLimits),
    runLimits: runLimits && phaseLimitsRequest(runLimits),
    maxOutputBytes: Number(message.maxOutputBytes),
    maxKeptBytes: Number(message.maxKeptBytes),
  };
}

/** 0 in a message asks for nothing. */
function phaseLimitsRequest(message: PhaseLimitsMessage): PhaseLimits {
  const { wallTime, cpuTime, ...amounts } = message;
  const times = {
    wallTimeMs: wallTime && durationToMs(wallTime),
    cpuTimeMs: cpuTime && durationToMs(cpuTime),
  };
  const asked = { ...times, ...amounts };
  return mapPhaseLimits((name) => wholeNumber(asked[name] ?? 0) || undefined);
}

/** As a number the largest 64-bit value would not fit into 64 bits any more. */
function wholeNumber(value: bigint | number): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

/** Equal for requests that ask for the same execution. */
export function programDigest(message: ProgramMessage): string {
  const environment = Object.fromEntries(
    Object.entries(message.environment).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  const bytes = Program.encode({ ...message, environment, maxWait: undefined }).finish();
  return createHash('sha256').update(bytes).digest('base64');
}

export function languageMessage({
  neededMemoryMib,
  ...language
}: OfferedLanguage): LanguageMessage {
  const neededMemoryBytes = BigInt(neededMemoryMib) * 1_048_576n;
  return { ...language, aliases: [...language.aliases], neededMemoryBytes };
}

export function eventMessage(event: ExecutionEvent): NonNullable<StreamExecuteResponse['event']> {
  switch (event.kind) {
    case 'started': {
      const { executionId, machine, generation, language, requestId } = event;
      const value = { executionId, machine, generation, language, requestId };
      return { $case: 'started', value };
    }
    case 'phase-started':
      return {
        $case: 'phaseStarted',
        value: { phase: phases.toWire(event.phase), command: [...event.command] },
      };
    case 'output':
      return {
        $case: 'output',
        value: {
          phase: phases.toWire(event.phase),
          stream: streams.toWire(event.stream),
          data: event.data,
        },
      };
    case 'finished':
      return { $case: 'finished', value: resultMessage(event.result) };
  }
}

export function resultMessage(result: ExecutionResult): ExecutionResultMessage {
  const { compile, run, ...identity } = result;
  return {
    ...identity,
    compile: compile && phaseResultMessage(compile),
    run: run && phaseResultMessage(run),
    files: result.files.map((file) => ({ ...file })),
  };
}

function phaseResultMessage(phase: PhaseResult): PhaseResultMessage {
  const { usage, outcome } = phase;
  return {
    outcome: outcome && outcomeMessage(outcome),
    limit: phase.limit === undefined ? LimitMessage.UNSPECIFIED : limits.toWire(phase.limit),
    wallTime: durationFromMs(usage.wallTimeMs),
    cpuUserTime: usage.cpuUserMs === undefined ? undefined : durationFromMs(usage.cpuUserMs),
    cpuSystemTime: usage.cpuSystemMs === undefined ? undefined : durationFromMs(usage.cpuSystemMs),
    peakMemoryBytes: BigInt(usage.peakMemoryBytes),
    peakProcesses: usage.peakProcesses,
    stdout: outputMessage(phase.stdout),
    stderr: outputMessage(phase.stderr),
    command: [...phase.command],
  };
}

function outcomeMessage(outcome: NonNullable<PhaseResult['outcome']>) {
  return outcome.kind === 'exited'
    ? ({ $case: 'exitCode', value: outcome.exitCode } as const)
    : ({ $case: 'signal', value: outcome.signal } as const);
}

function outputMessage(output: CapturedOutput): CapturedOutputMessage {
  return {
    ...output,
    totalBytes: BigInt(output.totalBytes),
    droppedBytes: BigInt(output.droppedBytes),
  };
}

const phases = enumTable({ compile: PhaseMessage.COMPILE, run: PhaseMessage.RUN });

const streams = enumTable({ stdout: StreamMessage.STDOUT, stderr: StreamMessage.STDERR });

const limits = enumTable({
  'wall time': LimitMessage.WALL_TIME,
  'cpu time': LimitMessage.CPU_TIME,
  memory: LimitMessage.MEMORY,
  processes: LimitMessage.PROCESSES,
  'file size': LimitMessage.FILE_SIZE,
  output: LimitMessage.OUTPUT,
  cancelled: LimitMessage.CANCELLED,
});

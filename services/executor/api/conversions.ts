import {
  type CapturedOutput as CapturedOutputMessage,
  type ExecutionResult as ExecutionResultMessage,
  type Language as LanguageMessage,
  Limit as LimitMessage,
  type PhaseLimits as PhaseLimitsMessage,
  Phase as PhaseMessage,
  type PhaseResult as PhaseResultMessage,
  type Program as ProgramMessage,
  type StreamExecuteResponse,
  OutputStream as StreamMessage,
} from '../../gen/pbot/vm/v1/executor.js';
import { durationFromMs, durationToMs } from '../../lib/config/duration.js';
import { forEachPhaseLimit } from '../../lib/config/limits.js';
import type { OfferedLanguage } from '../admission/catalogue.js';
import type { PhaseLimits } from '../admission/limits.js';
import type { ProgramRequest } from '../admission/request.js';
import type {
  CapturedOutput,
  ExecutionEvent,
  ExecutionResult,
  Limit,
  OutputStream,
  Phase,
  PhaseResult,
} from '../execution/result.js';

export function programRequest(message: ProgramMessage): ProgramRequest {
  const { timeLimit, compileLimits, runLimits } = message;
  return {
    ...message,
    timeLimitMs: timeLimit === undefined ? undefined : durationToMs(timeLimit),
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
  return forEachPhaseLimit((name) => wholeNumber(asked[name] ?? 0) || undefined);
}

/** As a number the largest 64-bit value would not fit into 64 bits any more. */
function wholeNumber(value: bigint | number): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

export function languageMessage(language: OfferedLanguage): LanguageMessage {
  const { name, aliases, version, compiled } = language;
  return { name, aliases: [...aliases], version, compiled };
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
        value: { phase: phaseMessage(event.phase), command: [...event.command] },
      };
    case 'output':
      return {
        $case: 'output',
        value: {
          phase: phaseMessage(event.phase),
          stream: streamMessage(event.stream),
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
    limit: limitMessage(phase.limit),
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

function phaseMessage(phase: Phase): PhaseMessage {
  switch (phase) {
    case 'compile':
      return PhaseMessage.COMPILE;
    case 'run':
      return PhaseMessage.RUN;
  }
}

function streamMessage(stream: OutputStream): StreamMessage {
  switch (stream) {
    case 'stdout':
      return StreamMessage.STDOUT;
    case 'stderr':
      return StreamMessage.STDERR;
  }
}

function limitMessage(limit: Limit | undefined): LimitMessage {
  switch (limit) {
    case undefined:
      return LimitMessage.UNSPECIFIED;
    case 'wall time':
      return LimitMessage.WALL_TIME;
    case 'memory':
      return LimitMessage.MEMORY;
    case 'output':
      return LimitMessage.OUTPUT;
    case 'cancelled':
      return LimitMessage.CANCELLED;
    case 'cpu time':
      return LimitMessage.CPU_TIME;
    case 'processes':
      return LimitMessage.PROCESSES;
    case 'file size':
      return LimitMessage.FILE_SIZE;
  }
}

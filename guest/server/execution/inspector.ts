// Looks at one program on behalf of its execution: before the compiler, before the run, and after it.

import {
  type Inspection,
  type Limit,
  Phase,
  type Start,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Worker } from '../sandbox/worker.js';
import type { Outcome } from '../supervisor/worker-end.js';
import { programEnvironment } from './command.js';
import {
  compilerEnvironment,
  debuggerSettings,
  type InspectionTools,
  type LookParameters,
  lookCommand,
  nextLook,
  programSettings,
  runLimits,
  unexplained,
  withDebugInformation,
} from './inspection.js';
import { type WorkerLimits, workerLimits } from './limits.js';
import { sourcePathsOf } from './source-files.js';

/** Of the time of an execution: its end must reach the host in time. */
const reserveMs = 700;

/** What the host's own limit comes earlier (execution/start-frame.ts). */
const hostGraceMs = 2000;

/** A debugger that has less time would say nothing. */
const shortestLookMs = 500;

const macrosTimeOut = '[gdb time-out]';

export interface InspectorOptions {
  readonly start: Start;
  readonly inspection: Inspection;
  readonly language: Language;
  readonly tools: InspectionTools;
  readonly sandbox: Sandbox;
  /** When the execution began, as `performance.now` counts. */
  readonly startedAtMs: number;
}

/** What is known of a run that has ended. */
export interface EndedRun {
  readonly outcome: Outcome;
  readonly limit: Limit;
  readonly hasPrinted: boolean;
  /** All that was read as input; absent where it was too much to keep. */
  readonly input: Uint8Array | undefined;
}

/** Looks at one program. */
export class Inspector {
  readonly #options: InspectorOptions;
  #footprint = '';
  #worker: Worker | undefined;
  #runStartedAtMs = 0;
  #isOver = false;
  #isLate = false;

  /** Where nobody asks for it, or it can't be done, there is none. */
  static of(
    options: Omit<InspectorOptions, 'inspection' | 'tools'> & {
      readonly tools: InspectionTools | undefined;
    },
  ): Inspector | undefined {
    const { tools, start, language } = options;
    const { inspection } = start;
    if (inspection === undefined || tools === undefined || language.inspectedAs === undefined) {
      return undefined;
    }
    return new Inspector({ ...options, inspection, tools });
  }

  private constructor(options: InspectorOptions) {
    this.#options = options;
  }

  compileCommand(command: readonly string[]): string[] {
    const { lastExpression, usesMacros } = this.#options.inspection;
    return withDebugInformation(command, usesMacros || lastExpression !== '');
  }

  runCommand(command: readonly string[]): readonly string[] {
    const { inspection, tools } = this.#options;
    return inspection.usesMacros ? lookCommand(tools, this.#parameters('macros')) : command;
  }

  /** Added to that of the language; the request overrides both. */
  environmentOf(phase: Phase): Record<string, string> {
    const { inspection, tools } = this.#options;
    if (phase === Phase.COMPILE) return compilerEnvironment(tools);
    return inspection.usesMacros ? debuggerSettings : programSettings(tools);
  }

  runLimits(limits: WorkerLimits): WorkerLimits {
    return runLimits(limits);
  }

  /** Called when the program is about to run. A debugger that takes too long is ended, with the program. */
  begin(worker: Worker): void {
    const { inspection, sandbox } = this.#options;
    this.#footprint = sandbox.footprint();
    this.#runStartedAtMs = performance.now();
    if (!inspection.usesMacros) return;
    const timer = setTimeout(
      () => {
        this.#isLate = true;
        worker.kill();
      },
      Math.max(shortestLookMs, this.#remainingMs()),
    );
    void worker.ended.then(() => clearTimeout(timer));
  }

  /** What there is to say about a run that has ended; empty: nothing. */
  async report(run: EndedRun): Promise<string> {
    const { inspection, sandbox } = this.#options;
    if (inspection.usesMacros) return this.#isLate ? macrosTimeOut : sandbox.takeReport();
    const look = nextLook({
      outcome: run.outcome,
      limit: run.limit,
      hasCore: run.outcome.kind === 'signalled' && sandbox.corePath !== undefined,
      hasEffects:
        run.hasPrinted || run.input === undefined || sandbox.footprint() !== this.#footprint,
    });
    if (look === 'nothing') return unexplained(run.outcome, 'no core file');
    if (this.#remainingMs() < shortestLookMs) {
      return unexplained(run.outcome, 'no time was left to look further');
    }
    const signal = run.outcome.kind === 'signalled' ? run.outcome.signal : '';
    const parameters = {
      ...this.#parameters(look === 'core' ? 'core' : 'silent'),
      signal,
      core: sandbox.corePath ?? '',
    };
    await this.#look(parameters, run.input ?? new Uint8Array(0));
    const report = sandbox.takeReport();
    return report === '' ? unexplained(run.outcome, 'the debugger has not answered') : report;
  }

  /** Ends a look that is under way, and lets none begin. */
  end(): void {
    this.#isOver = true;
    this.#worker?.kill();
  }

  async #look(parameters: LookParameters, input: Uint8Array): Promise<void> {
    const { start, tools, sandbox, language } = this.#options;
    await sandbox.armAhead().catch(() => undefined);
    const worker = await sandbox.takeWorker().catch(() => undefined);
    if (worker === undefined) return;
    const { workingDirectory } = sandbox;
    this.#worker = worker;
    worker.start({
      limits: runLimits(workerLimits(start.runLimits)),
      command: lookCommand(tools, parameters),
      workingDirectory,
      environment: programEnvironment(
        language,
        { ...debuggerSettings, ...start.environment },
        { home: workingDirectory, files: sourcePathsOf(start, language), isUnbuffered: false },
      ),
    });
    if (input.length > 0) worker.stdin.write(input);
    worker.stdin.end();
    const timer = setTimeout(() => worker.kill(), this.#remainingMs());
    if (this.#isOver) worker.kill();
    await worker.ended;
    clearTimeout(timer);
    this.#worker = undefined;
  }

  #parameters(mode: LookParameters['mode']): LookParameters {
    const { start, inspection, tools, sandbox, language } = this.#options;
    return {
      mode,
      program: sandbox.programPath,
      arguments: start.arguments,
      library: tools.library ?? '',
      core: '',
      signal: '',
      expression: inspection.mainWasMade ? inspection.lastExpression : '',
      language: language.inspectedAs ?? 'c',
      report: sandbox.reportPath,
    };
  }

  /** Until the host ends the execution or its run, less what it takes to report the end. */
  #remainingMs(): number {
    const { start, startedAtMs } = this.#options;
    const nowMs = performance.now();
    const wallMs = start.runLimits?.wallMs || Number.POSITIVE_INFINITY;
    return Math.min(
      startedAtMs + start.wallLimitMs - hostGraceMs - reserveMs - nowMs,
      // The host waits this much longer for the end of a run.
      this.#runStartedAtMs + wallMs + hostGraceMs - reserveMs - nowMs,
    );
  }
}

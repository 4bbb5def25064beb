// One execution in the guest: gathers the files, runs the phases, sends files, cleans up.
//
//   gathering --all files are here--> compiling ----a program---> running --ended by itself--> sending files --> finished
//       |                                 |                         |                              |               ^
//       +-------- a limit or a kill ------+-------------------------+------------------------------+---------------+
//
// Languages without a compiler go from gathering to running, or through a check. A compiler that fails or makes no program
// ends the execution, and so does a check that fails. The first cause that ends an execution early is kept.

import { cpus } from 'node:os';
import { dirname } from 'node:path';
import {
  Limit,
  Phase,
  PhaseFinished,
  type Start,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import { CreditWindow } from '../../protocol/credit.js';
import { inputWindowBytes } from '../../protocol/frame.js';
import type { ClientSignal } from '../../protocol/signals.js';
import { noteNoRoom } from '../sandbox/no-room.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { SandboxPool } from '../sandbox/sandbox-pool.js';
import type { Worker, WorkerProgram } from '../sandbox/worker.js';
import type { TerminalSize } from '../supervisor/supervisor.js';
import type { Sender } from '../transport/sender.js';
import { programEnvironment, terminalEnvironment } from './command.js';
import { InputFeed } from './input-feed.js';
import type { InspectionTools } from './inspection.js';
import { Inspector } from './inspector.js';
import { limitOf, workerLimits } from './limits.js';
import { OutputPump } from './output-pump.js';
import { PhaseWatch } from './phase-watch.js';
import { phaseFinished, phasesOf } from './phases.js';
import { sendReturnedFiles } from './returned-files.js';
import { sourceFilesOf, sourcePathsOf } from './source-files.js';

/** Most consumed input that is not credited yet. One credit message for each byte would cost more than the bytes. */
const creditPortionBytes = inputWindowBytes / 4;

/** Longer than the host waits for files: its limit comes first. */
const filesLimitMs = 7000;

/** Asked once: under emulation the question takes milliseconds. */
const processors = cpus().length;

export interface ExecutionOptions {
  readonly start: Start;
  readonly language: Language;
  readonly sandboxes: SandboxPool;
  readonly sender: Sender;
  /** Nothing: no program can be looked at. */
  readonly inspectionTools: Promise<InspectionTools | undefined>;
}

export class Execution {
  readonly #options: ExecutionOptions;
  readonly #pump: OutputPump;
  readonly #input: InputFeed;
  readonly #sources: Uint8Array[] = [];
  #missingSourceBytes: number;
  #sourcesArrived: () => void = () => undefined;
  readonly #sourcesComplete: Promise<void>;
  /** The first cause wins. */
  #endedBy: Limit = Limit.UNSPECIFIED;
  /** Of files and input; the host spends it. */
  #inputCredit = CreditWindow.of(inputWindowBytes, { portionBytes: creditPortionBytes });
  #sandbox: Sandbox | undefined;
  #worker: Worker | undefined;
  #inspector: Inspector | undefined;
  readonly #startedAtMs = performance.now();
  /** Whose command runs in the worker. */
  #phase: Phase | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #terminalSize: TerminalSize | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    const { execution, outputCredit, sourceBytes } = options.start;
    const { sender } = options;
    this.#pump = new OutputPump({ execution, sender, creditBytes: outputCredit });
    this.#input = new InputFeed((bytes) => this.#giveCredit(bytes));
    this.#missingSourceBytes = sourceBytes;
    this.#terminalSize = options.start.terminal;
    this.#sourcesComplete = new Promise((resolve) => {
      this.#sourcesArrived = resolve;
    });
    if (sourceBytes === 0) this.#sourcesArrived();
    if (options.start.inspection !== undefined) this.#input.keep();
  }

  /** Resolves when the last frame was sent and no process of a phase is left. */
  async run(): Promise<void> {
    const { start, sender } = this.#options;
    this.#deadline = setTimeout(() => this.end(Limit.WALL_TIME), start.wallLimitMs);
    try {
      await this.#sourcesComplete;
      if (this.#endedBy === Limit.UNSPECIFIED) await this.#runPhases();
    } finally {
      clearTimeout(this.#deadline);
      sender.send({ $case: 'finished', value: { execution: start.execution } });
    }
  }

  /** Ends the sandbox and makes the next one: after `run`, because the client would wait for it. */
  async cleanUp(): Promise<void> {
    await this.#options.sender.flushed();
    if (this.#sandbox !== undefined) await this.#options.sandboxes.release(this.#sandbox);
  }

  addSource(data: Uint8Array): void {
    if (data.length > this.#missingSourceBytes) return;
    this.#sources.push(data);
    this.#missingSourceBytes -= data.length;
    if (this.#missingSourceBytes === 0) this.#sourcesArrived();
    this.#giveCredit(data.length);
  }

  addInput(data: Uint8Array, end: boolean): void {
    this.#input.push(data, end);
  }

  addCredit(bytes: number): void {
    this.#pump.addCredit(bytes);
  }

  signal(signal: ClientSignal): void {
    if (this.#phase !== undefined) this.#worker?.signal(signal);
  }

  /** Where the program has no terminal there is nothing to do. */
  resize(size: TerminalSize): void {
    if (this.#terminalSize === undefined) return;
    this.#terminalSize = size;
    if (this.#phase === Phase.RUN) this.#worker?.resizeTerminal(size);
  }

  /** Ends the execution before its own end. */
  end(cause: Limit): void {
    this.#endPhase(cause);
    this.#sourcesArrived();
    this.#pump.discard();
  }

  /** Ends the phase and with it the execution. Unlike `end`, it discards no output that was printed already. */
  #endPhase(cause: Limit): void {
    if (this.#endedBy === Limit.UNSPECIFIED) this.#endedBy = cause;
    this.#worker?.kill();
    this.#inspector?.end();
  }

  #giveCredit(bytes: number): void {
    const { window, grantedBytes } = this.#inputCredit.giveBack(bytes);
    this.#inputCredit = window;
    if (grantedBytes === 0) return;
    const { sender, start } = this.#options;
    const credit = { execution: start.execution, bytes: grantedBytes };
    sender.send({ $case: 'credit', value: credit });
  }

  async #runPhases(): Promise<void> {
    const { start, language, sandboxes, inspectionTools } = this.#options;
    const tools = start.inspection && (await inspectionTools);
    const sandbox = await sandboxes.take();
    this.#sandbox = sandbox;
    const files = sourceFilesOf(start, language, Buffer.concat(this.#sources));
    if (start.keepsState) sandbox.writeState(files);
    else sandbox.writeFiles(files);
    const startedAtMs = this.#startedAtMs;
    this.#inspector = Inspector.of({ start, language, tools, sandbox, startedAtMs });
    const phases = phasesOf(start, language, sandbox.programPath, this.#inspector);
    for (const [index, { phase, command, makesProgram }] of phases.entries()) {
      if (this.#endedBy !== Limit.UNSPECIFIED) return;
      const ended = this.#runPhase(sandbox, phase, command);
      // While the compiler runs, so that the program need not wait. Where this fails, `takeWorker` makes another.
      if (index + 1 < phases.length) await sandbox.armAhead().catch(() => undefined);
      const { hasSucceeded, limit } = await ended;
      if (phase === Phase.RUN && limit === Limit.UNSPECIFIED) await this.#sendFiles(sandbox);
      // The options may have asked the compiler for something else than a program.
      if (!hasSucceeded || (makesProgram && !sandbox.hasProgram())) return;
    }
  }

  async #runPhase(
    sandbox: Sandbox,
    phase: Phase,
    command: readonly string[],
  ): Promise<{ hasSucceeded: boolean; limit: Limit }> {
    const { start, sender } = this.#options;
    const { execution } = start;
    sender.sendWithNext({
      $case: 'phaseStarted',
      value: { execution, phase, command: [...command] },
    });
    const asked = workerLimits(phase === Phase.COMPILE ? start.compileLimits : start.runLimits);
    const inspector = phase === Phase.RUN ? this.#inspector : undefined;
    const limits = inspector?.runLimits(asked) ?? asked;
    const carriedBefore = this.#pump.carriedBytes;
    const startedAt = process.hrtime.bigint();
    const worker = await this.#startWorker(sandbox, phase, { command, limits }).catch(noteNoRoom);
    if (worker === undefined) {
      const limit = this.#endedBy === Limit.UNSPECIFIED ? Limit.MEMORY : this.#endedBy;
      sender.send({
        $case: 'phaseFinished',
        value: PhaseFinished.fromPartial({ execution, phase, limit }),
      });
      return { hasSucceeded: false, limit };
    }
    const watch = new PhaseWatch({
      limits,
      cpuTimeUs: () => worker.cpuTimeUs,
      processors,
      onPassed: (limit) => this.#endPhase(limit),
    });
    this.#phase = phase;
    if (phase === Phase.RUN) this.#input.attach(worker.stdin);
    else worker.stdin.end();
    const pumped = this.#pump.pump({ stdout: worker.stdout, stderr: worker.stderr });
    if (this.#endedBy !== Limit.UNSPECIFIED) worker.kill();

    const { outcome, usage } = await worker.ended;
    watch.stop();
    this.#pump.hurry();
    const wallTimeUs = (process.hrtime.bigint() - startedAt) / 1000n;
    this.#phase = undefined;
    this.#worker = undefined;
    // Processes that the program has left have died before its output counts as complete.
    await pumped;
    const limit = limitOf(this.#endedBy, outcome, usage);
    const hasPrinted = this.#pump.carriedBytes > carriedBefore;
    const ended = { outcome, limit, hasPrinted, input: this.#input.kept };
    const report = (await inspector?.report(ended)) ?? '';
    const value = phaseFinished({ execution, phase, outcome, limit, wallTimeUs, usage, report });
    sender.send({ $case: 'phaseFinished', value });
    return { hasSucceeded: outcome.kind === 'exited' && outcome.exitCode === 0, limit };
  }

  /** The worker of a phase, which has become its program. Rejects where what is left in the sandbox leaves no room for one. */
  async #startWorker(
    sandbox: Sandbox,
    phase: Phase,
    { command, limits }: Pick<WorkerProgram, 'command' | 'limits'>,
  ): Promise<Worker> {
    const { start, language } = this.#options;
    const { workingDirectory } = sandbox;
    const worker = await sandbox.takeWorker();
    const terminal = await this.#openTerminal(worker, phase);
    const requested =
      terminal === undefined ? start.environment : { ...terminalEnvironment, ...start.environment };
    const environment = { ...this.#inspector?.environmentOf(phase), ...requested };
    this.#worker = worker;
    if (phase === Phase.RUN) this.#inspector?.begin(worker);
    worker.start({
      limits,
      command,
      workingDirectory,
      environment: programEnvironment(language, environment, {
        // Compilers keep settings and caches in their home, and programs have files there.
        home: phase === Phase.COMPILE ? dirname(sandbox.programPath) : workingDirectory,
        files: sourcePathsOf(start, language),
        isUnbuffered: start.unbuffered && phase === Phase.RUN,
      }),
      terminal,
    });
    return worker;
  }

  /** What was asked for of the files that the program has left. */
  async #sendFiles(sandbox: Sandbox): Promise<void> {
    const { start, sender } = this.#options;
    if (start.outputFiles.length === 0) return;
    // The time of the program is over, and it has kept to it.
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.end(Limit.WALL_TIME), filesLimitMs);
    await sendReturnedFiles({
      start,
      sandbox,
      sender,
      credit: this.#pump.credit,
      onWorker: (worker) => {
        this.#worker = worker;
        if (this.#endedBy !== Limit.UNSPECIFIED) worker?.kill();
      },
    });
  }

  async #openTerminal(worker: Worker, phase: Phase): Promise<string | undefined> {
    const size = this.#terminalSize;
    if (phase !== Phase.RUN || size === undefined) return undefined;
    const path = await worker.openTerminal(size);
    const newest = this.#terminalSize ?? size;
    if (newest !== size) worker.resizeTerminal(newest);
    return path;
  }
}

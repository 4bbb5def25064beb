import { inputWindowBytes } from '../../services/channel/frame.js';
import { Limit, Phase, type Start } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../languages/language.js';
import { compileCommand, programEnvironment, runCommand, terminalEnvironment } from './command.js';
import { InputFeed } from './input-feed.js';
import type { Lane } from './lane.js';
import type { TerminalSize } from './lane-keeper.js';
import { OutputPump } from './output-pump.js';
import type { Sandbox } from './sandbox.js';
import type { SandboxPool } from './sandbox-pool.js';
import type { Sender } from './sender.js';

/** Most input that has left and is not told yet: to tell each byte would cost more than the bytes. */
const creditPortionBytes = inputWindowBytes / 4;

export interface ExecutionOptions {
  readonly start: Start;
  readonly language: Language;
  readonly sandboxes: SandboxPool;
  readonly sender: Sender;
}

/** One execution in the guest: gathers the code, runs the phases, cleans up. */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #pump: OutputPump;
  readonly #input: InputFeed;
  readonly #code: Uint8Array[] = [];
  #missingCodeBytes: number;
  #codeArrived: () => void = () => undefined;
  readonly #codeComplete: Promise<void>;
  /** The first cause wins. */
  #endedBy: Limit = Limit.UNSPECIFIED;
  /** What has left of code and input, and may be sent anew. */
  #owedCredit = 0;
  #sandbox: Sandbox | undefined;
  #lane: Lane | undefined;
  #isProgramRunning = false;
  #terminalSize: TerminalSize | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    const { execution, outputCredit, sourceBytes } = options.start;
    const { sender } = options;
    this.#pump = new OutputPump({ execution, sender, creditBytes: outputCredit });
    this.#input = new InputFeed((bytes) => this.#giveCredit(bytes));
    this.#missingCodeBytes = sourceBytes;
    this.#terminalSize = options.start.terminal;
    this.#codeComplete = new Promise((resolve) => {
      this.#codeArrived = resolve;
    });
    if (sourceBytes === 0) this.#codeArrived();
  }

  /** Resolves when the last frame was sent and no process of a phase is left. */
  async run(): Promise<void> {
    const { start, sender } = this.#options;
    const deadline = setTimeout(() => this.end(Limit.WALL_TIME), start.wallLimitMs);
    try {
      await this.#codeComplete;
      if (this.#endedBy === Limit.UNSPECIFIED) await this.#runPhases();
    } finally {
      clearTimeout(deadline);
      sender.send({ $case: 'finished', value: { execution: start.execution } });
    }
  }

  /** Ends the sandbox and makes the next one: after `run`, because the client would wait for it. */
  async cleanUp(): Promise<void> {
    await this.#options.sender.flushed();
    if (this.#sandbox !== undefined) await this.#options.sandboxes.release(this.#sandbox);
  }

  addCode(data: Uint8Array): void {
    if (data.length > this.#missingCodeBytes) return;
    this.#code.push(data);
    this.#missingCodeBytes -= data.length;
    if (this.#missingCodeBytes === 0) this.#codeArrived();
    this.#giveCredit(data.length);
  }

  addInput(data: Uint8Array, end: boolean): void {
    this.#input.push(data, end);
  }

  addCredit(bytes: number): void {
    this.#pump.addCredit(bytes);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#isProgramRunning) this.#lane?.signal(signal);
  }

  /** Where the program has no terminal there is nothing to do. */
  resize(size: TerminalSize): void {
    if (this.#terminalSize === undefined) return;
    this.#terminalSize = size;
    if (this.#isProgramRunning) this.#lane?.resizeTerminal(size);
  }

  /** Ends the execution before its own end. */
  end(cause: Limit): void {
    if (this.#endedBy === Limit.UNSPECIFIED) this.#endedBy = cause;
    this.#codeArrived();
    this.#lane?.kill();
    this.#pump.discard();
  }

  #giveCredit(bytes: number): void {
    this.#owedCredit += bytes;
    if (this.#owedCredit < creditPortionBytes) return;
    const { sender, start } = this.#options;
    const credit = { execution: start.execution, bytes: this.#owedCredit };
    this.#owedCredit = 0;
    sender.send({ $case: 'credit', value: credit });
  }

  async #runPhases(): Promise<void> {
    const { language, sandboxes } = this.#options;
    const sandbox = await sandboxes.take();
    this.#sandbox = sandbox;
    sandbox.writeFile(language.sourceFile, Buffer.concat(this.#code));
    const phases = this.#phases();
    for (const [index, { phase, command }] of phases.entries()) {
      if (this.#endedBy !== Limit.UNSPECIFIED) return;
      const lane = await sandbox.takeLane();
      const ended = this.#runPhase(sandbox, lane, phase, command);
      // While the compiler runs, so that the program need not wait. What is lost is made up for when the lane is taken.
      if (index + 1 < phases.length) await sandbox.armAhead().catch(() => undefined);
      if (!(await ended)) return;
    }
  }

  #phases(): { phase: Phase; command: string[] }[] {
    const { start, language } = this.#options;
    const words = { options: start.options, arguments: start.arguments };
    const compile = compileCommand(language, words);
    const run = { phase: Phase.RUN, command: runCommand(language, words) };
    return compile === undefined ? [run] : [{ phase: Phase.COMPILE, command: compile }, run];
  }

  /** @returns whether the next phase may follow */
  async #runPhase(
    { workingDirectory }: Sandbox,
    lane: Lane,
    phase: Phase,
    command: readonly string[],
  ): Promise<boolean> {
    const { start, language, sender } = this.#options;
    const { execution } = start;
    sender.send({
      $case: 'phaseStarted',
      value: { execution, phase, command: [...command] },
    });
    const terminal = await this.#openTerminal(lane, phase);
    this.#lane = lane;
    const startedAt = process.hrtime.bigint();
    lane.start({
      command,
      workingDirectory,
      environment: programEnvironment(
        language,
        terminal === undefined
          ? start.environment
          : { ...terminalEnvironment, ...start.environment },
        workingDirectory,
      ),
      terminal,
    });
    this.#isProgramRunning = phase === Phase.RUN;
    if (phase === Phase.RUN) this.#input.attach(lane.stdin);
    else lane.stdin.end();
    const pumped = this.#pump.pump({ stdout: lane.stdout, stderr: lane.stderr });
    if (this.#endedBy !== Limit.UNSPECIFIED) lane.kill();

    const outcome = await lane.ended;
    this.#pump.hurry();
    const wallTimeUs = (process.hrtime.bigint() - startedAt) / 1000n;
    this.#isProgramRunning = false;
    this.#lane = undefined;
    // What the program left behind dies before its output is taken for complete.
    const usage = await lane.dissolve();
    await pumped;
    sender.send({
      $case: 'phaseFinished',
      value: {
        execution,
        phase,
        outcome:
          outcome.kind === 'exited'
            ? { $case: 'exitCode', value: outcome.exitCode }
            : { $case: 'signal', value: outcome.signal },
        limit:
          usage.outOfMemory && this.#endedBy === Limit.UNSPECIFIED ? Limit.MEMORY : this.#endedBy,
        wallTimeUs,
        cpuUserUs: BigInt(usage.cpuUserUs),
        cpuSystemUs: BigInt(usage.cpuSystemUs),
        peakMemoryBytes: BigInt(usage.peakMemoryBytes),
        peakProcesses: usage.peakProcesses,
      },
    });
    return outcome.kind === 'exited' && outcome.exitCode === 0;
  }

  async #openTerminal(lane: Lane, phase: Phase): Promise<string | undefined> {
    const size = this.#terminalSize;
    if (phase !== Phase.RUN || size === undefined) return undefined;
    const path = await lane.openTerminal(size);
    const newest = this.#terminalSize ?? size;
    if (newest !== size) lane.resizeTerminal(newest);
    return path;
  }
}

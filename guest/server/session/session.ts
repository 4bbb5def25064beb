// Serves the host's sessions on the data channel: a Hello opens one, each Start begins an execution.

import {
  type Hello,
  HostFrame,
  Limit,
  type Resize,
  type Start,
  type TerminalSize,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import { isEnvironmentName } from '../../protocol/environment.js';
import { FrameDecoder, protocolVersion } from '../../protocol/frame.js';
import { isClientSignal } from '../../protocol/signals.js';
import { isTerminalSize } from '../../protocol/terminal.js';
import { Execution } from '../execution/execution.js';
import type { InspectionTools } from '../execution/inspection.js';
import { limitsViolation } from '../execution/limits.js';
import { sourceFault } from '../execution/source-files.js';
import type { SandboxPool } from '../sandbox/sandbox-pool.js';
import type { Supervisor } from '../supervisor/supervisor.js';
import { Sender, type SessionIdentity } from '../transport/sender.js';
import type { Transport } from '../transport/transport.js';
import type { InstalledLanguage } from './catalogue-discovery.js';
import type { GuestProof } from './guest-proof.js';
import { describeLanguage } from './language-frame.js';

export interface SessionOptions {
  readonly transport: Transport;
  readonly sandboxes: SandboxPool;
  readonly languages: readonly InstalledLanguage[];
  /** Executions at the same time. */
  readonly capacity: number;
  /** The most memory that a phase may be given. 0: not known. */
  readonly phaseMemoryBytes: number;
  /** The most that the files of an execution may have together. 0: not known. */
  readonly fileBytes: number;
  readonly bootId: string;
  /** Absent: every host is served. */
  readonly proof?: GuestProof;
  readonly serverVersion: string;
  /** Absent: no program can be looked at. */
  readonly inspectionTools?: Promise<InspectionTools | undefined>;
  /** Absent where the server must not touch the system's clock and random generator. */
  readonly systemCalls?: Pick<Supervisor, 'syncClockAndReseed'>;
  /** Called when a session begins in a guest that may come from a snapshot. */
  readonly onReturn?: () => void;
  /** Called a moment later, unless the host has started a program. */
  readonly practise?: () => void;
}

/** A host that has a program for a machine that came back starts it at once. */
const firstStartMs = 100;

/** A guest that was never saved has the time of its host, which has started it; the clock of the hardware counts seconds. */
const usualClockErrorMs = 2000;

/** Serves the host's sessions on the data channel, one after the other. */
export function serveSessions(options: SessionOptions): void {
  const server = new SessionServer(options);
  const decoder = new FrameDecoder({
    onFrame: (header, payload) => server.receive(header, payload),
    // Bytes of a connection that was cut, or noise: the next frame will be found, and a Hello sets all right.
    onCorrupt: () => undefined,
  });
  options.transport.onData((chunk) => decoder.push(chunk));
}

class SessionServer {
  readonly #options: SessionOptions;
  #sender: Sender | undefined;
  readonly #executions = new Map<number, Execution>();
  /** The highest number that the session has started. */
  #lastStarted = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  receive(header: Uint8Array, payload: Uint8Array): void {
    const frame = decode(header);
    const body = frame?.body;
    if (frame === undefined || body === undefined) return;
    if (body.$case === 'hello') {
      this.#greet(frame, body.value);
      return;
    }
    const sender = this.#sender;
    if (sender === undefined || !isOf(frame, sender.identity)) {
      this.#denySession(frame);
      return;
    }
    switch (body.$case) {
      case 'start':
        this.#start(sender, body.value);
        return;
      case 'source':
        this.#executions.get(body.value.execution)?.addSource(payload);
        return;
      case 'input':
        this.#executions.get(body.value.execution)?.addInput(payload, body.value.end);
        return;
      case 'credit':
        this.#executions.get(body.value.execution)?.addCredit(body.value.bytes);
        return;
      case 'kill':
        this.#executions.get(body.value.execution)?.end(Limit.KILLED);
        return;
      case 'signal':
        this.#signal(body.value.execution, body.value.name);
        return;
      case 'resize':
        this.#resize(body.value);
        return;
      case 'probe':
        return;
    }
  }

  #greet(frame: HostFrame, hello: Hello): void {
    const { proof, transport } = this.#options;
    const challenge = proof?.challenge(frame, hello);
    if (challenge === undefined) {
      void this.#openSession(frame, hello);
      return;
    }
    const { generation, session } = frame;
    new Sender(transport, { generation, session }).send({ $case: 'challenge', value: challenge });
  }

  #denySession({ generation, session }: SessionIdentity): void {
    const sender = new Sender(this.#options.transport, { generation, session });
    sender.send({ $case: 'noSession', value: {} });
  }

  async #openSession(frame: HostFrame, hello: Hello): Promise<void> {
    const { generation, session } = frame;
    let sender = this.#sender;
    let hasReturned = false;
    if (sender === undefined || !isOf(frame, sender.identity)) {
      hasReturned = sender !== undefined || isLate(hello);
      if (hasReturned) this.#options.onReturn?.();
      sender?.close();
      for (const execution of this.#executions.values()) execution.end(Limit.KILLED);
      this.#executions.clear();
      this.#lastStarted = 0;
      sender = new Sender(this.#options.transport, { generation, session });
      this.#sender = sender;
    }
    const reseeded = await this.#syncClockAndReseed(hello);
    sender.send({
      $case: 'ready',
      value: {
        protocolVersion,
        bootId: this.#options.bootId,
        serverVersion: this.#options.serverVersion,
        languages: this.#options.languages.map(describeLanguage),
        capacity: this.#options.capacity,
        timeUs: BigInt(Date.now()) * 1000n,
        reseeded,
        phaseMemoryBytes: BigInt(this.#options.phaseMemoryBytes),
        fileBytes: BigInt(this.#options.fileBytes),
      },
    });
    if (hasReturned) this.#practiseUnlessNeeded(sender);
  }

  #practiseUnlessNeeded(sender: Sender): void {
    setTimeout(() => {
      if (this.#sender === sender && this.#lastStarted === 0) this.#options.practise?.();
    }, firstStartMs);
  }

  /** After a revert both are those of the snapshot: every user would draw the same "random" keys. */
  async #syncClockAndReseed({ timeUs, entropy }: Hello): Promise<boolean> {
    const { systemCalls } = this.#options;
    // A server on a host: nobody puts that back to a snapshot.
    if (systemCalls === undefined) return true;
    return await systemCalls.syncClockAndReseed({ timeUs, entropy });
  }

  #start(sender: Sender, start: Start): void {
    const { sandboxes, languages, capacity } = this.#options;
    const found = languages.find((each) => each.language.name === start.language);
    const violation = this.#violation(start, found?.language, capacity);
    if (violation !== undefined || found === undefined) {
      const reason = violation ?? 'unknown language';
      sender.send({ $case: 'refused', value: { execution: start.execution, reason } });
      return;
    }
    this.#lastStarted = start.execution;
    const execution = new Execution({
      start,
      language: found.language,
      sandboxes,
      sender,
      inspectionTools: this.#options.inspectionTools ?? Promise.resolve(undefined),
    });
    this.#executions.set(start.execution, execution);
    const forget = () => {
      if (this.#executions.get(start.execution) === execution) {
        this.#executions.delete(start.execution);
      }
    };
    execution
      .run()
      .then(forget)
      .then(() => execution.cleanUp())
      // The server's own failure (no sandbox can be made): it must not go on as if nothing had happened.
      .catch((error: unknown) => {
        process.stderr.write(`guest-server: an execution failed: ${String(error)}\n`);
        process.exit(1);
      });
  }

  #violation(start: Start, language: Language | undefined, capacity: number): string | undefined {
    if (language === undefined)
      return `this guest has no language "${start.language.slice(0, 64)}"`;
    // A channel that repeats itself must not run a program twice.
    if (start.execution <= this.#lastStarted) return 'the number of the execution was used before';
    if (this.#executions.size >= capacity) return 'more executions than the capacity';
    const fault = sourceFault(start, language);
    if (fault !== undefined) return fault;
    const violatedLimits = limitsViolation(start, this.#options.phaseMemoryBytes);
    if (violatedLimits !== undefined) return violatedLimits;
    const words = [
      ...start.options,
      ...start.arguments,
      ...start.outputFiles,
      ...Object.values(start.environment),
    ];
    if (words.some((word) => word.includes('\0'))) return 'a word holds a NUL character';
    const names = Object.keys(start.environment);
    if (!names.every(isEnvironmentName)) {
      return 'the name of an environment variable is malformed';
    }
    if (start.terminal !== undefined && !isPossibleSize(start.terminal)) {
      return 'the size of the terminal is out of range';
    }
    return undefined;
  }

  #resize({ execution, size }: Resize): void {
    if (size !== undefined && isPossibleSize(size)) this.#executions.get(execution)?.resize(size);
  }

  #signal(execution: number, name: string): void {
    if (isClientSignal(name)) this.#executions.get(execution)?.signal(name);
  }
}

function isPossibleSize({ rows, columns }: TerminalSize): boolean {
  return [rows, columns].every(isTerminalSize);
}

function isOf(frame: HostFrame, identity: SessionIdentity): boolean {
  return frame.session === identity.session && frame.generation === identity.generation;
}

/** Whether the clock of this guest is late: it has stood still, as that of a snapshot does. */
function isLate({ timeUs }: Hello): boolean {
  return Number(timeUs / 1000n) - Date.now() > usualClockErrorMs;
}

function decode(header: Uint8Array): HostFrame | undefined {
  try {
    return HostFrame.decode(header);
  } catch {
    // The checksum was right and the message is not: a host of another protocol. Its Hello would tell more.
    return undefined;
  }
}

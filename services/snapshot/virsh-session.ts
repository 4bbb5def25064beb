// A virsh that stays, and takes one line of commands after the other. The start of a virsh takes 30 to 70 ms of a processor,
// most of it to link its libraries. What a revert asks of one that runs takes 1 ms.

import { randomUUID } from 'node:crypto';
import { execa, type Result } from 'execa';
import { waitFor } from '../lib/process/wait-for.js';
import { HypervisorError } from './hypervisor.js';
import { parseFailure } from './virsh-output.js';

/** Commands of one line, and how long they may take. */
export interface VirshRequest {
  /** As one types them into virsh, with `; ` between them. */
  readonly line: string;
  /** For errors. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the commands of one line have printed. Nothing on `stderr`: all went well. */
export interface VirshAnswer {
  readonly stdout: string;
  readonly stderr: string;
}

/** Each holds 3 MiB of its own. More machines than this are seldom reverted at the same time. */
const maxIdle = 4;

/** The sessions of one libvirt: as many as are needed at the same time. */
export class VirshSessions {
  readonly #uri: string;
  readonly #idle: VirshSession[] = [];

  constructor(uri: string) {
    this.#uri = uri;
  }

  /**
   * A caller that goes away is not waited for, and its virsh is used again when it has answered.
   *
   * @throws HypervisorError where virsh does not answer. A command that fails is an answer.
   */
  async run(request: VirshRequest): Promise<VirshAnswer> {
    const { name, signal } = request;
    const answer = this.#runIn(this.#take(), request);
    await waitFor(signal, (settle) => {
      answer.then(settle, settle);
      return () => undefined;
    });
    if (signal?.aborted === true) throw new HypervisorError('CANCELLED', `${name} was cancelled`);
    return await answer;
  }

  /** Ends those that are idle. */
  end(): void {
    for (const session of this.#idle.splice(0)) session.end();
  }

  async #runIn(session: VirshSession, request: VirshRequest): Promise<VirshAnswer> {
    const answer = await session.run(request);
    if (this.#idle.length < maxIdle) this.#idle.push(session);
    else session.end();
    return answer;
  }

  #take(): VirshSession {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (session.isSilent) return session;
      session.end();
    }
    return new VirshSession(this.#uri);
  }
}

/** One process. virsh prints each line that it reads, too: marks are written with quotes and come back without them. */
class VirshSession {
  readonly #process;
  readonly #mark = randomUUID();
  #stdout = '';
  #stderr = '';
  /** Why there is no answer any more. */
  #failure: HypervisorError | undefined;
  #onNews: () => void = () => undefined;

  constructor(uri: string) {
    this.#process = execa('virsh', ['-q', '-c', uri], {
      env: { LC_ALL: 'C' },
      stdin: 'pipe',
      reject: false,
      buffer: false,
      // A stop of the service must not cut a change short. virsh ends by itself at the end of its input.
      cleanup: false,
    });
    const { stdin, stdout, stderr } = this.#process;
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#onNews();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#onNews();
    });
    // The end of the process is what counts.
    stdin.on('error', () => undefined);
    void this.#process.then((result) => {
      this.#failure = failureOf(result, { command: 'virsh', stderr: this.#stderr });
      this.#onNews();
    });
  }

  /** An idle one that says something has lost libvirt. */
  get isSilent(): boolean {
    return this.#failure === undefined && this.#stderr === '';
  }

  /** One line at a time. The process has ended where this rejects. */
  async run({ line, name, timeoutMs }: VirshRequest): Promise<VirshAnswer> {
    this.#stdout = '';
    await waitFor(AbortSignal.timeout(timeoutMs), (settle) => {
      this.#onNews = () => {
        if (this.#isAnswered || this.#failure !== undefined) settle();
      };
      this.#process.stdin.write(this.#marked(line));
      return () => {
        this.#onNews = () => undefined;
      };
    });
    if (this.#isAnswered) return this.#takeAnswer();
    this.#process.kill('SIGKILL');
    if (this.#failure !== undefined) throw this.#failure;
    throw new HypervisorError('TIMED_OUT', `${name} took longer than ${timeoutMs} ms`);
  }

  end(): void {
    this.#process.stdin.end();
  }

  /** A line that virsh can't read fails as a whole, so the marks of the end have lines of their own. */
  #marked(line: string): string {
    const mark = (place: string) => `'${place}'-${this.#mark}`;
    return [
      `echo ${mark('begin')}; ${line}; echo ${mark('done')}`,
      `echo --err ${mark('end')}`,
      `echo ${mark('end')}`,
      '',
    ].join('\n');
  }

  get #isAnswered(): boolean {
    const end = `end-${this.#mark}`;
    return this.#stdout.includes(end) && this.#stderr.includes(end);
  }

  #takeAnswer(): VirshAnswer {
    const [, rest = ''] = this.#stdout.split(`begin-${this.#mark}`);
    const [stdout = ''] = rest.split(`done-${this.#mark}`);
    const lines = this.#stderr.split('\n').filter((each) => !each.includes(this.#mark));
    this.#stderr = '';
    return { stdout, stderr: lines.join('\n') };
  }
}

/** Why a virsh has failed that was neither cancelled nor out of time. */
export function failureOf(
  { code, exitCode, shortMessage }: Pick<Result, 'code' | 'exitCode' | 'shortMessage'>,
  { command, stderr }: { command: string; stderr: string },
): HypervisorError {
  if (code === 'ENOENT') return new HypervisorError('VIRSH_MISSING', 'no virsh on PATH');
  if (exitCode === undefined) {
    return new HypervisorError('OTHER', shortMessage ?? `${command} did not end by itself`);
  }
  return parseFailure(stderr);
}

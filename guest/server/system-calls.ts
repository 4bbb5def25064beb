import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * System calls that Node.js has no function for. A helper makes them, started ahead of time because a new process is
 * slow. Each call resolves with whether it was done.
 */
export class SystemCalls {
  readonly #helper: ChildProcess;
  readonly #waiting: ((done: boolean) => void)[] = [];
  #isAlive = true;

  constructor(scriptPath: string) {
    this.#helper = spawn('python3', [scriptPath], { stdio: ['pipe', 'pipe', 'inherit'] });
    const settleAll = () => {
      this.#isAlive = false;
      for (const settle of this.#waiting.splice(0)) settle(false);
    };
    this.#helper.once('error', settleAll);
    this.#helper.once('exit', settleAll);
    this.#helper.stdin?.on('error', settleAll);
    const { stdout } = this.#helper;
    if (stdout === null) return;
    createInterface({ input: stdout }).on('line', (line) => this.#waiting.shift()?.(line === 'ok'));
  }

  setClock(timeUs: bigint): Promise<boolean> {
    return this.#call(`clock ${timeUs}`);
  }

  /** Reseeds the kernel's random generator at once. */
  addEntropy(entropy: Uint8Array): Promise<boolean> {
    return this.#call(`entropy ${Buffer.from(entropy).toString('hex')}`);
  }

  /** Sets what a FIFO holds, until nobody has it open any more. */
  setPipeSize(path: string, bytes: number): Promise<boolean> {
    return this.#call(`pipe ${bytes} ${path}`);
  }

  #call(line: string): Promise<boolean> {
    if (!this.#isAlive) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#helper.stdin?.write(`${line}\n`);
    });
  }
}

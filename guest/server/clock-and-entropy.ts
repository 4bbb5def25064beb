import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Hello } from '../../services/gen/pbot/vm/guest/v1/channel.js';

/**
 * Sets the system's clock and reseeds its random generator: after a revert both are those of the snapshot, and every
 * user would draw the same "random" keys. Node.js can do neither system call, so a helper does, started ahead of time
 * because a new process is slow.
 */
export class ClockAndEntropy {
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

  /** @returns whether both were done */
  apply(hello: Hello): Promise<boolean> {
    if (!this.#isAlive) return Promise.resolve(false);
    const line = `${hello.timeUs} ${Buffer.from(hello.entropy).toString('hex')}\n`;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#helper.stdin?.write(line);
    });
  }
}

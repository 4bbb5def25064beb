// Checks on a real machine that an execution left nothing for the next one.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { durationFromMs } from '../../services/lib/config/duration.js';
import { verdictOf } from './attack.js';
import { type Clients, textOf } from './clients.js';

const probeCode = readFileSync(new URL('./cleanliness-probe.py', import.meta.url), 'utf8');

/** For a program that says hello, and for one that looks around: on a busy host, many times what they need. */
const timeLimitMs = 10_000;

/** Most that the guest's clock may be away from ours. */
const clockToleranceMs = 2000;

/** The kernel makes and ends threads of its own all the time. */
const threadTolerance = 30;

const answerSchema = z.object({
  findings: z.array(z.string()),
  surroundings: z.record(z.string(), z.unknown()),
  threads: z.number(),
  random: z.string(),
  timeMs: z.number(),
});

type Answer = z.infer<typeof answerSchema>;

/** Tells whether earlier programs have left anything in the machine that a later one can notice. */
export class CleanlinessProbe {
  readonly #clients: Clients;
  readonly #draws = new Set<string>();
  /** Of a machine that has run nothing hostile: what a program is given must be the same later. */
  #reference: Answer | undefined;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /**
   * Runs a program that says hello and, where that went well, one that looks around. The first call sets what later
   * ones are compared with.
   *
   * @returns one line for each thing that is not as a program should find it
   * @throws RpcError
   */
  async findings(): Promise<string[]> {
    const greeting = await this.#greeting();
    if (greeting.length > 0) return greeting;
    const sentAtMs = Date.now();
    const { run } = await this.#clients.execute({
      language: 'python3',
      code: probeCode,
      timeLimit: durationFromMs(timeLimitMs),
    });
    const receivedAtMs = Date.now();
    const answer = readAnswer(textOf(run?.stdout));
    if (answer === undefined) {
      return [`probe: failed: ${textOf(run?.stderr).trimEnd().split('\n').at(-1) ?? ''}`];
    }
    this.#reference ??= answer;
    const awayMs = Math.max(sentAtMs - answer.timeMs, answer.timeMs - receivedAtMs);
    return [
      ...answer.findings,
      ...(awayMs > clockToleranceMs ? [`clock: ${Math.round(awayMs)} ms away`] : []),
      ...this.#drawn(answer.random),
      ...differences(this.#reference, answer),
    ];
  }

  async #greeting(): Promise<string[]> {
    const timeLimit = durationFromMs(timeLimitMs);
    const result = await this.#clients.execute({ code: 'echo hello', timeLimit });
    const verdict = verdictOf(result);
    const [stdout, stderr] = [textOf(result.run?.stdout), textOf(result.run?.stderr)];
    if (verdict === 'exit 0' && stdout === 'hello\n' && stderr === '') return [];
    return [`hello: ${verdict}: ${JSON.stringify(stdout + stderr)}`];
  }

  #drawn(random: string): string[] {
    if (this.#draws.has(random)) return ['random: the same bytes as before'];
    this.#draws.add(random);
    return [];
  }
}

function readAnswer(text: string): Answer | undefined {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function differences(reference: Answer, answer: Answer): string[] {
  const names = Object.keys({ ...reference.surroundings, ...answer.surroundings });
  const changed = names
    .filter((name) => !isDeepStrictEqual(reference.surroundings[name], answer.surroundings[name]))
    .map((name) => {
      const [before, now] = [reference, answer].map((each) => each.surroundings[name]);
      return `given: ${name} is ${JSON.stringify(now)}, was ${JSON.stringify(before)}`;
    });
  const more = answer.threads - reference.threads;
  return more > threadTolerance ? [...changed, `threads: ${more} more than at first`] : changed;
}

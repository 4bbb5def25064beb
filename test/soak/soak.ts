// The soak: many clients run harmless and hostile programs, and every answer is checked.

import { connectExecutor } from '../../services/cli/executor-client.js';
import { Limit, type Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { MachineState, WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../services/lib/access/client-access.js';
import type { Address } from '../../services/lib/config/address.js';
import { durationFromMs, durationToMs } from '../../services/lib/config/duration.js';
import { sleep, systemClock } from '../../services/lib/process/clock.js';
import type { RpcClient } from '../../services/lib/rpc/client.js';
import { type Attack, isExpected, readAttacks, verdictOf } from '../support/attack.js';
import { programOf, textOf } from '../support/clients.js';
import { type Answer, type Asked, Ledger, type Revert } from './ledger.js';
import { grpcProtocols, lineFace, type Protocol, type Reply } from './protocols.js';
import { SeededRandom } from './random.js';
import { makeWork, type Work } from './work.js';

export interface SoakOptions {
  /** The Executor. */
  readonly server: Address;
  readonly watchdog: Address;
  readonly access: ClientAccess;
  /** Longest time limit that the Executor takes. */
  readonly timeoutMs: number;
  readonly minutes: number;
  /** Part of the programs that are hostile, 0 to 1. */
  readonly attackShare: number;
  /** How many ask at the same time. */
  readonly clients: number;
  readonly seed: number;
  /** Ends it early; what runs is waited for. */
  readonly signal: AbortSignal;
  /** Tells how it goes. */
  readonly say: (text: string) => void;
}

/** An answer may have waited for all that the queue holds. */
const queueGraceMs = 10 * 60_000;

const tellIntervalMs = 30_000;

const watchRetryMs = 500;

/** Between the last answer and the verdict: a machine that is gone is found out by its silence. */
const lastRevertsMs = 5000;

/** @returns what came of the requests, and how often each machine was put back */
export async function soak(
  options: SoakOptions,
): Promise<{ ledger: Ledger; reverts: ReadonlyMap<string, number> }> {
  const { clients, seed, say, signal } = options;
  const ledger = new Ledger();
  const watching = new AbortController();
  const watch = new RevertWatch({ address: options.watchdog, access: options.access });
  const watched = watch.follow(watching.signal);
  const endAtMs = Date.now() + options.minutes * 60_000;
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, options.minutes * 60_000);
  signal.addEventListener('abort', end);
  const teller = setInterval(() => {
    const leftS = Math.max(0, Math.round((endAtMs - Date.now()) / 1000));
    say(`${ledger.total().answered} answers, ${watch.reverts.length} reverts, ${leftS} s to go`);
  }, tellIntervalMs);
  const executor = connectExecutor({ address: options.server, access: options.access });
  try {
    const replyWithinMs = options.timeoutMs + queueGraceMs;
    const protocols = grpcProtocols(executor, replyWithinMs);
    const line = lineFace(options.server, replyWithinMs);
    await Promise.all(
      Array.from({ length: clients }, (_, number) => {
        // Each client draws for itself: how fast the others are must change nothing.
        const random = new SeededRandom(seed + number);
        return runClient({ options, random, protocols, line, ledger, over: over.signal });
      }),
    );
    if (!signal.aborted) await sleep(systemClock, lastRevertsMs, signal);
  } finally {
    clearTimeout(timer);
    clearInterval(teller);
    signal.removeEventListener('abort', end);
    watching.abort();
    await watched;
    watch.close();
    executor.close();
  }
  ledger.judge(watch.reverts);
  return { ledger, reverts: watch.counts() };
}

/** Follows the Watchdog, and notes when a machine is lost to what runs on it. */
class RevertWatch {
  readonly reverts: Revert[] = [];
  readonly #client: RpcClient<WatchdogServiceService>;
  readonly #generations = new Map<string, number>();

  constructor(where: { address: Address; access: ClientAccess }) {
    this.#client = connect(WatchdogServiceService, where);
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { machines } of this.#client.watchMachines({}, { signal })) {
          for (const { name, generation, state } of machines) this.#note(name, generation, state);
        }
      } catch {
        // It is being started again; generations show what was missed.
      }
      await sleep(systemClock, watchRetryMs, signal);
    }
  }

  counts(): ReadonlyMap<string, number> {
    const counts = new Map([...this.#generations.keys()].map((name) => [name, 0]));
    for (const { machine } of this.reverts) counts.set(machine, (counts.get(machine) ?? 0) + 1);
    return counts;
  }

  close(): void {
    this.#client.close();
  }

  #note(machine: string, generation: number, state: MachineState): void {
    const before = this.#generations.get(machine);
    this.#generations.set(machine, generation);
    const isFirst = before === undefined && state !== MachineState.REVERTING;
    if (!isFirst && before !== generation) this.reverts.push({ machine, atMs: Date.now() });
  }
}

interface Client {
  readonly options: SoakOptions;
  readonly random: SeededRandom;
  readonly protocols: Readonly<Record<string, Protocol>>;
  readonly line: Protocol;
  readonly ledger: Ledger;
  /** No new request is made, and none that was refused is tried again. */
  readonly over: AbortSignal;
}

async function runClient(client: Client): Promise<void> {
  const { options, random, over } = client;
  const attacks = readAttacks();
  while (!over.aborted) {
    if (random.fraction() < options.attackShare) await runAttack(client, random.pick(attacks));
    else await runWork(client, makeWork(random));
  }
}

async function runWork(client: Client, work: Work): Promise<void> {
  const { language, code } = work;
  const { protocol, ask } = pickFace(client);
  await request(
    client,
    { program: work.kind, protocol },
    {
      ask: () => ask(programOf({ language, code })),
      violation: (reply) => workViolation(work, reply),
    },
  );
}

async function runAttack(client: Client, attack: Attack): Promise<void> {
  const { timeLimit } = attack.program;
  const wantedMs = timeLimit === undefined ? Infinity : durationToMs(timeLimit);
  const limitMs = Math.min(wantedMs, client.options.timeoutMs);
  const program: Program = { ...attack.program, timeLimit: durationFromMs(limitMs) };
  const { protocol, ask } = pickFace(client);
  await request(
    client,
    { program: 'an attack', protocol },
    {
      ask: () => ask(program),
      violation: (reply) => attackViolation(attack, reply),
    },
  );
}

function pickFace({ random, protocols, line }: Client): { protocol: string; ask: Protocol } {
  const [protocol, ask] = random.pick([...Object.entries(protocols), ['line', line] as const]);
  return { protocol, ask };
}

interface Request {
  readonly ask: () => Promise<Reply>;
  /** What is wrong with an answer, if anything. */
  readonly violation: (reply: Reply) => string | undefined;
}

/** Asks until it is not refused. */
async function request(client: Client, asked: Asked, { ask, violation }: Request): Promise<void> {
  const { ledger, over } = client;
  for (;;) {
    const startedAtMs = Date.now();
    const reply = await ask();
    if (reply.kind !== 'refused') {
      ledger.note(asked, answerOf(reply, violation(reply), startedAtMs));
      return;
    }
    ledger.noteRejection(asked, reply.reason);
    await sleep(systemClock, reply.retryMs, over);
    if (over.aborted) return;
  }
}

function answerOf(
  reply: Exclude<Reply, { kind: 'refused' }>,
  violation: string | undefined,
  startedAtMs: number,
): Answer {
  const endedAtMs = Date.now();
  switch (reply.kind) {
    case 'unknown':
      return { ...reply, startedAtMs, endedAtMs };
    case 'lost':
    case 'wrong':
      return reply;
    case 'result':
    case 'text':
      return violation === undefined
        ? { kind: 'right', ms: endedAtMs - startedAtMs }
        : { kind: 'wrong', detail: violation };
  }
}

function workViolation(work: Work, reply: Reply): string | undefined {
  if (reply.kind === 'text') {
    // What a line answers has lost the white space at its end.
    const isRight = reply.text.trimEnd() === work.answer.trimEnd();
    return isRight ? undefined : `${short(reply.text)} in place of ${short(work.answer)}`;
  }
  if (reply.kind !== 'result') return undefined;
  const { result } = reply;
  const [verdict, said] = [verdictOf(result), textOf(result.run?.stdout)];
  const violations = [result.compile?.stderr, result.run?.stderr].map(textOf).join('');
  const isRight = verdict === 'exit 0' && said === work.answer && violations === '';
  return isRight ? undefined : `${verdict}: ${short(said + violations)}, not ${short(work.answer)}`;
}

/** A line's text can be the program's own, whatever it says: there, that one has come is all. */
function attackViolation(attack: Attack, reply: Reply): string | undefined {
  if (reply.kind !== 'result') return undefined;
  const { compile, run } = reply.result;
  const verdict = verdictOf(reply.result);
  const output = [compile, run].flatMap((phase) => [textOf(phase?.stdout), textOf(phase?.stderr)]);
  for (const pattern of attack.outputExcludes) {
    if (pattern.test(output.join('\n'))) return `${attack.name} has printed ${String(pattern)}`;
  }
  // Beside others, on a busy processor, any program may take too long.
  const isLate = (run ?? compile)?.limit === Limit.WALL_TIME;
  if (isLate || isExpected(verdict, attack.expected)) return undefined;
  return `${attack.name} ended with ${verdict}`;
}

function short(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}

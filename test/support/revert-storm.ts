// Two clients of one machine: one passes its time limit all the time, the other one sends a small program without pause.

import { RpcError } from '../../services/lib/rpc/error.js';
import { type Clients, textOf } from './clients.js';

/** What became of the small programs. */
export interface StormReport {
  readonly sent: number;
  /** Answered with what they print. */
  readonly right: number;
  /** Errors by reason and metadata `execution`. */
  readonly failures: ReadonlyMap<string, number>;
  /** Of each that was right, in milliseconds. */
  readonly ms: readonly number[];
  /** Reverts meanwhile. */
  readonly reverts: number;
}

/** How the request ids of the small programs begin. */
const requestPrefix = 'storm-';

/**
 * @param machine both use this one
 * @param isOver is asked before each small program
 */
export async function revertStorm(
  clients: Clients,
  machine: string,
  isOver: (soFar: { reverts: number; elapsedMs: number }) => boolean,
): Promise<StormReport> {
  const before = await clients.machine(machine);
  const startedAtMs = performance.now();
  let reverts = 0;
  let hasEnded = false;
  const timeOuts = (async () => {
    const timeLimit = { seconds: 0n, nanos: 200_000_000 };
    while (!hasEnded) {
      await clients.execute({ code: 'sleep 60', machine, timeLimit, requester: 'slow' });
      reverts += 1;
    }
  })();
  const ms: number[] = [];
  const failures = new Map<string, number>();
  let sent = 0;
  while (!isOver({ reverts, elapsedMs: performance.now() - startedAtMs })) {
    sent += 1;
    const sentAtMs = performance.now();
    const failure = await smallProgram(clients, machine, sent);
    if (failure === undefined) ms.push(performance.now() - sentAtMs);
    else failures.set(failure, (failures.get(failure) ?? 0) + 1);
  }
  hasEnded = true;
  await timeOuts;
  const after = await clients.ready(undefined, machine);
  return { sent, right: ms.length, failures, ms, reverts: after.revertCount - before.revertCount };
}

/** How many small programs ran more than once, by the Executor's log at level `info`. */
export function countRepeated(log: string): number {
  const runs = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [, id] =
      new RegExp(`"requestId":"(${requestPrefix}\\d+)".*"msg":"execution"`).exec(line) ?? [];
    if (id !== undefined) runs.set(id, (runs.get(id) ?? 0) + 1);
  }
  return [...runs.values()].filter((count) => count > 1).length;
}

/** @returns what went wrong, if anything */
async function smallProgram(
  clients: Clients,
  machine: string,
  number: number,
): Promise<string | undefined> {
  const requestId = `${requestPrefix}${number}`;
  const code = `echo ${number}`;
  try {
    const { run } = await clients.execute({ code, machine, requestId, requester: 'small' });
    return textOf(run?.stdout) === `${number}\n` ? undefined : 'wrong output';
  } catch (error) {
    const { reason, metadata } = RpcError.from(error);
    return `${reason} ${metadata['execution'] ?? ''}`;
  }
}

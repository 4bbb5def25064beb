import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programRequest } from '../../../services/executor/api/conversions.js';
import type { ExecutionEvent } from '../../../services/executor/execution/result.js';
import type { ExecutionRequest, Executor } from '../../../services/executor/executor.js';
import type { Machine } from '../../../services/executor/machine/machine.js';
import {
  Phase as GuestPhase,
  PhaseFinished,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { settled } from '../lib/fake-call.js';
import { guestExecutor } from './guest-executor.js';
import { finished, type HostConnection, ready, TcpGuest } from './tcp-guest.js';

let guest: TcpGuest;
let machine: Machine;
let executor: Executor;
let connection: HostConnection;

beforeEach(async () => {
  guest = await TcpGuest.listen();
  executor = guestExecutor([{ name: 'pbot-vm', dataAddress: guest.address }]);
  [machine] = executor.machines as [Machine];
  const connected = new Promise<void>((resolve) => {
    machine.onChange(() => {
      if (machine.isConnected) resolve();
    });
  });
  executor.applyWatchdogState('pbot-vm', { state: 'ready', generation: 1, isPristine: true });
  connection = await guest.accept();
  await connection.next();
  connection.say(ready());
  await connected;
});

afterEach(async () => {
  executor.close();
  await guest.close();
});

function request(
  more: Partial<ExecutionRequest> & { timeLimitMs?: number } = {},
): ExecutionRequest {
  const { timeLimitMs = 60_000, ...others } = more;
  const timeLimit = {
    seconds: BigInt(Math.floor(timeLimitMs / 1000)),
    nanos: (timeLimitMs % 1000) * 1e6,
  };
  return {
    program: programRequest(Program.fromPartial({ language: 'sh', code: 'true', timeLimit })),
    keepsOutput: true,
    sink: () => Promise.resolve(),
    signal: new AbortController().signal,
    client: { name: 'somebody', isKnown: false },
    ...others,
  };
}

/** The next of a kind that the guest is sent. */
async function sent($case: 'start' | 'kill'): Promise<number> {
  for (;;) {
    const { body } = await connection.next();
    if (body?.$case === $case) return body.value.execution;
  }
}

/** A program that the guest has run to its end. */
function end(execution: number): void {
  const phase = GuestPhase.RUN;
  const outcome = { $case: 'exitCode', value: 0 } as const;
  connection.say({ $case: 'phaseStarted', value: { execution, phase, command: ['sh'] } });
  const value = PhaseFinished.create({ execution, phase, outcome });
  connection.say({ $case: 'phaseFinished', value });
  connection.say(finished(execution));
}

describe('the announcement of an execution', () => {
  it('an execution is announced before its machine is sent anything of it', async () => {
    const frames: string[] = [];
    const send = machine.send.bind(machine);
    machine.send = (body, payload) => {
      frames.push(body.$case);
      send(body, payload);
    };
    let before: readonly string[] | undefined;
    const announce = () => {
      before = [...frames];
      // What is written to the client at the end of this turn comes first too.
      process.nextTick(() => expect(frames).toEqual([]));
    };
    const running = executor.execute(request({ announce }));
    end(await sent('start'));
    await running;
    expect(before).toEqual([]);
    expect(frames[0]).toBe('start');
  });

  it('a program is not started whose client goes away after the announcement', async () => {
    const leaving = new AbortController();
    const announce = () => leaving.abort();
    await expect(
      executor.execute(request({ announce, signal: leaving.signal })),
    ).rejects.toMatchObject({ reason: 'CANCELLED', metadata: { execution: 'NOT_STARTED' } });
    expect(machine.running).toBe(0);
    const next = executor.execute(request());
    end(await sent('start'));
    await next;
  });

  it('a program is not started whose machine is lost after the announcement', async () => {
    const announce = () => machine.closeSession();
    const refused = executor.execute(request({ announce }));
    await expect(refused).rejects.toMatchObject({
      reason: 'MACHINE_NOT_READY',
      metadata: { execution: 'NOT_STARTED' },
    });
    expect(machine.running).toBe(0);
  });
});

describe('the slot of a client', () => {
  let held: number;
  const client = {
    name: 'alice',
    isKnown: true,
    holdPlace: () => {
      held += 1;
      return () => {
        held -= 1;
      };
    },
  };

  beforeEach(() => {
    held = 0;
  });

  it('the slot of a client is kept when the client goes away, until its program has left the machine', async () => {
    const leaving = new AbortController();
    const running = await executor.begin(request({ client, signal: leaving.signal }));
    await sent('start');
    leaving.abort();
    const execution = await sent('kill');
    await settled();
    expect(held).toBe(1);
    connection.say(finished(execution));
    await running.result;
    expect(held).toBe(0);
  });

  it('the slot of a client is kept when the program was too slow, until it has left the machine', async () => {
    const running = await executor.begin(request({ client, timeLimitMs: 100 }));
    const execution = await sent('kill');
    await running.result;
    expect(held).toBe(1);
    connection.say(finished(execution));
    await machine.idle();
    await settled();
    expect(held).toBe(0);
  });

  it('the slot of a client is given back where the program is not started', async () => {
    await expect(
      executor.begin(request({ client, program: programRequest(Program.fromPartial({})) })),
    ).rejects.toThrow(RpcError);
    const leaving = new AbortController();
    await executor.begin(request());
    const waiting = executor.begin(request({ client, signal: leaving.signal }));
    expect(held).toBe(1);
    leaving.abort();
    await expect(waiting).rejects.toThrow(RpcError);
    expect(held).toBe(0);
  });
});

describe('an Executor that is stopped', () => {
  const hourMs = 3_600_000;

  it('an Executor that is stopped waits until what runs has ended, and takes nothing new', async () => {
    const running = await executor.begin(request());
    const drained = executor.stop(hourMs);
    await expect(executor.begin(request())).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
    end(await sent('start'));
    await drained;
    await running.result;
  });

  it('an Executor that is stopped waits for a client that takes its time', async () => {
    let take: () => void = () => undefined;
    const taken: ExecutionEvent['kind'][] = [];
    const sink = async ({ kind }: ExecutionEvent) => {
      await new Promise<void>((resolve) => {
        take = resolve;
      });
      taken.push(kind);
    };
    await executor.begin(request({ sink }));
    end(await sent('start'));
    await machine.idle();
    let isDrained = false;
    const drained = executor.stop(hourMs).then(() => {
      isDrained = true;
    });
    for (const kind of ['started', 'phase-started'] as const) {
      take();
      await settled();
      expect([taken.at(-1), isDrained]).toEqual([kind, false]);
    }
    take();
    await drained;
    expect(taken.at(-1)).toBe('finished');
  });

  it('an Executor that is stopped does not wait for one that takes nothing', async () => {
    const never = () => new Promise<void>(() => undefined);
    await executor.begin(request({ sink: never, timeLimitMs: 100 }));
    const drained = executor.stop(200);
    connection.say(finished(await sent('kill')));
    await drained;
    expect(machine.running).toBe(0);
  });
});

describe('an Executor that its operator drains', () => {
  it('an Executor that its operator drains refuses what is new, and what runs or waits goes on', async () => {
    const occupying = [await executor.begin(request())];
    while (machine.freeSlots > 0) occupying.push(await executor.begin(request()));
    const waiting = executor.begin(request());
    expect(executor.availability).toMatchObject({ state: 'available', waiting: 1 });
    executor.intake.drain();
    await expect(executor.begin(request())).rejects.toMatchObject({
      reason: 'DRAINED',
      metadata: { execution: 'NOT_STARTED' },
    });
    end(await sent('start'));
    await waiting;
    expect(executor.availability).toMatchObject({ state: 'draining', waiting: 0 });
    executor.intake.resume();
    expect(executor.availability.state).toBe('available');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrame, protocolVersion } from '../../../../guest/protocol/frame.js';
import {
  type GuestBody,
  GuestSession,
  type SessionOptions,
} from '../../../../services/executor/machine/session.js';
import type { SessionFault } from '../../../../services/executor/machine/session-events.js';
import { finished, garbledFrame, type HostConnection, ready, TcpGuest } from '../tcp-guest.js';

const generation = 3;

/** What a link has told, in order, with somebody who waits for more. */
class Told {
  readonly events: string[] = [];
  readonly faults: SessionFault[] = [];
  readonly bodies: GuestBody[] = [];
  readonly logLines: string[] = [];
  #onMore: () => void = () => undefined;

  tell(event: string): void {
    this.events.push(event);
    this.#onMore();
  }

  /** Resolves when the event has been told, as often as `times` says. */
  async has(event: string, times = 1): Promise<void> {
    while (this.events.filter((each) => each === event).length < times) {
      await new Promise<void>((resolve) => {
        this.#onMore = resolve;
      });
    }
  }
}

let guest: TcpGuest;
let link: GuestSession | undefined;

beforeEach(async () => {
  guest = await TcpGuest.listen();
  // The timers of the link, not those of the sockets.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(async () => {
  link?.close();
  link = undefined;
  vi.useRealTimers();
  await guest.close();
});

function open(
  more: Partial<SessionOptions> = {},
  { isExpected } = { isExpected: true },
): { link: GuestSession; told: Told } {
  const told = new Told();
  let session = 100;
  const opened = new GuestSession({
    address: guest.address,
    generation,
    log: pino(
      { level: 'error' },
      {
        write: (line) => {
          told.logLines.push(line);
          told.tell('logged');
        },
      },
    ),
    random: {
      session: () => {
        session += 1;
        return session;
      },
      entropy: () => new Uint8Array(64).fill(7),
    },
    nowUs: () => 123_456n,
    connectDelayMs: 0,
    onReady: () => told.tell('ready'),
    onUnfit: () => told.tell('unfit'),
    onLost: (reason) => told.tell(`lost: ${reason}`),
    onBody: (body) => {
      told.bodies.push(body);
      told.tell(body.$case);
    },
    onFault: (fault) => {
      told.faults.push(fault);
      told.tell(`fault: ${fault.kind}`);
    },
    ...more,
  });
  opened.start();
  if (isExpected) opened.expectReady();
  link = opened;
  return { link: opened, told };
}

/** A link whose session is open, and the connection that it is open on. */
async function openReady(more: Partial<SessionOptions> = {}) {
  const opened = open(more);
  const host = await guest.accept();
  await host.next();
  host.say(ready());
  await opened.told.has('ready');
  return { ...opened, host };
}

async function expectHello(host: HostConnection, session: number): Promise<void> {
  expect(await host.next()).toEqual({
    generation,
    session,
    body: {
      $case: 'hello',
      value: { protocolVersion, timeUs: 123_456n, entropy: Buffer.alloc(64, 7) },
    },
  });
}

const signal = { $case: 'signal', value: { execution: 1, name: 'SIGINT' } } as const;

describe('a session', () => {
  it('is opened by a Hello with the time and entropy', async () => {
    open();
    await expectHello(await guest.accept(), 101);
  });

  it('has its Hello repeated until the guest answers, and not any longer', async () => {
    const { told, link: opened } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    vi.advanceTimersByTime(1000);
    await expectHello(host, 101);
    vi.advanceTimersByTime(1000);
    await expectHello(host, 101);
    host.say(ready());
    await told.has('ready');
    vi.advanceTimersByTime(1000);
    expect((await host.next()).body).toMatchObject({ $case: 'probe' });
    opened.send(signal);
    expect((await host.next()).body).toEqual(signal);
  });

  it('is open once, however often the guest says so', async () => {
    const { told, host } = await openReady();
    host.write(host.frame(ready()), host.frame(ready()), host.frame(finished(1)));
    await told.has('finished');
    expect(told.events).toEqual(['ready', 'finished']);
  });

  it('carries what belongs to executions in both directions', async () => {
    const { told, host, link: opened } = await openReady();
    host.say(finished(5));
    await told.has('finished');
    expect(told.bodies).toEqual([finished(5)]);
    opened.send(signal);
    expect(await host.next()).toEqual({ generation, session: 101, body: signal });
  });

  it('hands on the bytes that a frame announces', async () => {
    const payloads: Uint8Array[] = [];
    const {
      told,
      host,
      link: opened,
    } = await openReady({
      onBody: (body, payload) => {
        payloads.push(payload);
        told.tell(body.$case);
      },
    });
    host.say(finished(5));
    await told.has('finished');
    expect(payloads.map(({ length }) => length)).toEqual([0]);
    opened.send({ $case: 'source', value: { execution: 5 } }, Buffer.from('code'));
    expect((await host.next()).body?.$case).toBe('source');
  });

  it('takes nothing before the guest has opened it', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    host.write(host.frame(finished(1)), host.frame(ready()));
    await told.has('ready');
    expect(told.events).toEqual(['ready']);
  });

  it('takes no frame of another session or generation', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    host.write(
      host.frame(ready({ bootId: 'stale' }), { session: 100 }),
      host.frame(ready({ bootId: 'stale' }), { generation: generation - 1 }),
      host.frame(finished(1)),
      host.frame(ready()),
      host.frame(finished(2), { session: 100 }),
      host.frame(finished(3), { generation: generation + 1 }),
      host.frame(finished(4)),
    );
    await told.has('finished');
    expect(told.events).toEqual(['ready', 'finished']);
    expect(told.bodies).toEqual([finished(4)]);
  });

  it('is found behind what an earlier one has left behind', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    const late = host.frame(finished(1));
    const noMessage = encodeFrame(Uint8Array.of(0xff, 0xff, 0xff));
    host.write(late.subarray(3), garbledFrame, noMessage, host.frame(ready()));
    await told.has('ready');
    expect(told.faults).toEqual([]);
  });

  it('is never opened with a guest of another version of the protocol, and the log tells why', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    host.write(
      host.frame(ready({ protocolVersion: protocolVersion + 1 })),
      host.frame(finished(1)),
    );
    await told.has('logged');
    expect(told.logLines.join()).toContain('another version');
    // What came on the first connection was read when the second is there.
    host.cut();
    await vi.advanceTimersByTimeAsync(0);
    await reconnected();
    expect(told.events).toEqual(['logged', 'unfit']);
  });

  it('may be on a Unix socket', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-link-'));
    const unixGuest = await TcpGuest.listen(join(directory, 'data'));
    const { told, link: opened } = open({ address: unixGuest.address });
    const host = await unixGuest.accept();
    await host.next();
    host.say(ready());
    await told.has('ready');
    opened.close();
    await host.ended;
    expect(told.events).toEqual(['ready', 'lost: the session was closed']);
    await unixGuest.close();
    await rm(directory, { recursive: true });
  });
});

/** The host's next connection. Its timer is started when it has noticed the loss of the last one. */
async function reconnected(): Promise<HostConnection> {
  let connection: HostConnection | undefined;
  const accepted = guest.accept().then((host) => {
    connection = host;
  });
  while (connection === undefined) {
    await vi.advanceTimersByTimeAsync(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await accepted;
  return connection;
}

describe('a link that is cut', () => {
  it('tells so once, connects again, and opens another session', async () => {
    const { told, host } = await openReady();
    host.cut();
    await told.has('lost: the data channel was cut');
    const again = await reconnected();
    await expectHello(again, 102);
    again.say(ready());
    await told.has('ready', 2);
    expect(told.events).toEqual(['ready', 'lost: the data channel was cut', 'ready']);
  });

  it('does not take frames of the session before', async () => {
    const { told, host } = await openReady();
    host.cut();
    const again = await reconnected();
    await again.next();
    again.write(
      again.frame(ready(), { session: 101 }),
      again.frame(finished(1), { session: 101 }),
      again.frame(ready()),
      again.frame(finished(2)),
    );
    await told.has('finished');
    expect(told.bodies).toEqual([finished(2)]);
  });

  it('before its session was open loses nothing', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    host.cut();
    await expectHello(await reconnected(), 102);
    expect(told.events).toEqual([]);
  });

  it('drops what is sent meanwhile', async () => {
    const { told, host, link: opened } = await openReady();
    host.cut();
    await told.has('lost: the data channel was cut');
    opened.send(signal);
    await expectHello(await reconnected(), 102);
  });

  it('is silent where its guest never answers again', async () => {
    const { told, host } = await openReady();
    host.cut();
    await told.has('lost: the data channel was cut');
    const again = await reconnected();
    await again.next();
    vi.advanceTimersByTime(15_000);
    expect(told.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });
});

describe('a link that is restarted', () => {
  it('resets the connection, tells the loss, and opens another session', async () => {
    const { told, host, link: opened } = await openReady();
    opened.restart('an execution did not end');
    await expect(host.ended).resolves.toBe('reset');
    await told.has('lost: an execution did not end');
    const again = await reconnected();
    await expectHello(again, 102);
    again.say(ready());
    await told.has('ready', 2);
    expect(told.faults).toEqual([]);
  });
});

describe('a link that is closed', () => {
  it('resets the connection, so that no byte of it is read by a guest that is reverted', async () => {
    const { told, host, link: opened } = await openReady();
    opened.close();
    await expect(host.ended).resolves.toBe('reset');
    expect(told.events).toEqual(['ready', 'lost: the session was closed']);
  });

  it('does so once, and has no timer left that would connect again', async () => {
    const { told, host, link: opened } = await openReady();
    opened.close();
    opened.close();
    await host.ended;
    expect(told.events).toEqual(['ready', 'lost: the session was closed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while it connects has no timer left either', async () => {
    const { told, link: opened } = open();
    opened.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.events).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while it waits to connect again has no timer left either', async () => {
    const { told, host, link: opened } = await openReady();
    host.cut();
    await told.has('lost: the data channel was cut');
    opened.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(told.events).toEqual(['ready', 'lost: the data channel was cut']);
  });

  it('takes nothing more', async () => {
    const { host, link: opened } = await openReady();
    opened.close();
    expect(() => opened.send(signal)).not.toThrow();
    await expect(host.ended).resolves.toBe('reset');
  });
});

describe('a guest that sends garbage', () => {
  it.each([
    ['a garbled frame', garbledFrame],
    ['no message of the protocol', encodeFrame(Uint8Array.of(0xff, 0xff, 0xff))],
    ['a frame without an end', new Uint8Array(200_000).fill(1)],
  ])('(%s) in an open session is a fault, and the link is closed', async (_what, bytes) => {
    const { told, host } = await openReady();
    host.write(bytes);
    await told.has('fault: corrupt');
    expect(told.events).toEqual(['ready', 'lost: the session was closed', 'fault: corrupt']);
    await expect(host.ended).resolves.toBe('reset');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('more than once is one fault', async () => {
    const { told, host } = await openReady();
    host.write(garbledFrame, garbledFrame, garbledFrame);
    await host.ended;
    expect(told.faults).toHaveLength(1);
  });

  it('and good frames behind it is not listened to any more', async () => {
    const { told, host } = await openReady();
    host.write(garbledFrame, host.frame(ready()), host.frame(finished(1)));
    await host.ended;
    expect(told.events).toEqual(['ready', 'lost: the session was closed', 'fault: corrupt']);
  });

  it('and opens the session anew behind it has no second fault', async () => {
    const { told, host } = await openReady();
    host.write(garbledFrame, host.frame(ready()), garbledFrame);
    await host.ended;
    expect(told.faults).toHaveLength(1);
  });

  it('in place of an answer is silent', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    host.write(garbledFrame);
    vi.advanceTimersByTime(15_000);
    expect(told.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });
});

describe('a guest that does not answer', () => {
  it('for 15 s is a fault, and the link is closed', async () => {
    const { told } = open();
    const host = await guest.accept();
    await host.next();
    vi.advanceTimersByTime(14_999);
    expect(told.faults).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told.faults).toEqual([
      { kind: 'silent', detail: 'the guest server has not opened a session within 15 s' },
    ]);
    await host.ended;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and cannot be reached is the same fault', async () => {
    const { address } = guest;
    await guest.close();
    const { told } = open({ address });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told.faults.map(({ kind }) => kind)).toEqual(['silent']);
    guest = await TcpGuest.listen();
  });

  it('may take its time while nobody knows that the machine runs', async () => {
    const { link, told } = open({}, { isExpected: false });
    await guest.accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.faults).toEqual([]);
    link.expectReady();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(told.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });

  it('is none while its session is open', async () => {
    const { told } = await openReady();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.events).toEqual(['ready']);
  });
});

describe('a guest that is not fit for work', () => {
  it('because its random generator was not reseeded gets another Hello, and no work', async () => {
    const { told } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    host.say(ready());
    await told.has('ready');
  });

  it.each([
    ['behind', 600_000n],
    ['ahead', -600_000n],
  ])('because its clock is %s gets another Hello, and no work', async (_how, errorUs) => {
    const { told } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ timeUs: 123_456n - errorUs }));
    await expectHello(host, 101);
    host.say(ready({ timeUs: 123_456n - 400_000n }));
    await told.has('ready');
  });

  it('for as long as an answer may take has a fault', async () => {
    const { told } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    vi.advanceTimersByTime(15_000);
    await told.has('fault: silent');
    expect(told.faults[0]?.detail).toMatch(/could not be reseeded$/);
  });
});

describe('a guest that has no place for anybody', () => {
  it('gets another Hello, and no work', async () => {
    const { told } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ capacity: 0 }));
    await expectHello(host, 101);
    host.say(ready());
    await told.has('ready');
  });
});

describe('a guest that would have us do work for nothing', () => {
  it('by answering one Hello many times with a wrong clock has one line in the log for each Hello', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const { told } = open({ log });
    const host = await guest.accept();
    await host.next();
    const refused = host.frame(ready({ reseeded: false }));
    host.write(...Array.from({ length: 500 }, () => refused), host.frame(ready()));
    await told.has('ready');
    expect(lines.length).toBeLessThanOrEqual(3);
  });

  it('by cutting each session off is connected to more and more rarely', async () => {
    const { told } = open();
    for (let times = 1; times <= 6; times += 1) {
      const host = await guest.accept();
      await host.next();
      host.say(ready());
      await told.has('ready', times);
      host.cut();
      await told.has('lost: the data channel was cut', times);
      if (times < 6) vi.advanceTimersByTime(50 * 2 ** (times - 1));
    }
    vi.advanceTimersByTime(50 * 2 ** 5 - 1);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    expect(told.faults).toEqual([]);
  });

  it('by reading nothing is a fault before it has cost much memory', async () => {
    const { told, link: opened, host } = await openReady();
    host.stopReading();
    const piece = new Uint8Array(64 * 1024);
    let sentBytes = 0;
    while (told.faults.length === 0 && sentBytes < 256 * 1024 * 1024) {
      opened.send({ $case: 'input', value: { execution: 1, end: false } }, piece);
      sentBytes += piece.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told.faults.map(({ kind }) => kind)).toEqual(['silent']);
    expect(told.faults[0]?.detail).toMatch(/unread$/);
  });
});

describe('a session that the guest does not know', () => {
  const noSession = { $case: 'noSession', value: {} } as const;

  it('is lost, with a fault', async () => {
    const { told, host } = await openReady();
    host.say(noSession);
    await told.has('fault: forgotten');
    expect(told.bodies).toEqual([]);
  });

  it('is found out by a probe each second', async () => {
    const { told, host } = await openReady();
    vi.advanceTimersByTime(1000);
    expect(await host.next()).toMatchObject({ generation, body: { $case: 'probe' } });
    host.say(noSession);
    await told.has('fault: forgotten');
  });

  it('goes on where another one is meant', async () => {
    const { told, host } = await openReady();
    host.say(noSession, { session: host.identity.session + 1 });
    host.say(finished(1));
    await told.has('finished');
    expect(told.faults).toEqual([]);
  });

  it('is none before it is open: an answer to its Hello is on the way', async () => {
    const { told } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(noSession);
    host.say(ready());
    await told.has('ready');
    expect(told.faults).toEqual([]);
  });
});

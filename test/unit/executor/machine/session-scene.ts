// A session with a guest on a TCP port that a test plays, and a record of what the session reports.

import { pino } from 'pino';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { protocolVersion } from '../../../../guest/protocol/frame.js';
import {
  type GuestBody,
  GuestSession,
  type SessionOptions,
} from '../../../../services/executor/machine/session.js';
import type { SessionFault } from '../../../../services/executor/machine/session-events.js';
import { type HostConnection, ready, TcpGuest } from '../tcp-guest.js';

export const generation = 3;

/** What a session has reported, in order, with somebody who waits for more. */
class Reports {
  readonly events: string[] = [];
  readonly faults: SessionFault[] = [];
  readonly bodies: GuestBody[] = [];
  readonly logLines: string[] = [];
  #onMore: () => void = () => undefined;

  tell(event: string): void {
    this.events.push(event);
    this.#onMore();
  }

  /** Resolves when the event has been reported, as often as `times` says. */
  async has(event: string, times = 1): Promise<void> {
    while (this.events.filter((each) => each === event).length < times) {
      await new Promise<void>((resolve) => {
        this.#onMore = resolve;
      });
    }
  }
}

export let guest: TcpGuest;
let link: GuestSession | undefined;

/** A guest on another port, in place of one that was closed. */
export async function replaceGuest(): Promise<void> {
  guest = await TcpGuest.listen();
}

beforeEach(async () => {
  await replaceGuest();
  // The timers of the session, not those of the sockets.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(async () => {
  link?.close();
  link = undefined;
  vi.useRealTimers();
  await guest.close();
});

export function open(
  more: Partial<SessionOptions> = {},
  { isExpected } = { isExpected: true },
): { link: GuestSession; reports: Reports } {
  const reports = new Reports();
  let session = 100;
  const opened = new GuestSession({
    address: guest.address,
    generation,
    log: pino(
      { level: 'error' },
      {
        write: (line) => {
          reports.logLines.push(line);
          reports.tell('logged');
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
    onReady: () => reports.tell('ready'),
    onUnfit: () => reports.tell('unfit'),
    onLost: (reason) => reports.tell(`lost: ${reason}`),
    onBody: (body) => {
      reports.bodies.push(body);
      reports.tell(body.$case);
    },
    onFault: (fault) => {
      reports.faults.push(fault);
      reports.tell(`fault: ${fault.kind}`);
    },
    ...more,
  });
  opened.start();
  if (isExpected) opened.expectReady();
  link = opened;
  return { link: opened, reports };
}

/** A session that is open, and the connection that it is open on. */
export async function openReady(more: Partial<SessionOptions> = {}) {
  const opened = open(more);
  const host = await guest.accept();
  await host.next();
  host.say(ready());
  await opened.reports.has('ready');
  return { ...opened, host };
}

export async function expectHello(host: HostConnection, session: number): Promise<void> {
  expect(await host.next()).toEqual({
    generation,
    session,
    body: {
      $case: 'hello',
      value: {
        protocolVersion,
        timeUs: 123_456n,
        entropy: Buffer.alloc(64, 7),
        nonce: Buffer.alloc(16, 7),
        proof: new Uint8Array(0),
      },
    },
  });
}

export const signal = { $case: 'signal', value: { execution: 1, name: 'SIGINT' } } as const;

/** The host's next connection. Its timer is started when it has noticed the loss of the last one. */
export async function reconnected(): Promise<HostConnection> {
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

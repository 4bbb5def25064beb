import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { encodeFrame } from '../../../../guest/protocol/frame.js';
import { finished, garbledFrame, ready } from '../tcp-guest.js';
import { expectHello, generation, guest, open, openReady, replaceGuest } from './session-scene.js';

describe('a guest that sends garbage', () => {
  it.each([
    ['a garbled frame', garbledFrame],
    ['no message of the protocol', encodeFrame(Uint8Array.of(0xff, 0xff, 0xff))],
    ['a frame without an end', new Uint8Array(200_000).fill(1)],
  ])(
    'a guest that sends garbage (%s) in an open session is a fault, and the session is closed',
    async (_what, bytes) => {
      const { reports, host } = await openReady();
      host.write(bytes);
      await reports.has('fault: corrupt');
      expect(reports.events).toEqual(['ready', 'lost: the session was closed', 'fault: corrupt']);
      await expect(host.ended).resolves.toBe('reset');
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('a guest that sends garbage more than once is one fault', async () => {
    const { reports, host } = await openReady();
    host.write(garbledFrame, garbledFrame, garbledFrame);
    await host.ended;
    expect(reports.faults).toHaveLength(1);
  });

  it('a guest that sends garbage and good frames after it is not listened to any more', async () => {
    const { reports, host } = await openReady();
    host.write(garbledFrame, host.frame(ready()), host.frame(finished(1)));
    await host.ended;
    expect(reports.events).toEqual(['ready', 'lost: the session was closed', 'fault: corrupt']);
  });

  it('a guest that sends garbage and opens the session again after it has no second fault', async () => {
    const { reports, host } = await openReady();
    host.write(garbledFrame, host.frame(ready()), garbledFrame);
    await host.ended;
    expect(reports.faults).toHaveLength(1);
  });

  it('a guest that sends garbage in place of an answer is silent', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    host.write(garbledFrame);
    vi.advanceTimersByTime(15_000);
    expect(reports.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });
});

describe('a guest that does not answer', () => {
  it('a guest that does not answer for 15 s is a fault, and the session is closed', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    vi.advanceTimersByTime(14_999);
    expect(reports.faults).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(reports.faults).toEqual([
      { kind: 'silent', detail: 'the guest server has not opened a session within 15 s' },
    ]);
    await host.ended;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a guest that does not answer and cannot be reached is the same fault', async () => {
    const { address } = guest;
    await guest.close();
    const { reports } = open({ address });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(reports.faults.map(({ kind }) => kind)).toEqual(['silent']);
    await replaceGuest();
  });

  it('a guest that does not answer may take its time while nobody knows that the machine runs', async () => {
    const { link, reports } = open({}, { isExpected: false });
    await guest.accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reports.faults).toEqual([]);
    link.expectReady();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(reports.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });

  it('a guest that does not answer is no fault while its session is open', async () => {
    const { reports } = await openReady();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reports.events).toEqual(['ready']);
  });
});

describe('a guest that is not fit for work', () => {
  it('a guest that is not fit for work because its random generator was not reseeded gets another Hello, and no work', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    host.say(ready());
    await reports.has('ready');
  });

  it.each([
    ['behind', 600_000n],
    ['ahead', -600_000n],
  ])(
    'a guest that is not fit for work because its clock is %s gets another Hello, and no work',
    async (_how, errorUs) => {
      const { reports } = open();
      const host = await guest.accept();
      await expectHello(host, 101);
      host.say(ready({ timeUs: 123_456n - errorUs }));
      await expectHello(host, 101);
      host.say(ready({ timeUs: 123_456n - 400_000n }));
      await reports.has('ready');
    },
  );

  it('a guest that is not fit for work for as long as an answer may take has a fault', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    host.say(ready({ reseeded: false }));
    await expectHello(host, 101);
    vi.advanceTimersByTime(15_000);
    await reports.has('fault: silent');
    expect(reports.faults[0]?.detail).toMatch(/could not be reseeded$/);
  });
});

describe('a guest that has no slot for anybody', () => {
  it('a guest that has no slot for anybody gets another Hello, and no work', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(ready({ capacity: 0 }));
    await expectHello(host, 101);
    host.say(ready());
    await reports.has('ready');
  });
});

describe('a guest that would have us do work for nothing', () => {
  it('a guest that would have us do work for nothing by answering one Hello many times with a wrong clock has one line in the log for each Hello', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const { reports } = open({ log });
    const host = await guest.accept();
    await host.next();
    const refused = host.frame(ready({ reseeded: false }));
    host.write(...Array.from({ length: 500 }, () => refused), host.frame(ready()));
    await reports.has('ready');
    expect(lines.length).toBeLessThanOrEqual(3);
  });

  it('a guest that would have us do work for nothing by cutting each session off is connected to more and more rarely', async () => {
    const { reports } = open();
    for (let times = 1; times <= 6; times += 1) {
      const host = await guest.accept();
      await host.next();
      host.say(ready());
      await reports.has('ready', times);
      host.cut();
      await reports.has('lost: the data channel was cut', times);
      if (times < 6) vi.advanceTimersByTime(50 * 2 ** (times - 1));
    }
    vi.advanceTimersByTime(50 * 2 ** 5 - 1);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    expect(reports.faults).toEqual([]);
  });

  it('a guest that would have us do work for nothing by reading nothing is a fault before it has cost much memory', async () => {
    const { reports, link: opened, host } = await openReady();
    host.stopReading();
    const piece = new Uint8Array(64 * 1024);
    let sentBytes = 0;
    while (reports.faults.length === 0 && sentBytes < 256 * 1024 * 1024) {
      opened.send({ $case: 'input', value: { execution: 1, end: false } }, piece);
      sentBytes += piece.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reports.faults.map(({ kind }) => kind)).toEqual(['silent']);
    expect(reports.faults[0]?.detail).toMatch(/unread$/);
  });
});

describe('a session that the guest does not know', () => {
  const noSession = { $case: 'noSession', value: {} } as const;

  it('a session that the guest does not know is lost, with a fault', async () => {
    const { reports, host } = await openReady();
    host.say(noSession);
    await reports.has('fault: forgotten');
    expect(reports.bodies).toEqual([]);
  });

  it('a session that the guest does not know is found out by a probe each second', async () => {
    const { reports, host } = await openReady();
    vi.advanceTimersByTime(1000);
    expect(await host.next()).toMatchObject({ generation, body: { $case: 'probe' } });
    host.say(noSession);
    await reports.has('fault: forgotten');
  });

  it('a session that the guest does not know goes on where another one is meant', async () => {
    const { reports, host } = await openReady();
    host.say(noSession, { session: host.identity.session + 1 });
    host.say(finished(1));
    await reports.has('finished');
    expect(reports.faults).toEqual([]);
  });

  it('a session that the guest does not know is no fault before it is open: an answer to its Hello is on the way', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    host.say(noSession);
    host.say(ready());
    await reports.has('ready');
    expect(reports.faults).toEqual([]);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { encodeFrame, protocolVersion } from '../../../../guest/protocol/frame.js';
import { finished, garbledFrame, ready, TcpGuest } from '../tcp-guest.js';
import {
  expectHello,
  generation,
  guest,
  open,
  openReady,
  reconnected,
  signal,
} from './session-scene.js';

describe('a session', () => {
  it('a session is opened by a Hello with the time and entropy', async () => {
    open();
    await expectHello(await guest.accept(), 101);
  });

  it('a session has its Hello repeated until the guest answers, and not any longer', async () => {
    const { reports, link: opened } = open();
    const host = await guest.accept();
    await expectHello(host, 101);
    vi.advanceTimersByTime(1000);
    await expectHello(host, 101);
    vi.advanceTimersByTime(1000);
    await expectHello(host, 101);
    host.say(ready());
    await reports.has('ready');
    vi.advanceTimersByTime(1000);
    expect((await host.next()).body).toMatchObject({ $case: 'probe' });
    opened.send(signal);
    expect((await host.next()).body).toEqual(signal);
  });

  it('a session is open once, however often the guest says so', async () => {
    const { reports, host } = await openReady();
    host.write(host.frame(ready()), host.frame(ready()), host.frame(finished(1)));
    await reports.has('finished');
    expect(reports.events).toEqual(['ready', 'finished']);
  });

  it('a session carries what belongs to executions in both directions', async () => {
    const { reports, host, link: opened } = await openReady();
    host.say(finished(5));
    await reports.has('finished');
    expect(reports.bodies).toEqual([finished(5)]);
    opened.send(signal);
    expect(await host.next()).toEqual({ generation, session: 101, body: signal });
  });

  it('a session hands on the bytes that a frame announces', async () => {
    const payloads: Uint8Array[] = [];
    const {
      reports,
      host,
      link: opened,
    } = await openReady({
      onBody: (body, payload) => {
        payloads.push(payload);
        reports.tell(body.$case);
      },
    });
    host.say(finished(5));
    await reports.has('finished');
    expect(payloads.map(({ length }) => length)).toEqual([0]);
    opened.send({ $case: 'source', value: { execution: 5 } }, Buffer.from('code'));
    expect((await host.next()).body?.$case).toBe('source');
  });

  it('a session takes nothing before the guest has opened it', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    host.write(host.frame(finished(1)), host.frame(ready()));
    await reports.has('ready');
    expect(reports.events).toEqual(['ready']);
  });

  it('a session takes no frame of another session or generation', async () => {
    const { reports } = open();
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
    await reports.has('finished');
    expect(reports.events).toEqual(['ready', 'finished']);
    expect(reports.bodies).toEqual([finished(4)]);
  });

  it('a session is found after what an earlier one has left on the connection', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    const late = host.frame(finished(1));
    const noMessage = encodeFrame(Uint8Array.of(0xff, 0xff, 0xff));
    host.write(late.subarray(3), garbledFrame, noMessage, host.frame(ready()));
    await reports.has('ready');
    expect(reports.faults).toEqual([]);
  });

  it('a session never opens with a guest of another version of the protocol, and the log says why', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    host.write(
      host.frame(ready({ protocolVersion: protocolVersion + 1 })),
      host.frame(finished(1)),
    );
    await reports.has('logged');
    expect(reports.logLines.join()).toContain('another version');
    // What came on the first connection was read when the second is there.
    host.cut();
    await vi.advanceTimersByTimeAsync(0);
    await reconnected();
    expect(reports.events).toEqual(['logged', 'unfit']);
  });

  it('a session may be on a Unix socket', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-link-'));
    const unixGuest = await TcpGuest.listen(join(directory, 'data'));
    const { reports, link: opened } = open({ address: unixGuest.address });
    const host = await unixGuest.accept();
    await host.next();
    host.say(ready());
    await reports.has('ready');
    opened.close();
    await host.ended;
    expect(reports.events).toEqual(['ready', 'lost: the session was closed']);
    await unixGuest.close();
    await rm(directory, { recursive: true });
  });
});

describe('a session that is cut', () => {
  it('a session that is cut reports the loss once, connects again, and opens another session', async () => {
    const { reports, host } = await openReady();
    host.cut();
    await reports.has('lost: the data channel was cut');
    const again = await reconnected();
    await expectHello(again, 102);
    again.say(ready());
    await reports.has('ready', 2);
    expect(reports.events).toEqual(['ready', 'lost: the data channel was cut', 'ready']);
  });

  it('a session that is cut does not take frames of the session before', async () => {
    const { reports, host } = await openReady();
    host.cut();
    const again = await reconnected();
    await again.next();
    again.write(
      again.frame(ready(), { session: 101 }),
      again.frame(finished(1), { session: 101 }),
      again.frame(ready()),
      again.frame(finished(2)),
    );
    await reports.has('finished');
    expect(reports.bodies).toEqual([finished(2)]);
  });

  it('a session that is cut before it was open is not reported as lost', async () => {
    const { reports } = open();
    const host = await guest.accept();
    await host.next();
    host.cut();
    await expectHello(await reconnected(), 102);
    expect(reports.events).toEqual([]);
  });

  it('a session that is cut drops what is sent meanwhile', async () => {
    const { reports, host, link: opened } = await openReady();
    host.cut();
    await reports.has('lost: the data channel was cut');
    opened.send(signal);
    await expectHello(await reconnected(), 102);
  });

  it('a session that is cut is silent where its guest never answers again', async () => {
    const { reports, host } = await openReady();
    host.cut();
    await reports.has('lost: the data channel was cut');
    const again = await reconnected();
    await again.next();
    vi.advanceTimersByTime(15_000);
    expect(reports.faults.map(({ kind }) => kind)).toEqual(['silent']);
  });
});

describe('a session that is restarted', () => {
  it('a session that is restarted resets the connection, reports the loss, and opens another session', async () => {
    const { reports, host, link: opened } = await openReady();
    opened.restart('an execution did not end');
    await expect(host.ended).resolves.toBe('reset');
    await reports.has('lost: an execution did not end');
    const again = await reconnected();
    await expectHello(again, 102);
    again.say(ready());
    await reports.has('ready', 2);
    expect(reports.faults).toEqual([]);
  });
});

describe('a session that is closed', () => {
  it('a session that is closed resets the connection, so that no byte of it is read by a guest that is reverted', async () => {
    const { reports, host, link: opened } = await openReady();
    opened.close();
    await expect(host.ended).resolves.toBe('reset');
    expect(reports.events).toEqual(['ready', 'lost: the session was closed']);
  });

  it('a session that is closed is closed once, and has no timer left that would connect again', async () => {
    const { reports, host, link: opened } = await openReady();
    opened.close();
    opened.close();
    await host.ended;
    expect(reports.events).toEqual(['ready', 'lost: the session was closed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a session that is closed while it connects has no timer left either', async () => {
    const { reports, link: opened } = open();
    opened.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reports.events).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a session that is closed while it waits to connect again has no timer left either', async () => {
    const { reports, host, link: opened } = await openReady();
    host.cut();
    await reports.has('lost: the data channel was cut');
    opened.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(reports.events).toEqual(['ready', 'lost: the data channel was cut']);
  });

  it('a session that is closed takes nothing more', async () => {
    const { host, link: opened } = await openReady();
    opened.close();
    expect(() => opened.send(signal)).not.toThrow();
    await expect(host.ended).resolves.toBe('reset');
  });
});

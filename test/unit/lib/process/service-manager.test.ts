// What systemd hears from a service.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  pingIntervalMs,
  serviceManagerOf,
} from '../../../../services/lib/process/service-manager.js';

const log = pino({ level: 'silent' });

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-notify-'));
  const path = join(directory, 'systemd-notify');
  writeFileSync(path, `#!/bin/sh\necho "$1 $NOTIFY_SOCKET" >>'${directory}/messages'\n`);
  chmodSync(path, 0o755);
});

afterEach(() => {
  process.removeAllListeners('SIGHUP');
  rmSync(directory, { recursive: true });
});

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const path = [directory, process.env['PATH']].join(delimiter);
  return { PATH: path, NOTIFY_SOCKET: '/run/notify', ...more };
}

function messages(): string[] {
  return readFileSync(join(directory, 'messages'), 'utf8').trim().split('\n');
}

describe('what systemd hears from a service', () => {
  it('a service reports that it serves and that it stops', async () => {
    const manager = serviceManagerOf(environment(), log);
    await manager.ready();
    await manager.stopping();
    expect(messages()).toEqual(['READY=1 /run/notify', 'STOPPING=1 /run/notify']);
  });

  it('a service that is watched reports again and again that it is alive', async () => {
    const manager = serviceManagerOf(environment({ WATCHDOG_USEC: '60000' }), log);
    await manager.ready();
    await vi.waitFor(() =>
      expect(messages().filter((line) => line.startsWith('WATCHDOG=1')).length).toBeGreaterThan(1),
    );
    await manager.stopping();
  });

  it('without a socket of systemd nothing is started', async () => {
    const manager = serviceManagerOf(environment({ NOTIFY_SOCKET: '' }), log);
    await manager.ready();
    await manager.stopping();
    expect(() => messages()).toThrow('ENOENT');
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });

  it('a reload does not end the service', async () => {
    await serviceManagerOf(environment(), log).ready();
    expect(process.listenerCount('SIGHUP')).toBe(1);
  });

  it('a systemd that can’t be reached is a warning and no failure', async () => {
    const ownLog = pino({ level: 'silent' });
    const warn = vi.spyOn(ownLog, 'warn');
    const manager = serviceManagerOf(environment({ PATH: '/nonexistent' }), ownLog);
    await manager.ready();
    await manager.stopping();
    expect(warn).toHaveBeenCalledOnce();
  });

  it('a service pings three times in the time that systemd waits, if it is the one that is meant', () => {
    expect(pingIntervalMs({ WATCHDOG_USEC: '30000000' })).toBe(10_000);
    expect(pingIntervalMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7)).toBe(10_000);
    expect(pingIntervalMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 8)).toBeUndefined();
    expect(pingIntervalMs({})).toBeUndefined();
  });
});

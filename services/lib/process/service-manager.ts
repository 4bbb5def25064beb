// Reports to systemd how a service is: started, alive, stopping. Without NOTIFY_SOCKET nothing is reported.

import { execa } from 'execa';
import type { Log } from './log.js';

/** What systemd learns of this process. */
export interface ServiceManager {
  /** The service serves. From now on systemd also learns, at the pace it asks for, that the process is alive. */
  ready(): Promise<void>;
  /** The service has begun to stop. */
  stopping(): Promise<void>;
}

/** Pings in the time after which systemd ends a silent service. One may be late. */
const pingsPerTimeout = 3;

/** systemd-notify waits until systemd has read its message. */
const reportTimeoutMs = 5000;

/**
 * Node.js has no datagram sockets of the Unix kind, so systemd-notify sends each message. A process that hangs starts
 * none, and systemd starts the service again.
 */
export function serviceManagerOf(environment: NodeJS.ProcessEnv, log: Log): ServiceManager {
  if (!environment['NOTIFY_SOCKET']) {
    return { ready: () => Promise.resolve(), stopping: () => Promise.resolve() };
  }
  const report = reporter(environment, log);
  let pings: NodeJS.Timeout | undefined;
  return {
    ready: async () => {
      // A reload. Unanswered, the signal would end the process.
      process.on('SIGHUP', () =>
        log.info('tokens and certificates are read again when they change'),
      );
      await report('READY=1');
      const pingMs = pingIntervalMs(environment);
      if (pingMs === undefined) return;
      pings = setInterval(() => void report('WATCHDOG=1'), pingMs).unref();
    },
    // A stop has a time limit of its own, and needs no more pings.
    stopping: () => {
      clearInterval(pings);
      return report('STOPPING=1');
    },
  };
}

/** How often systemd wants to hear from this process; `undefined` where it does not. */
export function pingIntervalMs(
  environment: NodeJS.ProcessEnv,
  pid = process.pid,
): number | undefined {
  const timeoutMicros = Number(environment['WATCHDOG_USEC']);
  const meantPid = environment['WATCHDOG_PID'];
  if (!(timeoutMicros > 0) || (meantPid && Number(meantPid) !== pid)) return undefined;
  return Math.max(1, Math.floor(timeoutMicros / 1000 / pingsPerTimeout));
}

function reporter(environment: NodeJS.ProcessEnv, log: Log): (state: string) => Promise<void> {
  let hasFailed = false;
  return async (state) => {
    const result = await execa('systemd-notify', [state], {
      env: environment,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: reportTimeoutMs,
      cleanup: false,
    });
    if (result.failed && !hasFailed) {
      log.warn({ state, reason: result.stderr || result.shortMessage }, "systemd can't be reached");
    }
    hasFailed = result.failed;
  };
}

// Answers the agent checks of load balancers: a balancer connects, reads one line, and closes.

import type { Socket } from 'node:net';
import type { Address } from '../../lib/config/address.js';
import { type Clock, sleep } from '../../lib/process/clock.js';
import type { Log } from '../../lib/process/log.js';
import { cutOffSoon } from '../../lib/rpc/linger.js';
import { type Listener, openListener } from '../../lib/rpc/listener.js';
import type { Availability } from '../availability.js';
import { agentAnswer } from './answer.js';

/** Balancers as `pbot-vm cluster haproxy` configures them ask twice in this time. */
const noticeMs = 1200;

/** A balancer that has not asked for so long is gone. */
const recentMs = 10_000;

/** Each balancer has one for each of its backends. */
const maxConnections = 64;

/** Where load balancers ask. */
export interface Agent extends Listener {
  /**
   * Resolves when balancers have had time to learn what is answered now; at once where none asks.
   *
   * @returns whether one asks
   */
  noticed(): Promise<boolean>;
}

/** @throws UserError where the address can't be listened on */
export async function openAgent(
  address: Address,
  options: { availability: () => Availability; clock: Clock; log: Log },
): Promise<Agent> {
  const { availability, clock, log } = options;
  let lastAskedMs = Number.NEGATIVE_INFINITY;
  const listener = await openListener(address, {
    onConnection: ({ socket }) => {
      lastAskedMs = clock.nowMs();
      answer(socket, agentAnswer(availability()));
    },
    maxConnections,
    log,
  });
  return {
    ...listener,
    async noticed() {
      const isAsked = clock.nowMs() - lastAskedMs < recentMs;
      if (isAsked) await sleep(clock, noticeMs);
      return isAsked;
    },
  };
}

function answer(socket: Socket, line: string): void {
  socket.on('error', () => socket.destroy());
  socket.resume().end(line);
  cutOffSoon(socket);
}

// What a load balancer's agent check is answered: whether this host takes work, and how much at once. Pure.

import type { Availability } from '../availability.js';

/**
 * One line in the words of HAProxy's agent check. Where no work is taken, that is `drain` and never `down`: a repeated
 * request still goes to a drained host, which alone knows whether the first one ran. The host of a dead Executor is found
 * to be down by the balancer itself.
 */
export function agentAnswer({ state, slots }: Pick<Availability, 'state' | 'slots'>): string {
  // `up` and `ready` end what an earlier `down` or `drain` has begun.
  return state === 'available' ? `up ready maxconn:${slots}\n` : 'drain\n';
}

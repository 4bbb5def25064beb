// Follows whether an Executor takes work, for those who tell others: the health of gRPC and the agent of a load balancer.

import type { Availability } from './availability.js';
import type { Executor } from './executor.js';

/** The listener gets the availability at once, and again after each change of its state or of its slots. */
export function watchAvailability(
  executor: Pick<Executor, 'availability' | 'intake' | 'machines'>,
  listener: (availability: Availability) => void,
): void {
  let last: Availability | undefined;
  const look = () => {
    const current = executor.availability;
    if (last?.state === current.state && last.slots === current.slots) return;
    last = current;
    listener(current);
  };
  executor.intake.onChange(look);
  for (const machine of executor.machines) machine.onChange(look);
  look();
}

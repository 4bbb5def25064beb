// A process of its own that attacks a port again and again until it is ended, and reports how its connections end.
// It sends a message when it is ready, and begins when it gets one.

import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { benchAttacks } from './hostile-bench-attacks.js';

/** A connection that is not ended by then goes on. */
const patienceMs = 2000;

const [name, port, path = ''] = process.argv.slice(2);
const attack = benchAttacks.find((each) => each.name === name);

// What is measured is the Executor, not who gets the processors of this host.
setPriority(constants.priority.PRIORITY_LOW);
process.send?.('here');
await once(process, 'message');

for (;;) {
  const clients = (await attack?.run(Number(port), { path })) ?? [];
  for (const client of clients) {
    const end = await Promise.race([client.ended, sleep(patienceMs)]);
    process.send?.(end?.text ?? 'goes on');
  }
  if (clients.length > 1) await sleep(patienceMs);
  for (const client of clients) client.close();
}

// A process of its own that attacks a port again and again until it is ended, and reports how its connections end.

import { setTimeout as sleep } from 'node:timers/promises';
import { benchAttacks } from './hostile-bench-attacks.js';

/** A connection that is not ended by then goes on. */
const patienceMs = 2000;

const [name, port, path = ''] = process.argv.slice(2);
const attack = benchAttacks.find((each) => each.name === name);

for (;;) {
  const clients = (await attack?.run(Number(port), { path })) ?? [];
  for (const client of clients) {
    const end = await Promise.race([client.ended, sleep(patienceMs)]);
    process.send?.(end?.text ?? 'goes on');
  }
  if (clients.length > 1) await sleep(patienceMs);
  for (const client of clients) client.close();
}

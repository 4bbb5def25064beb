import { afterAll, describe, expect, inject, test } from 'vitest';
import { Clients, textOf } from '../support/clients.js';
import { detachedServer, killService } from '../support/service-processes.js';

const environment = inject('machine');
const clients = new Clients(environment);

afterAll(() => clients.close());

const noWait = { seconds: 0n, nanos: 0 };

describe('the death of the Watchdog of a real machine', () => {
  test('the death of the Watchdog of a real machine ends no program, and no request is rejected until there is another', async () => {
    const { generation } = await clients.ready();
    const long = clients.execute({ code: 'sleep 8; echo end' });
    await killService(await detachedServer(environment), 'watchdog');
    let last = generation;
    let count = 0;
    while (last === generation) {
      count += 1;
      const { run, ...result } = await clients.execute({
        code: `echo hello ${count}`,
        maxWait: noWait,
      });
      expect(textOf(run?.stdout)).toBe(`hello ${count}\n`);
      last = result.generation;
    }
    expect(textOf((await long).run?.stdout)).toBe('end\n');
    const machine = await clients.ready(generation);
    expect(machine.generation).toBe(last);
    expect(machine.revertCount).toBe(0);
  });
});

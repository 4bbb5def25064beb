import { afterAll, describe, expect, inject, test } from 'vitest';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());

describe('a busy machine', () => {
  test('a busy machine is no dead machine while programs keep its processors busy longer than any heartbeat may be missed', async () => {
    const { generation, revertCount } = await clients.ready();
    const { run } = await clients.execute({
      code: 'for i in 1 2 3 4 5 6; do (while :; do :; done) & done; sleep 18; echo over',
    });
    expect(textOf(run?.stdout)).toBe('over\n');
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    const after = await clients.execute({ code: 'echo hello' });
    expect(textOf(after.run?.stdout)).toBe('hello\n');
    expect(await clients.ready()).toMatchObject({ generation, revertCount });
  });
});

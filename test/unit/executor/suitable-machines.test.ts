import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programRequest } from '../../../services/executor/api/conversions.js';
import type { Executor } from '../../../services/executor/executor.js';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { untold } from '../../support/untried-language.js';
import { guestExecutor } from './guest-executor.js';
import { type HostConnection, ready, TcpGuest } from './tcp-guest.js';

/** Two machines: the older and the newer Python. */
const versions = ['Python 3.13.5', 'Python 3.14.0'];

let guests: TcpGuest[];
let connections: HostConnection[];
let executor: Executor;

beforeEach(async () => {
  guests = [await TcpGuest.listen(), await TcpGuest.listen()];
  executor = guestExecutor(
    guests.map(({ address }, index) => ({ name: `vm-${index}`, dataAddress: address })),
  );
  connections = [];
  for (const [index, guest] of guests.entries()) {
    executor.applyWatchdogState(`vm-${index}`, { state: 'ready', generation: 1, isPristine: true });
    const connection = await guest.accept();
    await connection.next();
    connections.push(connection);
    const machine = executor.machines[index];
    const connected = new Promise<void>((resolve) => {
      machine?.onChange(() => machine.isConnected && resolve());
    });
    connection.say(ready({ languages: [python(versions[index] ?? '')] }));
    await connected;
  }
});

afterEach(async () => {
  executor.close();
  for (const guest of guests) await guest.close();
});

const python = (version: string) => ({
  name: 'python3',
  aliases: ['py'],
  version,
  compiled: false,
  sourceFile: 'program.py',
  ...untold,
});

async function begin(language: string): Promise<void> {
  await executor.begin({
    program: programRequest(Program.fromPartial({ language, code: '1' })),
    keepsOutput: true,
    sink: () => Promise.resolve(),
    signal: new AbortController().signal,
    client: { name: 'somebody', isKnown: false },
  });
}

describe('a language that two machines have in two versions', () => {
  it('a program goes to the machine with the version that it asks for', async () => {
    await begin('py@3.14');
    const { body } = (await connections[1]?.next()) ?? {};
    expect(body).toMatchObject({ $case: 'start', value: { language: 'python3' } });
    expect(executor.machines.map(({ running }) => running)).toEqual([0, 1]);
  });

  it('both versions are listed', () => {
    expect(executor.languages.map(({ version }) => version)).toEqual(versions);
  });

  it('a version that no machine has is refused, with those that there are', async () => {
    await expect(begin('python3@3.15')).rejects.toThrow(
      "Language 'python3@3.15' is not supported.\nSupported languages are: python3@3.13.5, python3@3.14.0",
    );
  });

  it('a language that no machine has is refused without versions', async () => {
    await expect(begin('ruby')).rejects.toThrow('Supported languages are: python3');
  });
});

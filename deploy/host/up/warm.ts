// Warms a machine up before its snapshot is taken: runs each language until its compiler is in memory.

import { catalogue } from '../../../guest/languages/catalogue.js';
import {
  ExecutorServiceService,
  Limit,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { type ClientAccess, connect } from '../../../services/lib/access/client-access.js';
import type { Address } from '../../../services/lib/config/address.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { RpcClient } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';

/** A first run reads the compiler from the disk, and under emulation translates it as well. */
const warmLimitMs = 240_000;

/** The second run is the one that users will see. A machine that serves for minutes does with one. */
const roundsOf = (isProvisional: boolean) => (isProvisional ? 1 : 2);

/**
 * Runs a small program in each language of the machine, and ends one early. The snapshot then holds the compilers and
 * interpreters in memory, as the specification advises.
 *
 * @throws UserError where one does not print what it should
 */
export async function warmMachine(options: {
  address: Address;
  access: ClientAccess;
  /** Name of the machine, which may be one of several. */
  machine: string;
  /** The machine is soon made again with more languages. */
  isProvisional: boolean;
  onLanguage: (name: string) => void;
}): Promise<void> {
  const rounds = roundsOf(options.isProvisional);
  const client = connect(ExecutorServiceService, options);
  try {
    const { languages } = await client.listLanguages({}, { timeoutMs: warmLimitMs });
    for (const { name } of languages) {
      options.onLanguage(name);
      for (let round = 0; round < rounds; round += 1) {
        await sayHello(client, { language: name, machine: options.machine }).catch(ignoreMissing);
      }
    }
    for (let round = 0; round < rounds; round += 1) {
      await startDebugger(client, options.machine).catch(ignoreMissing);
      await endEarly(client, options.machine).catch(ignoreMissing);
    }
  } finally {
    client.close();
  }
}

/** The debugger explains crashes of programs; from the disk it would take seconds. Without one there is nothing to do. */
async function startDebugger(
  client: RpcClient<ExecutorServiceService>,
  machine: string,
): Promise<void> {
  const program = Program.fromPartial({
    language: 'sh',
    machine,
    code: debuggedProgram,
    requestId: 'warm-up',
  });
  await client.execute({ program }, { timeoutMs: warmLimitMs });
}

const debuggedProgram = `
echo 'int main(void) { return 0; }' >program.c
gcc -g program.c -o program && gdb -nx -batch -ex 'break main' -ex run -ex 'python print(1)' ./program
`;

/** Ends a program before its own end, so that the snapshot holds the code for that too and no client waits for it. */
async function endEarly(client: RpcClient<ExecutorServiceService>, machine: string): Promise<void> {
  const program = Program.fromPartial({
    language: 'sh',
    machine,
    code: 'echo part; sleep 60',
    requestId: 'warm-up',
  });
  for await (const { event } of client.streamExecute({ program })) {
    if (event?.$case === 'output') break;
  }
}

/** The languages are those of all machines together. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof RpcError) || error.reason !== 'LANGUAGE_NOT_SUPPORTED') throw error;
}

async function sayHello(
  client: RpcClient<ExecutorServiceService>,
  { language, machine }: { language: string; machine: string },
): Promise<void> {
  const known = catalogue.find(({ name }) => name === language);
  if (known === undefined || !known.isWarmed) return;
  const code = known.hello;
  const program = Program.fromPartial({ language, machine, code, requestId: 'warm-up' });
  const { result } = await client.execute({ program }, { timeoutMs: warmLimitMs });
  const phase = result?.run ?? result?.compile;
  const printed = Buffer.from(phase?.stdout?.data ?? []).toString();
  if (printed === 'hello\n' || printed === 'hello') return;
  const said = Buffer.from(phase?.stderr?.data ?? []).toString();
  const limit = phase === undefined || phase.limit === Limit.UNSPECIFIED ? '' : ' (limit passed)';
  throw new UserError(`${language} does not work in the machine${limit}: ${printed}${said}`);
}

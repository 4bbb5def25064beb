// vm-client: what PBot calls for each program. It sends what it was given, and prints the one text that PBot shows. It is started for
// each line, so that it loads little: lines go to an Executor of this host over a plain connection. What else there is, such as TLS,
// tokens, traces and help, is loaded where it is needed.

import { formatAddress, isLoopback } from '../lib/config/address.js';
import { UserError } from '../lib/process/user-error.js';
import { joinArguments } from './arguments.js';
import { clientServers } from './client-servers.js';
import { askInTurn, lineOf } from './line-client.js';

const argv = process.argv.slice(2);
void main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`vm-client: ${error.message}\n`);
  process.exitCode = 2;
});

async function main(): Promise<void> {
  const servers = clientServers(process.env);
  if (asksForHelp() || asksForTraces() || !servers.every(isLoopback)) {
    const { runByGrpc } = await import('./vm-client-by-grpc.js');
    await runByGrpc(argv, servers);
    return;
  }
  const answer = await askInTurn(servers, lineOf(joinArguments(argv)));
  const places = servers.map(formatAddress).join(', ');
  process.stdout.write(answer ?? `No Executor answers at ${places}: vm-server is not running.\n`);
}

/** Beside other words these belong to the line that a user of PBot has written. */
function asksForHelp(): boolean {
  return argv.length === 1 && ['--help', '-h', '--version'].includes(argv[0] ?? '');
}

function asksForTraces(): boolean {
  return Object.keys(process.env).some((name) => name.startsWith('OTEL_'));
}

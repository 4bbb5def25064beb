// What vm-client does beyond a plain connection to an Executor of this host: TLS, tokens, traces, help.

import { PbotServiceService } from '../gen/pbot/vm/v1/pbot.js';
import { connect } from '../lib/access/client-access.js';
import { accessSettings } from '../lib/access/settings.js';
import type { Address } from '../lib/config/address.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { readSettings, type Values } from '../lib/config/settings.js';
import { RpcError } from '../lib/rpc/error.js';
import { telemetrySettings } from '../lib/telemetry/settings.js';
import { joinArguments } from './arguments.js';
import { startClientTelemetry } from './client-telemetry.js';
import { environmentHelp } from './environment-help.js';
import { describeFailure } from './executor-client.js';
import { describeIfAsked, programCommand, runProgram } from './program.js';
import { retryUnstarted } from './retry.js';

const { timeoutMs } = executionSettings;
const settings = { timeoutMs, ...accessSettings, ...telemetrySettings };
type Config = Values<typeof settings>;

const command = programCommand('vm-client')
  .usage('JSON | [-lang=LANGUAGE] [OPTIONS] CODE')
  .description(
    "What PBot calls: takes PBot's JSON (lang, code, nick, channel, ...) or a plain command line, has the program run in the virtual machine and prints one text, as port 9000 answers a line.",
  )
  .helpOption(false)
  .addHelpText(
    'after',
    `
A program that was not started is sent again, for up to 5 seconds; one that may have run is not.

PBOTVM_SERVER is the Executor: a port, host:port or unix:/path, by default 9000; or several by comma, tried in turn. Where it is
not set, PBOTVM_ADDR and PBOTVM_PORT are the host and the port.

Exit code: 0, whatever the program did; where no Executor answers, the text says so. 2 for wrong usage.
${environmentHelp(settings)}`,
  );

/** The Executor answers within its own limit, after the queue; this is for one that hangs. */
const answerGraceMs = 15 * 60_000;

/** Answers through the first of some Executors that is there. */
export async function runByGrpc(
  argv: readonly string[],
  servers: readonly Address[],
): Promise<void> {
  await runProgram('vm-client', async () => {
    describeIfAsked(command, argv);
    const config = readSettings(settings, process.env);
    const stopTelemetry = await startClientTelemetry('vm-client', config);
    const text = await answerOfFirst(servers, joinArguments(argv), config);
    if (text !== '') process.stdout.write(`${text}\n`);
    await stopTelemetry();
  });
}

async function answerOfFirst(
  servers: readonly Address[],
  line: string,
  config: Config,
): Promise<string> {
  const failures: string[] = [];
  for (const server of servers) {
    try {
      return await answer(server, line, config);
    } catch (error) {
      const rpcError = RpcError.from(error);
      if (!rpcError.isOfConnection) return rpcError.message;
      failures.push(describeFailure(rpcError, server));
    }
  }
  return failures.join('; ');
}

/** @throws RpcError */
async function answer(address: Address, line: string, config: Config): Promise<string> {
  const client = connect(PbotServiceService, { address, access: config });
  const limits = { timeoutMs: config.timeoutMs + answerGraceMs };
  try {
    const { text } = await retryUnstarted((onHeaders) =>
      client.answer({ line }, { ...limits, onHeaders }),
    );
    return text;
  } finally {
    client.close();
  }
}

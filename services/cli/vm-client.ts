// vm-client: what PBot calls for each program. It answers with the one text that PBot shows.

import { PbotServiceService } from '../gen/pbot/vm/v1/pbot.js';
import { connect } from '../lib/access/client-access.js';
import { accessSettings } from '../lib/access/settings.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { readSettings, type Values } from '../lib/config/settings.js';
import { RpcError } from '../lib/rpc/error.js';
import { telemetrySettings } from '../lib/telemetry/settings.js';
import { joinArguments } from './arguments.js';
import { startClientTelemetry } from './client-telemetry.js';
import { environmentHelp } from './environment-help.js';
import { describeFailure } from './executor-client.js';
import { describeIfAsked, exitCodes, programCommand, runProgram } from './program.js';
import { retryUnstarted } from './retry.js';

const { server } = serviceAddresses;
const { timeoutMs } = executionSettings;
const settings = { server, timeoutMs, ...accessSettings, ...telemetrySettings };
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

Exit code: 0 where there is an answer, whatever the program did; 1 where no Executor answers;
2 for wrong usage.
${environmentHelp(settings)}`,
  );

/** The Executor answers within its own limit, after the queue; this is for one that hangs. */
const answerGraceMs = 15 * 60_000;

const argv = process.argv.slice(2);
await runProgram('vm-client', main);

async function main(): Promise<void> {
  describeIfAsked(command, argv);
  const config = readSettings(settings, process.env);
  const stopTelemetry = await startClientTelemetry('vm-client', config);
  const text = await answer(joinArguments(argv), config);
  if (text !== '') process.stdout.write(`${text}\n`);
  await stopTelemetry();
}

async function answer(line: string, config: Config): Promise<string> {
  const client = connect(PbotServiceService, { address: config.server, access: config });
  const limits = { timeoutMs: config.timeoutMs + answerGraceMs };
  try {
    const { text } = await retryUnstarted((onHeaders) =>
      client.answer({ line }, { ...limits, onHeaders }),
    );
    return text;
  } catch (error) {
    const rpcError = RpcError.from(error);
    if (!rpcError.isOfConnection) return rpcError.message;
    process.stderr.write(`vm-client: ${describeFailure(rpcError, config.server)}\n`);
    process.exitCode = exitCodes.failure;
    return '';
  } finally {
    client.close();
  }
}

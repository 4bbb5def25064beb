// What vm-exec does: finds the Executor, sends it the program, and prints what comes back.

import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  ExecutionResult,
  InteractRequest,
  InteractResponse,
} from '../gen/pbot/vm/v1/executor.js';
import { OutputStream, Program } from '../gen/pbot/vm/v1/executor.js';
import { accessSettings } from '../lib/access/settings.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { machineSettings } from '../lib/config/machine-settings.js';
import { secretOf } from '../lib/config/secret.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { readSettings, type Values } from '../lib/config/settings.js';
import { CleanupStack } from '../lib/process/cleanup.js';
import { UserError } from '../lib/process/user-error.js';
import { errorBeforeHeaders, isOfService } from '../lib/rpc/client.js';
import { RpcError } from '../lib/rpc/error.js';
import { isAnswered } from '../lib/rpc/listener.js';
import { logLevel, telemetrySettings } from '../lib/telemetry/settings.js';
import { languagesText } from '../pbot/presentation/texts.js';
import { joinArguments } from './arguments.js';
import { startClientTelemetry } from './client-telemetry.js';
import { environmentHelp } from './environment-help.js';
import { type ExecRequest, readExecLine } from './exec-line.js';
import { type ExecOptions, execCommand, takeExecOptions } from './exec-options.js';
import { describeResult, exitCodeOf, exitCodes, nameOf } from './exec-result.js';
import { connectExecutor, describeFailure } from './executor-client.js';
import { LocalFileError, readSourceFile, writeOutputFile } from './local-files.js';
import { printable, quotedCommand } from './printable.js';
import { describeIfAsked, exitWhenWritten, runProgram } from './program.js';
import { retryUnstarted } from './retry.js';
import type { DirectOptions } from './vm-exec-directly.js';

const { server } = serviceAddresses;
const { serial, domain, machines, secret } = machineSettings;
const own = { server, serial, domain, machines, secret, ...executionSettings, logLevel };
const settings = { ...own, ...accessSettings, ...telemetrySettings };
type Config = Values<typeof settings>;

const argv = process.argv.slice(2);

// Node.js would take 5 ms to see the connection closed, and to take its memory apart.
void runProgram('vm-exec', main, { failure: exitCodes.notRun }).then(exitWhenWritten);

async function main(): Promise<void> {
  describeIfAsked(execCommand().addHelpText('after', environmentHelp(settings)), argv);
  const config = readSettings(settings, process.env);
  const options = takeExecOptions(argv);
  const line = joinArguments(options.words);
  const request = readExecLine(line, { mayLackCode: options.files.length > 0 });
  const cleanup = new CleanupStack();
  // A shell may hold the other end open for as long as it likes.
  cleanup.defer(() => process.stdin.destroy());
  cleanup.defer(await startClientTelemetry('vm-exec', config));
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    await runRequest({ request, options, config, cleanup, signal: interrupt.signal });
  } catch (error) {
    if (error instanceof UserError) throw error;
    log(describeFailure(RpcError.from(error), config.server));
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : exitCodes.notRun;
  } finally {
    await cleanup.run();
  }
}

async function runRequest(options: {
  request: ExecRequest;
  options: ExecOptions;
  config: Config;
  cleanup: CleanupStack;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}): Promise<void> {
  const { request, config, cleanup, signal } = options;
  const { files, outputFiles, outputDirectory, direct, check } = options.options;
  const address = await findExecutor(config, cleanup, direct);
  const client = connectExecutor({ address, access: config });
  cleanup.defer(() => client.close());
  if (request.kind === 'languages') {
    const limits = { timeoutMs: 10_000, signal };
    const { languages } = await retryUnstarted(() => client.listLanguages({}, limits), { signal });
    process.stdout.write(`${languagesText(languages.map(({ name }) => name))}\n`);
    return;
  }
  const { options: compilerOptions, arguments: args, ...rest } = request.program;
  const program = Program.fromPartial({
    ...rest,
    options: [...compilerOptions],
    arguments: [...args],
    unbuffered: true,
    files: await Promise.all(files.map(readSourceFile)),
    outputFiles: [...outputFiles],
    check,
  });
  log(`asking the Executor at ${formatAddress(address)} to run ${program.language}`);
  const result = await retryUnstarted(
    (onStarted) => interact(client.interact(), { program, signal, onStarted }),
    { signal },
  );
  const exitCode = exitCodeOf(result);
  const areAllPut = await putFiles(result, outputDirectory);
  // The program's own failure says more.
  process.exitCode = exitCode === 0 && !areAllPut ? exitCodes.fileNotWritten : exitCode;
}

/**
 * The Executor; or one of our own that opens the data channel itself, so that a guest can be tried before anything else is
 * set up. That needs `--direct`, or PBOTVM_SERVER is not set and either PBOTVM_SERIAL is or no Executor answers: where an
 * Executor is named, a program never runs elsewhere.
 *
 * @throws UserError
 */
async function findExecutor(
  config: Config,
  cleanup: CleanupStack,
  isDirect: boolean,
): Promise<Address> {
  const isServerNamed = Boolean(process.env[server.variable]);
  const isSerialMeant = isDirect || (!isServerNamed && Boolean(process.env[serial.variable]));
  const mayBeDirect = isSerialMeant || !(isServerNamed || (await isAnswered(config.server)));
  if (!mayBeDirect) return config.server;
  const { name, data, secret: shared } = firstMachine(config);
  if (!(await isAnswered(data))) {
    const machine = `no machine answers at ${formatAddress(data)}`;
    throw new UserError(
      isSerialMeant
        ? `${machine}: start it, or set ${serial.variable}`
        : `no Executor answers at ${formatAddress(config.server)}, and ${machine}: start the machine and vm-server`,
    );
  }
  log(`opening the data channel at ${formatAddress(data)} without an Executor`);
  // PBOTVM_SERIAL alone may be that of any domain.
  const isNamed = process.env[domain.variable] || !process.env[serial.variable];
  // Few need it, and it takes longer to load than the rest of this program.
  const { openDirectly } = await import('./vm-exec-directly.js');
  const direct = await openDirectly({
    ...config,
    name: isNamed ? name : formatAddress(data),
    data,
    secret: shared,
  });
  cleanup.defer(() => direct.close());
  return direct.address;
}

/** The machine that a PBOTVM_SERIAL names, else the first that is configured. */
function firstMachine(config: Config): Pick<DirectOptions, 'name' | 'data' | 'secret'> {
  const first = process.env[serial.variable] ? undefined : config.machines?.[0];
  return first === undefined
    ? {
        name: config.domain,
        data: config.serial,
        secret: secretOf({ name: config.domain, secretPath: config.secret }),
      }
    : { name: first.name, data: first.serial, secret: secretOf(first) };
}

/**
 * Runs a program. Its standard input is read from the moment in which a machine has taken it: until then the call can be
 * repeated.
 *
 * @throws RpcError
 */
async function interact(
  call: ClientDuplexStream<InteractRequest, InteractResponse>,
  options: { program: Program; signal: AbortSignal; onStarted: () => void },
): Promise<ExecutionResult> {
  const { program, signal, onStarted } = options;
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel);
  let hasHeaders = false;
  call.once('metadata', (headers) => {
    hasHeaders = isOfService(headers);
    if (hasHeaders) onStarted();
  });
  call.write({ message: { $case: 'program', value: program } });
  let result: ExecutionResult | undefined;
  try {
    for await (const { event } of call as AsyncIterable<InteractResponse>) {
      if (event?.$case === 'started') sendInput(call, program);
      if (event?.$case === 'finished') result = event.value;
      else await report(event);
    }
  } catch (error) {
    throw hasHeaders ? RpcError.ofTakenCall(error) : errorBeforeHeaders(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  if (result === undefined) throw new Error('the Executor has ended the call without a result');
  log(describeResult(result));
  return result;
}

/** Prints what happens to the program: its output as it is, all else as a line of the log. */
async function report(event: InteractResponse['event']): Promise<void> {
  switch (event?.$case) {
    case 'started': {
      const { executionId, machine, generation } = event.value;
      log(`execution ${executionId} on ${machine}, generation ${generation}`);
      break;
    }
    case 'phaseStarted':
      log(`${nameOf(event.value.phase)}: ${quotedCommand(event.value.command)}`);
      break;
    case 'output':
      await print(event.value.stream, event.value.data);
      break;
    case 'finished':
    case undefined:
      break;
  }
}

function sendInput(call: ClientDuplexStream<InteractRequest, unknown>, program: Program): void {
  if (process.stdin.isTTY || program.stdin.length > 0) {
    call.end();
    return;
  }
  process.stdin.on('data', (value: Buffer) => {
    if (call.write({ message: { $case: 'stdin', value } })) return;
    process.stdin.pause();
    call.once('drain', () => process.stdin.resume());
  });
  process.stdin.on('end', () => call.end());
  process.stdin.on('error', () => call.end());
}

function print(stream: OutputStream, data: Uint8Array): Promise<void> {
  const target = stream === OutputStream.STDERR ? process.stderr : process.stdout;
  return new Promise((resolve) => {
    target.write(data, () => resolve());
  });
}

/** @returns whether all that came could be written */
async function putFiles(result: ExecutionResult, directory: string): Promise<boolean> {
  let areAllPut = true;
  for (const file of result.files) {
    try {
      await writeOutputFile(directory, file);
      log(`${JSON.stringify(file.path)}: ${file.data.length} bytes`);
    } catch (error) {
      if (!(error instanceof LocalFileError)) throw error;
      areAllPut = false;
      log(error.message);
    }
  }
  if (result.filesTruncated) log('some of the files that were asked for were left out');
  return areAllPut;
}

/** Some of the text comes from the guest, which may be hostile. */
function log(text: string): void {
  const lines = text.split('\n').map(printable);
  process.stderr.write(`vm-exec: ${lines.join('\n  ')}\n`);
}

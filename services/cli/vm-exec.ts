import { type ClientDuplexStream, status } from '@grpc/grpc-js';
import type {
  ExecutionResult,
  InteractRequest,
  InteractResponse,
  Program,
} from '../gen/pbot/vm/v1/executor.js';
import { Limit, OutputStream, Phase } from '../gen/pbot/vm/v1/executor.js';
import { accessSettings } from '../lib/access/settings.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import { durationFromMs, durationToMs } from '../lib/config/duration.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { machineSettings } from '../lib/config/machine-settings.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import {
  ConfigError,
  describeSettings,
  readSettings,
  type Values,
} from '../lib/config/settings.js';
import { CleanupStack } from '../lib/process/cleanup.js';
import { hideDeprecations } from '../lib/process/deprecations.js';
import { createLog } from '../lib/process/log.js';
import { RpcError } from '../lib/rpc/error.js';
import { isAnswered } from '../lib/rpc/listener.js';
import { logLevel, telemetrySettings } from '../lib/telemetry/settings.js';
import { parsePbotLine } from '../pbot/request.js';
import { languagesText } from '../pbot/text.js';
import { joinArguments, reportUsageError } from './arguments.js';
import { startClientTelemetry } from './client-telemetry.js';
import { NoGuestError, openDirectly } from './direct.js';
import { takeExecOptions } from './exec-options.js';
import { connectExecutor, describeFailure } from './executor-client.js';
import { LocalFileError, readSourceFile, writeOutputFile } from './local-files.js';
import { printable, quotedCommand } from './printable.js';

const { server } = serviceAddresses;
const { serial, domain } = machineSettings;
const own = { server, serial, domain, ...executionSettings, logLevel };
const settings = { ...own, ...accessSettings, ...telemetrySettings };
type Config = Values<typeof settings>;

const help = `Usage: vm-exec [OPTIONS] [-lang=LANGUAGE] [-args "ARGUMENTS"] [OPTIONS OF THE COMPILER] CODE [-stdin TEXT]

Runs CODE in the virtual machine: its output here, a log on stderr. Standard input goes to the program
unless it is a terminal. -lang=? lists the languages; without -lang the code is C. Where no Executor runs,
the data channel is opened from here, so that a guest can be tried before vm-server is started.

Options, in front of all else:
  --file PATH             puts a file of this host beside the code, under the same relative path; may be repeated.
                          Without CODE the first one is the code.
  --output-file GLOB      brings back what the program has left under that path; *, ? and ** stand for others;
                          may be repeated
  --output-directory DIR  where it is put

Exit code: that of the program; 128 + N where signal N ended it; 124 where it was ended for a limit;
125 where it could not be run; 74 where it ended with 0 and a file could not be written here; 2 for wrong usage.

  vm-exec -lang=sh echo hello world
  echo data | vm-exec -lang=python3 'import sys; print(len(sys.stdin.read()))'
  vm-exec --file main.c --file list.c --file list.h --output-file '*.txt' --output-directory out -lang=c11

Environment (variable, default, meaning):
${describeSettings(settings)}
`;

/** `fileNotWritten`: as `sysexits.h` has it for input and output. */
const exitCodes = { fileNotWritten: 74, limit: 124, notRun: 125, interrupted: 130 } as const;

/** Signals whose number users meet as 128 + N. */
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

hideDeprecations();
await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  if (words.length === 1 && (words[0] === '--help' || words[0] === '-h')) {
    process.stdout.write(help);
    return;
  }
  let config: Config;
  try {
    config = readSettings(settings, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    reportUsageError('vm-exec', error.message);
    return;
  }
  const options = takeExecOptions(words);
  if ('mistake' in options) {
    reportUsageError('vm-exec', options.mistake);
    return;
  }
  const line = joinArguments(options.words);
  const request = parsePbotLine(line, { mayLackCode: options.files.length > 0 });
  if (request.kind === 'refused') {
    reportUsageError('vm-exec', request.text);
    return;
  }
  const cleanup = new CleanupStack();
  // A shell may hold the other end open for as long as it likes.
  cleanup.defer(() => process.stdin.destroy());
  cleanup.defer(await startClientTelemetry('vm-exec', config));
  try {
    const address = await findExecutor(config, cleanup);
    const client = connectExecutor({ address, access: config });
    cleanup.defer(() => client.close());
    if (request.kind === 'languages') {
      const { languages } = await client.listLanguages({}, { timeoutMs: 10_000 });
      process.stdout.write(`${languagesText(languages)}\n`);
      return;
    }
    const files = await Promise.all(options.files.map(readSourceFile));
    const program = { ...request.program, files, outputFiles: [...options.outputFiles] };
    const result = await interact(client.interact(), program, address);
    const exitCode = exitCodeOf(result);
    const areAllPut = await putFiles(result, options.outputDirectory);
    // The program's own failure tells more.
    process.exitCode = exitCode === 0 && !areAllPut ? exitCodes.fileNotWritten : exitCode;
  } catch (error) {
    process.exitCode = report(error, config.server);
  } finally {
    await cleanup.run();
  }
}

/**
 * The Executor; or, where none runs yet, one of our own that opens the data channel itself, so that a guest can be
 * tried before anything else is set up. A PBOTVM_SERIAL that was set alone means the same.
 *
 * @throws NoGuestError
 */
async function findExecutor(config: Config, cleanup: CleanupStack): Promise<Address> {
  const isSerialMeant = Boolean(process.env[serial.variable]) && !process.env[server.variable];
  if (!isSerialMeant && (await isAnswered(config.server))) return config.server;
  if (!(await isAnswered(config.serial))) {
    const where = `${formatAddress(config.server)}, and no machine at ${formatAddress(config.serial)}`;
    throw new NoGuestError(`no Executor answers at ${where}: start the machine and vm-server`);
  }
  log(`opening the data channel at ${formatAddress(config.serial)} without an Executor`);
  const { domain: name, serial: data, logLevel: level, ...bounds } = config;
  const direct = await openDirectly({
    name,
    data,
    ...bounds,
    log: createLog({ name: 'vm-exec', level: level === 'info' ? 'warn' : level, isTerminal: true }),
  });
  cleanup.defer(() => direct.close());
  return direct.address;
}

/** @returns the exit code */
function report(error: unknown, address: Address): number {
  if (error instanceof NoGuestError || error instanceof LocalFileError) {
    log(error.message);
    return exitCodes.notRun;
  }
  const failure = RpcError.from(error);
  log(describeFailure(failure, address));
  return failure.code === status.CANCELLED ? exitCodes.interrupted : exitCodes.notRun;
}

async function interact(
  call: ClientDuplexStream<InteractRequest, InteractResponse>,
  program: Program,
  address: Address,
): Promise<ExecutionResult> {
  process.once('SIGINT', () => call.cancel());
  log(`asking the Executor at ${formatAddress(address)} to run ${program.language}`);
  call.write({ message: { $case: 'program', value: program } });
  sendInput(call, program);
  let result: ExecutionResult | undefined;
  for await (const { event } of call as AsyncIterable<InteractResponse>) {
    switch (event?.$case) {
      case 'started':
        log(
          `execution ${event.value.executionId} on ${event.value.machine}, generation ${event.value.generation}`,
        );
        break;
      case 'phaseStarted':
        log(`${nameOf(event.value.phase)}: ${quotedCommand(event.value.command)}`);
        break;
      case 'output':
        await print(event.value.stream, event.value.data);
        break;
      case 'finished':
        result = event.value;
        break;
      case undefined:
        break;
    }
  }
  if (result === undefined) throw new Error('the Executor has ended the call without a result');
  log(describeResult(result));
  return result;
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

function describeResult(result: ExecutionResult): string {
  const phases = [
    ['compile', result.compile],
    ['run', result.run],
  ] as const;
  return phases
    .flatMap(([name, phase]) => {
      if (phase === undefined) return [];
      const wallMs = Math.round(durationToMs(phase.wallTime ?? durationFromMs(0)));
      const limit = phase.limit === Limit.UNSPECIFIED ? '' : `, ended by ${limitName(phase.limit)}`;
      const outcome = phase.outcome === undefined ? '' : `, ${String(phase.outcome.value)}`;
      return [`${name}: ${wallMs} ms${outcome}${limit}`];
    })
    .join('; ');
}

function nameOf(phase: Phase): string {
  return phase === Phase.COMPILE ? 'compile' : 'run';
}

function limitName(limit: Limit): string {
  return Limit[limit].toLowerCase().replace('_', ' ');
}

function exitCodeOf(result: ExecutionResult): number {
  const last = result.run ?? result.compile;
  if (last === undefined || last.limit !== Limit.UNSPECIFIED) return exitCodes.limit;
  switch (last.outcome?.$case) {
    case 'exitCode':
      return last.outcome.value;
    case 'signal':
      return 128 + (signalNumbers[last.outcome.value] ?? 0);
    case undefined:
      return exitCodes.limit;
  }
}

/** Some of it are words of the guest, which may be hostile. */
function log(text: string): void {
  const lines = text.split('\n').map(printable);
  process.stderr.write(`vm-exec: ${lines.join('\n  ')}\n`);
}

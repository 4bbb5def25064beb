// The gRPC methods of the Executor.

import { clientSignals, isClientSignal } from '../../../guest/protocol/signals.js';
import type {
  ExecutorServiceServer,
  InteractRequest,
  Program as ProgramMessage,
} from '../../gen/pbot/vm/v1/executor.js';
import { MachineState } from '../../gen/pbot/vm/v1/watchdog.js';
import { type Address, formatAddress } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { type CallContext, duplex, serverStream, unary } from '../../lib/rpc/handler.js';
import { maxStdinBytes, type ProgramRequest } from '../admission/request.js';
import { checkTerminalSize, type TerminalSize } from '../admission/terminal-size.js';
import { invalidMessage, invalidProgram } from '../errors.js';
import type { ExecutionIdentity } from '../execution/result.js';
import type { ExecutionRequest, Executor, RunningExecution } from '../executor.js';
import type { JoinedExecutions } from '../joined-executions.js';
import type { Machine } from '../machine/machine.js';
import type { WatchedState } from '../machine/watchdog-view.js';
import {
  eventMessage,
  languageMessage,
  programDigest,
  programRequest,
  resultMessage,
} from './conversions.js';

/** Translates the contract of the Executor to and from its own words. */
export function executorHandlers(
  executor: Executor,
  options: { watchdog: Address | undefined; joined: JoinedExecutions; log: Log },
): ExecutorServiceServer {
  const { watchdog, joined, log } = options;
  const watchdogAddress = watchdog === undefined ? '' : formatAddress(watchdog);
  return {
    execute: unary(log, async ({ program }, context) => {
      const { signal, client } = context;
      const request: ExecutionRequest = {
        program: requiredProgram(program),
        keepsOutput: true,
        announce: announcer(context),
        sink: () => Promise.resolve(),
        signal,
        client,
      };
      const result = program?.joinRepeats
        ? await joined.execute(request, programDigest(program))
        : await executor.execute(request);
      return { result: resultMessage(result) };
    }),

    streamExecute: serverStream(log, async ({ program }, { send }, context) => {
      const { signal, client } = context;
      await executor.execute({
        program: streamedProgram(program),
        keepsOutput: false,
        announce: announcer(context),
        sink: (event) => send({ event: eventMessage(event) }),
        signal,
        client,
      });
    }),

    interact: duplex(log, async (requests, { send }, context) => {
      const messages = requests[Symbol.asyncIterator]();
      const running = await executor.begin({
        program: streamedProgram(await firstProgram(messages)),
        keepsOutput: false,
        announce: announcer(context),
        sink: (event) => send({ event: eventMessage(event) }),
        signal: context.signal,
        client: context.client,
      });
      await Promise.race([running.result, feed(running, messages, context)]);
      await running.result;
    }),

    listLanguages: unary(log, () => {
      return Promise.resolve({ languages: executor.languages.map(languageMessage) });
    }),

    listMachines: unary(log, () => {
      return Promise.resolve({ machines: executor.machines.map(machineMessage), watchdogAddress });
    }),
  };
}

/** A call whose program may have run must not be repeated by anybody: the headers say so before anything else. */
export function announcer(context: CallContext): (identity: ExecutionIdentity) => void {
  return ({ executionId, machine }) =>
    context.sendHeaders({ 'pbotvm-execution-id': executionId, 'pbotvm-machine': machine });
}

function requiredProgram(message: ProgramMessage | undefined): ProgramRequest {
  if (message !== undefined) return programRequest(message);
  throw invalidProgram([{ field: 'program', description: 'is required' }]);
}

/** A stream has no second reader: its events are not kept. */
function streamedProgram(message: ProgramMessage | undefined): ProgramRequest {
  const program = requiredProgram(message);
  if (message?.joinRepeats !== true) return program;
  throw invalidProgram([{ field: 'program.join_repeats', description: 'is for Execute only' }]);
}

async function firstProgram(messages: AsyncIterator<InteractRequest>): Promise<ProgramMessage> {
  const first = await messages.next();
  const message = first.done === true ? undefined : first.value.message;
  if (message?.$case === 'program') return message.value;
  throw invalidProgram([{ field: 'program', description: 'must come in the first message' }]);
}

/** Hands on what the client sends. Resolves never: only the result ends an execution. */
async function feed(
  running: RunningExecution,
  messages: AsyncIterator<InteractRequest>,
  context: CallContext,
): Promise<never> {
  for (;;) {
    const next = await messages.next();
    if (next.done === true || context.signal.aborted) {
      running.endInput();
      return await new Promise<never>(() => undefined);
    }
    const { message } = next.value;
    switch (message?.$case) {
      case 'stdin':
        if (message.value.length > maxStdinBytes) {
          const description = `is ${message.value.length} bytes; at most ${maxStdinBytes} are allowed`;
          throw invalidMessage({ field: 'stdin', description });
        }
        await running.writeInput(message.value);
        break;
      case 'endOfInput':
        running.endInput();
        break;
      case 'signal':
        if (!isClientSignal(message.value)) {
          const description = `must be one of ${clientSignals.join(', ')}`;
          throw invalidMessage({ field: 'signal', description });
        }
        running.signal(message.value);
        break;
      case 'resize':
        resize(running, message.value);
        break;
      case 'program':
        throw invalidMessage({ field: 'program', description: 'may come only once' });
      case undefined:
        throw invalidMessage({ field: 'message', description: 'is required' });
    }
  }
}

function resize(running: RunningExecution, size: TerminalSize): void {
  const [violation] = checkTerminalSize('resize', size);
  if (violation !== undefined) throw invalidMessage(violation);
  if (running.resize === undefined) {
    throw invalidMessage({ field: 'resize', description: 'needs a program with a terminal' });
  }
  running.resize(size);
}

function machineMessage(machine: Machine) {
  return {
    name: machine.name,
    state: stateMessage(machine.state),
    generation: machine.generation,
    connected: machine.isConnected,
    running: machine.running,
    capacity: machine.capacity,
    dataAddress: formatAddress(machine.dataAddress),
  };
}

function stateMessage(state: WatchedState): MachineState {
  switch (state) {
    case 'unknown':
      return MachineState.UNKNOWN;
    case 'starting':
      return MachineState.STARTING;
    case 'ready':
      return MachineState.READY;
    case 'reverting':
      return MachineState.REVERTING;
    case 'offline':
      return MachineState.OFFLINE;
  }
}

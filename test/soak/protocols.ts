// The ways in which the soak asks for an execution: Execute, StreamExecute and PBot's line.

import { once } from 'node:events';
import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import type { ExecutorServiceService } from '../../services/gen/pbot/vm/v1/executor.js';
import {
  type ExecutionResult,
  type OutputChunk,
  OutputStream,
  Phase,
  type Program,
} from '../../services/gen/pbot/vm/v1/executor.js';
import { type Address, socketOptions } from '../../services/lib/config/address.js';
import type { RpcClient } from '../../services/lib/rpc/client.js';
import { RpcError } from '../../services/lib/rpc/error.js';

/** What a client has got for one request, whichever way it asked. */
export type Reply =
  | { readonly kind: 'result'; readonly result: ExecutionResult }
  | { readonly kind: 'text'; readonly text: string }
  /** Not started: it may be asked again after `retryMs`. */
  | { readonly kind: 'refused'; readonly reason: string; readonly retryMs: number }
  /** The machine was lost under it. */
  | { readonly kind: 'unknown'; readonly machine?: string }
  /** An answer that must not be. */
  | { readonly kind: 'wrong'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string };

/** A way to ask for an execution. Never rejects. */
export type Protocol = (program: Program) => Promise<Reply>;

/** The ways by gRPC. */
export function grpcProtocols(executor: RpcClient<ExecutorServiceService>, timeoutMs: number) {
  return {
    Execute: async (program: Program): Promise<Reply> => {
      try {
        const { result } = await executor.execute({ program }, { timeoutMs });
        return replyOf(result);
      } catch (error) {
        return failureOf(error);
      }
    },
    StreamExecute: async (program: Program): Promise<Reply> => {
      try {
        return await stream(executor, program, timeoutMs);
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

/** PBot's line, which says nothing of time limits, options and the like. */
export function lineFace(address: Address, timeoutMs: number): Protocol {
  return async ({ language, code }) => {
    const socket = connect({ ...socketOptions(address), timeout: timeoutMs });
    socket.once('timeout', () => socket.destroy(new Error('nothing has come in time')));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    try {
      await once(socket, 'connect');
      socket.write(`${JSON.stringify({ lang: language, code, nick: 'soak' })}\n`);
      await once(socket, 'close');
    } catch (error) {
      return { kind: 'lost', detail: String(error) };
    }
    return lineReply(Buffer.concat(chunks).toString('utf8'));
  };
}

const defaultRetryMs = 1000;

async function stream(
  executor: RpcClient<ExecutorServiceService>,
  program: Program,
  timeoutMs: number,
): Promise<Reply> {
  const chunks: OutputChunk[] = [];
  let result: ExecutionResult | undefined;
  for await (const { event } of executor.streamExecute({ program }, { timeoutMs })) {
    if (result !== undefined) return { kind: 'wrong', detail: 'an event behind the result' };
    if (event?.$case === 'output') chunks.push(event.value);
    if (event?.$case === 'finished') result = event.value;
  }
  if (result !== undefined) putBack(result, chunks);
  return replyOf(result);
}

/** Puts output that was streamed to where an `Execute` has it. */
function putBack(result: ExecutionResult, chunks: readonly OutputChunk[]): void {
  for (const [phase, ended] of [
    [Phase.COMPILE, result.compile],
    [Phase.RUN, result.run],
  ] as const) {
    const of = (stream: OutputStream) =>
      chunks
        .filter((each) => each.phase === phase && each.stream === stream)
        .map(({ data }) => data);
    if (ended?.stdout) ended.stdout.data = Buffer.concat(of(OutputStream.STDOUT));
    if (ended?.stderr) ended.stderr.data = Buffer.concat(of(OutputStream.STDERR));
  }
}

function replyOf(result: ExecutionResult | undefined): Reply {
  return result === undefined
    ? { kind: 'lost', detail: 'an end without a result' }
    : { kind: 'result', result };
}

function failureOf(error: unknown): Reply {
  const { code, reason, message, metadata, retryDelayMs } = RpcError.from(error);
  if (retryDelayMs !== undefined) return { kind: 'refused', reason, retryMs: retryDelayMs };
  if (reason === 'MACHINE_LOST') {
    return { kind: 'unknown', ...(metadata['machine'] && { machine: metadata['machine'] }) };
  }
  // A status of the transport has no reason of ours: nobody has answered.
  const isAnswer = reason !== status[code];
  return { kind: isAnswer ? 'wrong' : 'lost', detail: `${reason}: ${message}` };
}

function lineReply(text: string): Reply {
  switch (text.trimEnd()) {
    case '':
      return { kind: 'lost', detail: 'the connection was closed without a text' };
    case 'Recovering from previous snippet, try again soon.':
      return { kind: 'refused', reason: 'MACHINE_NOT_READY', retryMs: defaultRetryMs };
    case 'Too many programs are waiting, try again soon.':
      return { kind: 'refused', reason: 'QUEUE_FULL', retryMs: defaultRetryMs };
    case 'The virtual machine was lost while the program ran, try again soon.':
      return { kind: 'unknown' };
    default:
      return { kind: 'text', text };
  }
}

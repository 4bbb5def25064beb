// Makes handlers of grpc-js from functions that return promises.

import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type { Log } from '../process/log.js';
import { waitFor } from '../process/wait-for.js';
import { type CallerContext, type Client, clientOf } from './caller.js';
import { RpcError } from './error.js';
import { inServerSpan, type ServedCall } from './tracing.js';

export interface CallContext {
  /** Aborted when the client goes away or its deadline passes. */
  readonly signal: AbortSignal;
  readonly client: Client;
  /**
   * Sends the response headers now, before the first message. From then on neither grpc-js nor a proxy repeats the call by
   * itself (gRFC A6). To be called once.
   */
  sendHeaders(headers: Readonly<Record<string, string>>): void;
}

/** Where a streaming handler sends its messages. */
export interface MessageSink<Res> {
  /** Resolves when the client can take more, or at once where it has gone away. */
  readonly send: (message: Res) => Promise<void>;
}

/** A handler that answers one message with one. Whatever it throws leaves as an RpcError. */
export function unary<Req, Res>(
  log: Log,
  handle: (request: Req, context: CallContext) => Promise<Res>,
): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    serve(log, call, (context) => handle(call.request, context)).then(
      (response) => callback(null, response),
      (error: unknown) => callback(RpcError.from(error).toStatus()),
    );
  };
}

/** A handler that answers one message with many. */
export function serverStream<Req, Res>(
  log: Log,
  handle: (request: Req, sink: MessageSink<Res>, context: CallContext) => Promise<void>,
): handleServerStreamingCall<Req, Res> {
  return (call) => {
    answerStream(log, call, (sink, context) => handle(call.request, sink, context));
  };
}

/** A handler that answers many messages with many. The requests end when the client closes its side. */
export function duplex<Req, Res>(
  log: Log,
  handle: (
    requests: AsyncIterable<Req>,
    sink: MessageSink<Res>,
    context: CallContext,
  ) => Promise<void>,
): handleBidiStreamingCall<Req, Res> {
  return (call) => {
    // The default iterator destroys the call when the client half-closes, and with it the answers still to come.
    const requests = call.iterator({ destroyOnReturn: false }) as AsyncIterable<Req>;
    answerStream(log, call, (sink, context) => handle(requests, sink, context));
  };
}

function answerStream<Req, Res>(
  log: Log,
  call: ServerWritableStream<Req, Res> | ServerDuplexStream<Req, Res>,
  handle: (sink: MessageSink<Res>, context: CallContext) => Promise<void>,
): void {
  const over = new AbortController();
  serve(log, call, (context) => {
    const signal = AbortSignal.any([context.signal, over.signal]);
    return handle(messageSink(call, signal), context);
  }).then(
    () => {
      over.abort();
      call.end();
    },
    (error: unknown) => {
      over.abort();
      call.emit('error', RpcError.from(error).toStatus());
    },
  );
}

/**
 * Runs the handler of a call. An error that it throws before it returns its promise counts like one that it throws later.
 *
 * @throws RpcError, after logging it
 */
function serve<T>(
  log: Log,
  call: Cancellable & ServedCall,
  handle: (context: CallContext) => Promise<T>,
): Promise<T> {
  return inServerSpan(call, async () => {
    try {
      return await handle(callContext(call));
    } catch (error) {
      throw logged(log, error);
    }
  });
}

/** One for all: grpc-js also tells of calls that have ended well, and an error with its stack takes long to make. */
const clientGone = new Error('the client has gone away');

interface Cancellable {
  readonly cancelled: boolean;
  getPeer(): string;
  getAuthContext(): CallerContext;
  sendMetadata(metadata: Metadata): void;
  on(event: 'cancelled', listener: () => void): unknown;
}

function callContext(call: Cancellable): CallContext {
  const controller = new AbortController();
  const abort = () => controller.abort(clientGone);
  if (call.cancelled) abort();
  else call.on('cancelled', abort);
  return {
    signal: controller.signal,
    client: clientOf(call),
    sendHeaders: (headers) => call.sendMetadata(Metadata.fromHttp2Headers({ ...headers })),
  };
}

/** A message after the end of a call never reaches anybody, and grpc-js would wait for it forever. */
function messageSink<Req, Res>(
  call: ServerWritableStream<Req, Res> | ServerDuplexStream<Req, Res>,
  signal: AbortSignal,
): MessageSink<Res> {
  return {
    async send(message) {
      if (signal.aborted || call.write(message)) return;
      await waitFor(signal, (settle) => {
        call.on('drain', settle);
        return () => call.off('drain', settle);
      });
    },
  };
}

function logged(log: Log, error: unknown): RpcError {
  const rpcError = RpcError.from(error);
  if (rpcError.reason === 'INTERNAL') log.error({ err: error }, 'a call failed unexpectedly');
  else log.debug({ reason: rpcError.reason }, rpcError.message);
  return rpcError;
}

import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import type { TokenContext } from '../access/token-interceptor.js';
import type { Log } from '../process/log.js';
import { inServerSpan, type ServedCall } from '../telemetry/rpc-tracing.js';
import { RpcError } from './error.js';

export interface CallContext {
  /** Aborted when the client goes away or its deadline passes. */
  readonly signal: AbortSignal;
  readonly client: Client;
}

/** Who calls. */
export interface Client {
  /** The name of its token, else of its certificate, else the address of its connection. */
  readonly name: string;
  /** Whether the client has proved that it bears the name. */
  readonly isKnown: boolean;
  /** Keeps its place among the executions of its token until what it returns is called; absent where it has no token. */
  readonly holdPlace?: () => () => void;
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
    serve(log, call, (context) => handle(call.request, messageSink(call, context), context)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', RpcError.from(error).toStatus()),
    );
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
    serve(log, call, (context) => handle(requests, messageSink(call, context), context)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', RpcError.from(error).toStatus()),
    );
  };
}

/**
 * Has a handler answer a call. What it throws before it has made its promise is no other than what it throws later.
 *
 * @throws RpcError, which is in the log
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

interface Cancellable {
  readonly cancelled: boolean;
  getPeer(): string;
  getAuthContext(): TokenContext;
  on(event: 'cancelled', listener: () => void): unknown;
}

function callContext(call: Cancellable): CallContext {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('the client has gone away'));
  if (call.cancelled) abort();
  else call.on('cancelled', abort);
  return { signal: controller.signal, client: clientOf(call) };
}

function clientOf(call: Cancellable): Client {
  const { tokenName, holdPlace, sslPeerCertificate } = call.getAuthContext();
  const name = tokenName ?? [sslPeerCertificate?.subject.CN].flat()[0];
  const place = holdPlace === undefined ? {} : { holdPlace };
  return { name: name ?? call.getPeer(), isKnown: name !== undefined, ...place };
}

function messageSink<Req, Res>(
  call: ServerWritableStream<Req, Res> | ServerDuplexStream<Req, Res>,
  context: CallContext,
): MessageSink<Res> {
  return {
    async send(message) {
      if (context.signal.aborted || call.write(message)) return;
      await new Promise<void>((resolve) => {
        const settle = () => {
          call.off('drain', settle);
          context.signal.removeEventListener('abort', settle);
          resolve();
        };
        call.on('drain', settle);
        context.signal.addEventListener('abort', settle);
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

import {
  type CallOptions,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { RpcError } from './error.js';

/**
 * Options of every client. A proxy of the environment must not come between services, and one
 * that was restarted must not go unnoticed for the two minutes that the back-off may grow to.
 */
export const clientOptions: ClientOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
};

/** A unary method of a client that ts-proto made, bound to its client. */
export type UnaryMethod<Req, Res> = (
  request: Req,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Res) => void,
) => ClientUnaryCall;

/**
 * Calls a unary method.
 *
 * @throws RpcError
 */
export function callUnary<Req, Res>(
  method: UnaryMethod<Req, Res>,
  request: Req,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<Res> {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + options.timeoutMs);
    const call = method(request, new Metadata(), { deadline }, (error, response) => {
      options.signal?.removeEventListener('abort', cancel);
      if (error === null) resolve(response);
      else reject(RpcError.from(error));
    });
    const cancel = () => call.cancel();
    options.signal?.addEventListener('abort', cancel);
    if (options.signal?.aborted === true) cancel();
  });
}

/**
 * The messages of a server stream. Leaving the loop early cancels the call, and so does the signal: closing a client
 * leaves the streams that it has open alone.
 *
 * @throws RpcError
 */
export async function* messagesOf<Res>(
  call: ClientReadableStream<Res>,
  signal?: AbortSignal,
): AsyncGenerator<Res> {
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted === true) cancel();
  try {
    for await (const message of call) yield message as Res;
  } catch (error) {
    throw RpcError.from(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** What went wrong with a connection: grpc-js wraps it in a sentence of its own. */
export function connectionFailure(message: string): string {
  return (
    /Last error: (?:Error: )?(.+?)(?: \([^)]*\))?\. Resolution note/.exec(message)?.[1] ?? message
  );
}

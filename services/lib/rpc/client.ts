// A client of a gRPC service: each method is a function that returns a promise, or an async iterable for a server stream.

import {
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientOptions,
  credentials,
  Client as GrpcClient,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { RpcError } from './error.js';

/**
 * Options of every client. A proxy of the environment must not come between services, and a client must notice a
 * service that was restarted within 250 ms. grpc-js adds up to a fifth to a delay.
 */
const clientOptions: ClientOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 200,
};

/** Bounds of one call. Its abort cancels the call, and so does the end of its time. */
interface CallLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** How long a call waits for the connection to a service that is away; by default it fails at once. */
  readonly connectMs?: number | undefined;
  /**
   * Called when the service has sent its response headers: it has taken the call. An error alone has none. Given for calls
   * that must not be done twice.
   */
  readonly onHeaders?: (() => void) | undefined;
}

/** Bounds of a stream. */
interface StreamLimits extends Pick<Partial<CallLimits>, 'signal' | 'timeoutMs'> {
  /** Whether it waits for a service that is away, in place of failing at once. */
  readonly waitsForService?: boolean;
}

/** The methods of a service definition that ts-proto has made, and `close`. They throw RpcErrors. */
export type RpcClient<D> = { readonly [Name in keyof D]: CallOf<D[Name]> } & {
  /** Takes no further calls. Streams that are open go on: their signals end them. */
  close(): void;
};

type CallOf<M> = M extends {
  requestStream: infer ManyRequests;
  requestSerialize: (value: infer Req) => Buffer;
  responseStream: infer ManyResponses;
  responseDeserialize: (value: Buffer) => infer Res;
}
  ? ManyRequests extends true
    ? () => ClientDuplexStream<Req, Res>
    : ManyResponses extends true
      ? (request: Req, limits?: StreamLimits) => AsyncGenerator<Res, void, undefined>
      : (request: Req, limits: CallLimits) => Promise<Res>
  : never;

/** A client of the service at a target of grpc-js. The service need not be there yet. */
export function createClient<D extends ServiceDefinition>(
  definition: D,
  where: { target: string; credentials?: ChannelCredentials; options?: Partial<ClientOptions> },
): RpcClient<D> {
  const channel = where.credentials ?? credentials.createInsecure();
  const client = new GrpcClient(where.target, channel, { ...clientOptions, ...where.options });
  const calls = Object.entries<Method>(definition).map(([name, method]) => {
    return [name, callOf(client, method)] as const;
  });
  return { ...Object.fromEntries(calls), close: () => client.close() } as RpcClient<D>;
}

type Method = MethodDefinition<unknown, unknown>;

function callOf(client: GrpcClient, method: Method) {
  const { path, requestSerialize: serialize, responseDeserialize: deserialize } = method;
  if (method.requestStream) {
    return () => client.makeBidiStreamRequest(path, serialize, deserialize, new Metadata());
  }
  if (method.responseStream) {
    return (request: unknown, limits: StreamLimits = {}) =>
      messagesOf(client, method, request, limits);
  }
  return async (request: unknown, limits: CallLimits) => {
    if (limits.connectMs !== undefined) await connected(client, limits.connectMs);
    return await responseOf(client, method, request, limits);
  };
}

/** Resolves also where there is no connection in time: the call itself says why. */
function connected(client: GrpcClient, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    client.waitForReady(new Date(Date.now() + timeoutMs), () => resolve());
  });
}

/** @throws RpcError */
function responseOf(
  client: GrpcClient,
  { path, requestSerialize, responseDeserialize }: Method,
  request: unknown,
  { signal, timeoutMs, onHeaders }: CallLimits,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { deadline: new Date(Date.now() + timeoutMs) };
    let hasHeaders = false;
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      options,
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else if (hasHeaders) reject(RpcError.ofTakenCall(error));
        else reject(onHeaders === undefined ? RpcError.from(error) : errorBeforeHeaders(error));
      },
    );
    call.once('metadata', (headers) => {
      hasHeaders = isOfService(headers);
      if (hasHeaders) onHeaders?.();
    });
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted === true) cancel();
  });
}

/**
 * The messages of a server stream, which starts with the first one that is asked for. Leaving the loop cancels the call.
 *
 * @throws RpcError
 */
async function* messagesOf(
  client: GrpcClient,
  { path, requestSerialize, responseDeserialize }: Method,
  request: unknown,
  { signal, timeoutMs, waitsForService = false }: StreamLimits,
): AsyncGenerator<unknown, void, undefined> {
  const options = timeoutMs === undefined ? {} : { deadline: new Date(Date.now() + timeoutMs) };
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata({ waitForReady: waitsForService }),
    options,
  );
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted === true) cancel();
  try {
    for await (const message of call) yield message;
  } catch (error) {
    throw RpcError.from(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Whether response headers come from a service. A proxy that has found none answers by itself, and not in gRPC. */
export function isOfService(headers: Metadata): boolean {
  const [contentType] = headers.get('content-type');
  return String(contentType).startsWith('application/grpc');
}

/**
 * The error of a call without response headers that must not be done twice. Where its connection broke, a service may have
 * taken it all the same: a proxy that dies takes the headers with it.
 */
export function errorBeforeHeaders(error: unknown): RpcError {
  const received = RpcError.from(error);
  const isBroken = received.isOfConnection && brokenConnection.test(received.message);
  return isBroken ? RpcError.ofTakenCall(error) : received;
}

/** As grpc-js and Node.js say it of a connection that there was. */
const brokenConnection = /^(Connection dropped|(read|write) E[A-Z]+)/;

/** What went wrong with a connection: grpc-js wraps it in a sentence of its own. */
export function connectionFailure(message: string): string {
  return (
    /Last error: (?:Error: )?(.+?)(?: \([^)]*\))?\. Resolution note/.exec(message)?.[1] ?? message
  );
}

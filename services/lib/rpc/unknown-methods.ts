// Calls of methods that a server does not have. grpc-js answers them past all interceptors, without a reason; here they
// have a handler, so that tokens are asked for and the error has a reason, as with any other call.

import type { Server, ServerDuplexStream, UntypedHandleCall } from '@grpc/grpc-js';
import { RpcError } from './error.js';

/** A handler as grpc-js keeps it. */
interface Handler {
  readonly func: UntypedHandleCall;
  readonly serialize: (message: Buffer) => Buffer;
  readonly deserialize: (bytes: Buffer) => Buffer;
  readonly type: string;
  readonly path: string;
}

/** A path may be as long as all headers together. */
const maxShownCharacters = 200;

/**
 * Has a server answer calls of unknown methods with METHOD_UNKNOWN. To be called before it has any method. grpc-js has no
 * hook for this, but looks each method up in a map. If another version looks elsewhere, its own answer has no reason.
 */
export function answerUnknownMethods(server: Server): void {
  Reflect.set(server, 'handlers', new Handlers());
}

class Handlers extends Map<string, Handler> {
  override get(path: string): Handler {
    return super.get(path) ?? handlerOf(path);
  }
}

/** Of a stream: it answers before a message has come. */
function handlerOf(path: string): Handler {
  const method = path.slice(0, maxShownCharacters);
  const func = (call: ServerDuplexStream<Buffer, Buffer>) => {
    const error = new RpcError({
      reason: 'METHOD_UNKNOWN',
      message: `This server has no method ${method}.`,
      metadata: { execution: 'NOT_STARTED', method },
    });
    call.emit('error', error.toStatus());
  };
  const same = (bytes: Buffer) => bytes;
  return { func, serialize: same, deserialize: same, type: 'bidi', path };
}

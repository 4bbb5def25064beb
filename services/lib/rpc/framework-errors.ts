// Errors that grpc-js makes itself: they get a reason and its code, as those of the services have one.

import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { detailsKey, RpcError, type RpcErrorOptions } from './error.js';

/** How a call ends. */
type CallEnd = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

/** The only encoding of messages that the services take. */
export const acceptedEncoding = { 'grpc-accept-encoding': 'identity' } as const;

/**
 * Gives the errors of grpc-js a reason. grpc-js sends them by the same method as an interceptor, past all interceptors. Such
 * an end comes while the handler still works. What it sends afterwards is dropped: a message behind the end would break
 * the stream before its trailers, and the client would wait for ever.
 *
 * @param call as grpc-js has made it, with no interceptor around it
 * @param hasBegun whether the handler may have acted on the request
 */
export function explainErrors(
  call: ServerInterceptingCallInterface,
  hasBegun: () => boolean,
): ServerInterceptingCallInterface {
  const sendStatus = call.sendStatus.bind(call);
  const sendMessage = call.sendMessage.bind(call);
  let hasEnded = false;
  return Object.assign(call, {
    sendStatus: (end: CallEnd) => {
      hasEnded = true;
      sendStatus(explained(end, hasBegun()));
    },
    sendMessage: (message: unknown, done: () => void) => {
      if (hasEnded) done();
      else sendMessage(message, done);
    },
  });
}

function explained(end: CallEnd, hasBegun: boolean): CallEnd {
  const isExplained = (end.metadata?.get(detailsKey).length ?? 0) > 0;
  if (end.code === status.OK || isExplained) return end;
  const options = explanation(end);
  const execution = hasBegun ? 'OUTCOME_UNKNOWN' : 'NOT_STARTED';
  const error = new RpcError({ ...options, metadata: { execution, ...options.metadata } });
  const explainedEnd = error.toStatus();
  for (const [key, value] of Object.entries(acceptedEncoding)) {
    if (error.reason === 'COMPRESSION_UNSUPPORTED') explainedEnd.metadata.set(key, value);
  }
  return explainedEnd;
}

/** By the code, and by the text where grpc-js has one code for several errors. */
function explanation({ code, details }: CallEnd): RpcErrorOptions {
  if (code === status.RESOURCE_EXHAUSTED) return tooLarge(details);
  if (code === status.DEADLINE_EXCEEDED) {
    return { reason: 'DEADLINE_EXCEEDED', message: 'The deadline of the call has passed.' };
  }
  // The guard of the connection makes compressed messages unreadable: grpc-js fails to unpack them.
  if (/decompress|unsupported encoding/.test(details)) return compressed;
  if (code === status.UNIMPLEMENTED) return miscounted;
  if (details.includes('grpc-timeout')) return { reason: 'TIMEOUT_INVALID', message: details };
  if (details.includes('deserializing')) return unreadable;
  return {
    reason: 'INTERNAL',
    message: `The service has met an error of its own: ${details}.`,
  };
}

const compressed: RpcErrorOptions = {
  reason: 'COMPRESSION_UNSUPPORTED',
  message: 'The service takes no compressed messages: send them without grpc-encoding.',
};

const miscounted: RpcErrorOptions = {
  reason: 'MESSAGE_COUNT_WRONG',
  message: 'The method takes one message, and none or several have come.',
  metadata: { execution: 'NOT_STARTED' },
};

const unreadable: RpcErrorOptions = {
  reason: 'MESSAGE_UNREADABLE',
  message:
    'A message of the call can not be read: it is of another type, or a flag says that it is compressed and no grpc-encoding says how.',
};

function tooLarge(details: string): RpcErrorOptions {
  const [, bytes, limit] = /\((\d+) vs (\d+)\)/.exec(details) ?? [];
  const reason = 'MESSAGE_TOO_LARGE';
  if (bytes === undefined || limit === undefined) {
    return { reason, message: 'A message of the call is too large.' };
  }
  const message = `A message of the call is ${bytes} bytes; at most ${limit} are allowed.`;
  return { reason, message, metadata: { bytes, limit } };
}

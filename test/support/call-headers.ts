// Headers that a test's client sends with each of its calls.

import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';

/** An interceptor for a client: sets the headers of each call. */
export function callHeaders(headers: Readonly<Record<string, string>>): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
        next(metadata, listener);
      },
    });
}

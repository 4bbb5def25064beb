// Who makes a call, as a handler sees it. Access fills in what a token says of the caller.

import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** Who calls. */
export interface Client {
  /** The name of its token, else of its certificate, else the address of its connection. */
  readonly name: string;
  /** Whether the client has proved that it bears the name. */
  readonly isKnown: boolean;
  /** Keeps its place among the executions of its token until what it returns is called. Absent without a token. */
  readonly holdPlace?: () => () => void;
}

/**
 * What `getAuthContext` of a call returns: what gRPC knows of the connection, and what access has found out. An
 * interceptor has no other way to hand something to a handler.
 */
export type CallerContext = ReturnType<ServerInterceptingCallInterface['getAuthContext']> & {
  readonly tokenName?: string;
  readonly holdPlace?: Client['holdPlace'];
};

/** The client of a call. */
export function clientOf(call: { getPeer(): string; getAuthContext(): CallerContext }): Client {
  const { tokenName, holdPlace, sslPeerCertificate } = call.getAuthContext();
  const name = tokenName ?? [sslPeerCertificate?.subject.CN].flat()[0];
  const place = holdPlace === undefined ? {} : { holdPlace };
  return { name: name ?? call.getPeer(), isKnown: name !== undefined, ...place };
}

// Lets only calls through that bear a token which the gatekeeper admits.

import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import type { Log } from '../process/log.js';
import { RateLimitedLog } from '../process/rate-limited-log.js';
import type { CallerContext } from '../rpc/caller.js';
import { RpcError } from '../rpc/error.js';
import type { Admittance, Gatekeeper } from './gatekeeper.js';

/** Methods that need no token: a load balancer has none, and its probe learns only that the service runs. */
const openMethods: readonly string[] = ['/grpc.health.v1.Health/Check'];

/** Lets a call through to its handler if the gatekeeper admits it. Rejects it otherwise, before a message is read. */
export function tokenInterceptor(options: {
  gatekeeper: Gatekeeper;
  /** Paths of the methods that count against the limits of a token. */
  executionMethods: readonly string[];
  /** Called with the reason when a call of such a method is rejected. */
  onRefused: (reason: string) => void;
  log: Log;
}): ServerInterceptor {
  const { gatekeeper, executionMethods, onRefused, log } = options;
  const rejections = new RateLimitedLog(log);
  return ({ path }, call) => {
    if (openMethods.includes(path)) return new ServerInterceptingCall(call);
    const isExecution = executionMethods.includes(path);
    const admit = (authorization: string | undefined) => {
      const admittance = gatekeeper.admit(authorization, isExecution);
      log.debug({ client: admittance.name, method: path }, 'a call');
      return admittance;
    };
    const refuse = (error: unknown) => {
      const rpcError = RpcError.from(error);
      const { reason, message, metadata } = rpcError;
      if (isExecution) onRefused(reason);
      rejections.write('info', {
        kind: [reason, metadata['token'] ?? ''].join(' ').trim(),
        details: { peer: call.getPeer(), method: path, reason },
        message: `a call is refused: ${message}`,
      });
      call.sendStatus(rpcError.toStatus());
    };
    return new GuardedCall(call, admit, refuse);
  };
}

class GuardedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #held: { admittance: Admittance | undefined };

  constructor(
    call: ServerInterceptingCallInterface,
    admit: (authorization: string | undefined) => Admittance,
    refuse: (error: unknown) => void,
  ) {
    const held: { admittance: Admittance | undefined } = { admittance: undefined };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          held.admittance = admit(takeAuthorization(metadata));
        } catch (error) {
          refuse(error);
          return;
        }
        next(metadata);
      })
      // Called after every end of a call.
      .withOnCancel(() => held.admittance?.release())
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((end, next) => {
        // Before the client learns of the end: its next call may follow at once.
        held.admittance?.release();
        next(end);
      })
      .build();
    super(call, responder);
    this.#call = call;
    this.#held = held;
  }

  override getAuthContext(): CallerContext {
    const context = this.#call.getAuthContext();
    const { admittance } = this.#held;
    if (admittance === undefined) return context;
    return { ...context, tokenName: admittance.name, holdPlace: admittance.hold };
  }
}

/** Takes the token out of the call: no handler needs it, and it must not get into a log. */
function takeAuthorization(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  metadata.remove('authorization');
  return typeof value === 'string' ? value : undefined;
}

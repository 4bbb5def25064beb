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

/** What anybody may ask: a probe of a load balancer has no token, and learns nothing but that we are here. */
const openMethods: readonly string[] = ['/grpc.health.v1.Health/Check'];

/** Lets only those calls through to a handler that the gatekeeper admits. Refuses before a message is read. */
export function tokenInterceptor(options: {
  gatekeeper: Gatekeeper;
  /** Paths of the methods that count against the limits of a token. */
  executionMethods: readonly string[];
  log: Log;
}): ServerInterceptor {
  const { gatekeeper, executionMethods, log } = options;
  const refusals = new RateLimitedLog(log);
  return ({ path }, call) => {
    if (openMethods.includes(path)) return new ServerInterceptingCall(call);
    const admit = (authorization: string | undefined) => {
      const admittance = gatekeeper.admit(authorization, executionMethods.includes(path));
      log.debug({ client: admittance.name, method: path }, 'a call');
      return admittance;
    };
    const refuse = (error: unknown) => {
      const refusal = RpcError.from(error);
      const { reason, message, metadata } = refusal;
      refusals.write('info', {
        kind: [reason, metadata['token'] ?? ''].join(' ').trim(),
        details: { peer: call.getPeer(), method: path, reason },
        message: `a call is refused: ${message}`,
      });
      call.sendStatus(refusal.toStatus());
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
        // Before the client hears of it: its next call may follow at once.
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

/** The token goes no further than here: no handler needs it, no log may have it. */
function takeAuthorization(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  metadata.remove('authorization');
  return typeof value === 'string' ? value : undefined;
}

// Decides who may call a service, by tokens and the limits of each token.

import { RpcError, type RpcErrorOptions } from '../rpc/error.js';
import { Quota } from './quota.js';
import { findToken, type ServiceName, type TokenEntry } from './tokens.js';

/** A client that may make its call. */
export interface Admittance {
  readonly name: string;
  /** To be called when the call is over; a second time does nothing. */
  readonly release: () => void;
  /** Keeps the place of the call after `release`, until what it returns is called. It has no effect once the place is free. */
  readonly hold: () => () => void;
}

/** Decides who may call a service. Time and tokens are arguments. */
export class Gatekeeper {
  readonly #service: ServiceName;
  readonly #tokens: () => readonly TokenEntry[];
  readonly #nowMs: () => number;
  readonly #quotas = new Map<string, { entry: TokenEntry; quota: Quota }>();

  /** @param options.tokens the tokens that are valid now; the same array as long as nothing has changed */
  constructor(options: {
    service: ServiceName;
    tokens: () => readonly TokenEntry[];
    nowMs: () => number;
  }) {
    this.#service = options.service;
    this.#tokens = options.tokens;
    this.#nowMs = options.nowMs;
  }

  /**
   * @param authorization the header of that name
   * @param isExecution whether the call counts against the limits of the token
   * @throws RpcError
   */
  admit(authorization: string | undefined, isExecution: boolean): Admittance {
    const entry = this.#identify(authorization);
    if (!entry.services.includes(this.#service)) {
      throw this.#error({
        reason: 'SERVICE_NOT_ALLOWED',
        message: `The token "${entry.name}" may not call this service (${this.#service}).`,
        metadata: { token: entry.name, service: this.#service },
      });
    }
    if (isExecution) return this.#meter(entry);
    return { name: entry.name, release: () => undefined, hold: () => () => undefined };
  }

  #identify(authorization: string | undefined): TokenEntry {
    const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw this.#error({
        reason: 'TOKEN_MISSING',
        message:
          'This service needs a token: name its file with PBOTVM_TOKEN_FILE, or send "authorization: Bearer TOKEN".',
      });
    }
    const entry = findToken(this.#tokens(), token);
    if (entry !== undefined) return entry;
    throw this.#error({
      reason: 'TOKEN_UNKNOWN',
      message: 'This service does not know the token.',
    });
  }

  #meter(entry: TokenEntry): Admittance {
    const { name } = entry;
    const quota = this.#quotaOf(entry);
    const verdict = quota.take(this.#nowMs());
    switch (verdict.kind) {
      case 'too fast':
        throw this.#error({
          reason: 'RATE_EXCEEDED',
          message: `The token "${name}" begins more executions than its ${entry.rate?.perSecond} a second.`,
          metadata: { token: name, rate: String(entry.rate?.perSecond) },
          retryDelayMs: verdict.retryMs,
        });
      case 'too many':
        throw this.#error({
          reason: 'CONCURRENCY_EXCEEDED',
          message: `The token "${name}" has its ${verdict.limit} executions under way already.`,
          metadata: { token: name, concurrency: String(verdict.limit) },
        });
      case 'granted': {
        const hold = sharedPlace(() => quota.release());
        return { name, release: hold(), hold };
      }
    }
  }

  /** By name: a new token for the same client does not reset what the client has used. */
  #quotaOf(entry: TokenEntry): Quota {
    const known = this.#quotas.get(entry.name);
    if (known?.entry === entry) return known.quota;
    const quota = known?.quota ?? new Quota(entry, this.#nowMs());
    quota.change(entry, this.#nowMs());
    this.#quotas.set(entry.name, { entry, quota });
    return quota;
  }

  /** For the Executor it says that nothing was started. */
  #error(options: RpcErrorOptions): RpcError {
    const execution = this.#service === 'executor' ? { execution: 'NOT_STARTED' } : {};
    return new RpcError({ ...options, metadata: { ...execution, ...options.metadata } });
  }
}

/** A place with several holders, which is free when the last of them lets go. */
function sharedPlace(free: () => void): Admittance['hold'] {
  let holders = 0;
  let isFree = false;
  return () => {
    if (isFree) return () => undefined;
    holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      holders -= 1;
      if (holders > 0) return;
      isFree = true;
      free();
    };
  };
}

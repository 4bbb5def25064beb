// What happens to a session of the data channel, and what its driver must do: plain data.

/** Why a session is of no use any more although the machine beats. */
export type SessionFault =
  | { readonly kind: 'corrupt'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string }
  /** The guest server has started again, or somebody else has reverted the machine. */
  | { readonly kind: 'forgotten'; readonly detail: string };

export type SessionTimer = 'reconnect' | 'hello' | 'silence' | 'steady' | 'probe';

/** A guest's answer to a Hello. */
export interface ReadyClaim {
  /** `false`: the guest speaks another version of the protocol. */
  readonly isSameVersion: boolean;
  /** It knows the secret of the machine, or needs to know none. */
  readonly isProven: boolean;
  readonly reseeded: boolean;
  readonly capacity: number;
  /** How far the guest's clock is behind the host's. */
  readonly clockErrorUs: bigint;
}

export type SessionEvent =
  | { readonly kind: 'start'; readonly delayMs: number }
  | { readonly kind: 'expect-ready' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'ready'; readonly claim: ReadyClaim }
  /** The guest asks for a proof, and has given its own: `violation` says what is wrong with that. */
  | { readonly kind: 'challenge'; readonly violation: string | undefined }
  | { readonly kind: 'no-session' }
  | { readonly kind: 'corrupt'; readonly reason: string }
  | { readonly kind: 'left-unread' }
  | { readonly kind: 'restart'; readonly reason: string }
  | { readonly kind: 'close' }
  | { readonly kind: 'timer'; readonly timer: SessionTimer };

export type SessionCommand =
  | { readonly kind: 'connect' }
  | { readonly kind: 'reset' }
  /** Ends whatever frame an earlier connection left half sent. */
  | { readonly kind: 'flush-line' }
  | { readonly kind: 'hello' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'set-timer'; readonly timer: SessionTimer; readonly delayMs: number }
  | { readonly kind: 'clear-timers'; readonly timers: readonly SessionTimer[] }
  | { readonly kind: 'log-violation'; readonly violation: string; readonly hellos: number }
  | { readonly kind: 'report-ready' }
  | { readonly kind: 'report-unfit' }
  | { readonly kind: 'report-lost'; readonly reason: string }
  | { readonly kind: 'report-fault'; readonly fault: SessionFault };

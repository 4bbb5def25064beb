// The data channel of one generation of one machine: its socket, its frames and its timers. `session-state.ts` decides.

import { connect, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder, protocolVersion } from '../../../guest/protocol/frame.js';
import { nonceBytes } from '../../../guest/protocol/proof.js';
import {
  type Challenge,
  GuestFrame,
  HostFrame,
  type Ready,
} from '../../gen/pbot/vm/guest/v1/channel.js';
import { type Address, socketOptions } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import { HostProof } from './host-proof.js';
import type { SessionCommand, SessionEvent, SessionFault, SessionTimer } from './session-events.js';
import { maxUnreadBytes, newSession, type SessionState, step } from './session-state.js';

export type HostBody = NonNullable<HostFrame['body']>;
export type GuestBody = NonNullable<GuestFrame['body']>;

export interface SessionOptions {
  readonly address: Address;
  readonly generation: number;
  readonly log: Log;
  readonly random: { session(): number; entropy(): Uint8Array };
  /** What the guest must know. Absent: nothing is asked of it. */
  readonly secret?: Uint8Array | undefined;
  readonly nowUs: () => bigint;
  /** Before the first connection. */
  readonly connectDelayMs: number;
  /** A session is open; called again after each reconnection. */
  readonly onReady: (ready: Ready) => void;
  /** The guest speaks another version of the protocol; it is asked again in case it is replaced. */
  readonly onUnfit: () => void;
  /** The session is over, whatever ran in it is lost. A new one is being opened unless `close` was called. */
  readonly onLost: (reason: string) => void;
  /** What belongs to an execution. */
  readonly onBody: (body: GuestBody, payload: Uint8Array) => void;
  /** Called at most once. */
  readonly onFault: (fault: SessionFault) => void;
}

/**
 * Connects, opens a session, and connects again when the channel is cut. Nothing that arrives counts until the guest
 * has answered this session's Hello.
 */
export class GuestSession {
  readonly #options: SessionOptions;
  readonly #decoder: FrameDecoder;
  readonly #timers = new Map<SessionTimer, NodeJS.Timeout>();
  readonly #queue: SessionEvent[] = [];
  #isDraining = false;
  #state: SessionState = newSession;
  #socket: Socket | undefined;
  /** Names the session of the present connection. */
  #number = 0;
  #proof: HostProof;
  /** The Hello of this connection whose challenge was answered last. */
  #answeredHello = 0;
  /** The Ready that is being judged. */
  #ready: Ready | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#proof = this.#newProof();
    this.#decoder = new FrameDecoder({
      onFrame: (header, payload) => this.#receive(header, payload),
      onCorrupt: (reason) => this.#take({ kind: 'corrupt', reason }),
    });
  }

  start(): void {
    this.#take({ kind: 'start', delayMs: this.#options.connectDelayMs });
  }

  /** The machine is known to run: from now on it may not be silent for long. */
  expectReady(): void {
    this.#take({ kind: 'expect-ready' });
  }

  /** The guest speaks another version of the protocol. */
  get isUnfit(): boolean {
    return this.#state.guest === 'unfit';
  }

  /** Does nothing where there is no connection. */
  send(body: HostBody, payload?: Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    // What is sent in one turn goes out as one: the guest pays for each read of its device.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => this.#flush(socket));
    }
    const { generation } = this.#options;
    const header = HostFrame.encode({ generation, session: this.#number, body }).finish();
    socket.write(encodeFrame(header, payload));
  }

  /** Ends the session and opens another: whatever ran in it is gone from the guest. */
  restart(reason: string): void {
    this.#options.log.warn({ reason }, 'opening a new session on the data channel');
    this.#take({ kind: 'restart', reason });
  }

  /** Ends the channel for good. */
  close(): void {
    this.#take({ kind: 'close' });
  }

  /** Events are taken one after the other: what a command sets off at once waits until all commands are carried out. */
  #take(event: SessionEvent): void {
    this.#queue.push(event);
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const { state, commands } = step(this.#state, next);
        this.#state = state;
        for (const command of commands) this.#carryOut(command);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  #carryOut(command: SessionCommand): void {
    const { log, onReady, onUnfit, onLost, onFault, random, nowUs } = this.#options;
    switch (command.kind) {
      case 'connect':
        return this.#connect();
      case 'reset':
        return this.#reset();
      case 'flush-line':
        this.#socket?.write(Uint8Array.of(0));
        return;
      case 'hello': {
        const { hello } = this.#proof;
        const value = { protocolVersion, timeUs: nowUs(), entropy: random.entropy(), ...hello };
        return this.send({ $case: 'hello', value });
      }
      case 'probe':
        return this.send({ $case: 'probe', value: {} });
      case 'set-timer':
        return this.#setTimer(command.timer, command.delayMs);
      case 'clear-timers':
        for (const timer of command.timers) clearTimeout(this.#timers.get(timer));
        return;
      case 'log-violation': {
        const { violation, hellos } = command;
        return log.warn({ violation, hellos }, 'the guest is not ready yet');
      }
      case 'report-ready':
        if (this.#ready !== undefined) onReady(this.#ready);
        return;
      case 'report-unfit':
        this.#logUnfit();
        return onUnfit();
      case 'report-lost':
        return onLost(command.reason);
      case 'report-fault':
        return onFault(command.fault);
    }
  }

  #connect(): void {
    const { address, random, log } = this.#options;
    const socket = connect({ ...socketOptions(address), noDelay: true });
    this.#socket = socket;
    this.#number = random.session();
    this.#proof = this.#newProof();
    this.#answeredHello = 0;
    socket.on('connect', () => this.#take({ kind: 'connected' }));
    socket.on('data', (chunk) => {
      // A guest that floods the channel gets one turn among all others.
      socket.pause();
      setImmediate(() => socket.resume());
      this.#decoder.push(chunk);
    });
    socket.on('error', (error) => log.debug({ err: error }, 'data channel'));
    socket.on('close', () => {
      this.#socket = undefined;
      this.#take({ kind: 'cut' });
    });
  }

  #newProof(): HostProof {
    const { secret, generation, random } = this.#options;
    const nonce = random.entropy().subarray(0, nonceBytes);
    return new HostProof({ secret, generation, session: this.#number, nonce });
  }

  #reset(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    // Unix sockets know no reset; closing one drops what is under way all the same.
    if (this.#options.address.kind === 'unix' || socket?.connecting === true) socket?.destroy();
    else socket?.resetAndDestroy();
  }

  #flush(socket: Socket): void {
    socket.uncork();
    // A guest can give credit and end executions without reading a byte.
    if (socket !== this.#socket || socket.writableLength <= maxUnreadBytes) return;
    this.#take({ kind: 'left-unread' });
  }

  #setTimer(timer: SessionTimer, delayMs: number): void {
    clearTimeout(this.#timers.get(timer));
    this.#timers.set(
      timer,
      setTimeout(() => this.#take({ kind: 'timer', timer }), delayMs),
    );
  }

  #receive(header: Uint8Array, payload: Uint8Array): void {
    // What came in one piece with a fault is no better than the fault.
    if (this.#state.phase === 'closed') return;
    const frame = this.#decode(header);
    const body = frame?.body;
    if (frame === undefined || body === undefined) return;
    const isOurs = frame.session === this.#number && frame.generation === this.#options.generation;
    if (!isOurs) return;
    if (body.$case === 'noSession') this.#take({ kind: 'no-session' });
    else if (body.$case === 'ready') this.#judge(body.value);
    else if (body.$case === 'challenge') this.#answer(body.value);
    else if (this.#state.phase === 'open') this.#options.onBody(body, payload);
  }

  #decode(header: Uint8Array): GuestFrame | undefined {
    try {
      return GuestFrame.decode(header);
    } catch {
      this.#take({ kind: 'corrupt', reason: 'no message of the protocol' });
      return undefined;
    }
  }

  #answer(challenge: Challenge): void {
    const { phase, hellos } = this.#state;
    // One a Hello that is due: a guest that asks on and on must not keep this process busy.
    if (phase !== 'greeting' || this.#answeredHello === hellos) return;
    this.#answeredHello = hellos;
    this.#take({ kind: 'challenge', violation: this.#proof.answer(challenge) });
  }

  #judge(ready: Ready): void {
    this.#ready = ready;
    const claim = {
      isSameVersion: ready.protocolVersion === protocolVersion,
      isProven: this.#proof.isComplete,
      reseeded: ready.reseeded,
      capacity: ready.capacity,
      clockErrorUs: this.#options.nowUs() - ready.timeUs,
    };
    this.#take({ kind: 'ready', claim });
  }

  #logUnfit(): void {
    this.#options.log.error(
      { guest: this.#ready?.protocolVersion, host: protocolVersion },
      "the guest server speaks another version of the channel's protocol: install the guest server of this release",
    );
  }
}

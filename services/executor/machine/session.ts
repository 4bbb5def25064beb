import { connect, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder, protocolVersion } from '../../../guest/protocol/frame.js';
import { GuestFrame, HostFrame, type Ready } from '../../gen/pbot/vm/guest/v1/channel.js';
import { type Address, socketOptions } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';

export type HostBody = NonNullable<HostFrame['body']>;
export type GuestBody = NonNullable<GuestFrame['body']>;

/** Why a link is of no use any more although the machine beats. */
export type LinkFault =
  | { readonly kind: 'corrupt'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string }
  /** The guest server has started anew, or somebody else has put the machine back. */
  | { readonly kind: 'forgotten'; readonly detail: string };

export interface LinkOptions {
  readonly address: Address;
  readonly generation: number;
  readonly log: Log;
  readonly random: { session(): number; entropy(): Uint8Array };
  readonly nowUs: () => bigint;
  /** Before the first connection. */
  readonly connectDelayMs: number;
  /** A session is open; called again after each reconnection. */
  readonly onReady: (ready: Ready) => void;
  /** The guest speaks another version of the protocol; it is asked again in case it is replaced. */
  readonly onUnfit: () => void;
  /** The session is over, whatever ran in it is lost. A new one is being opened unless the link was closed. */
  readonly onLost: (reason: string) => void;
  /** What belongs to an execution. */
  readonly onBody: (body: GuestBody, payload: Uint8Array) => void;
  /** Called at most once. */
  readonly onFault: (fault: LinkFault) => void;
}

/** A guest may not have read the first Hello: while it boots nobody listens, and a serial port drops bytes. */
const helloIntervalMs = 1000;

/** A session can be forgotten while nothing is said in it: while a program computes, or before the next one comes. */
const probeIntervalMs = 1000;

/** A READY machine whose server has not answered for so long has something wrong with it. */
const silenceLimitMs = 15_000;

const minReconnectDelayMs = 50;
const maxReconnectDelayMs = 2000;

/** A session that has lasted so long was none of a guest that cuts each one off. */
const steadySessionMs = 5000;

/** More than all that credit allows: a guest that lets more wait unread does not read at all. */
const maxUnreadBytes = 8 * 1024 * 1024;

/** Programs sign and compare times with others: after a revert the guest's clock must be right again. */
const maxClockErrorUs = 500_000n;

/** A Hello that waited behind others sets a clock too late: a few more are sent at once. */
const quickHellos = 3;

/**
 * The data channel of one generation of one machine: connects, opens a session, connects again when the channel is
 * cut. Nothing that arrives counts until the guest has answered this session's Hello.
 */
export class MachineLink {
  readonly #options: LinkOptions;
  readonly #decoder: FrameDecoder;
  #socket: Socket | undefined;
  #session = 0;
  #isReady = false;
  #isReadyExpected = false;
  #hellos = 0;
  /** Why the last Ready did not count. */
  #refusal: string | undefined;
  #isRefusalLogged = false;
  #isUnfit = false;
  #isClosed = false;
  #reconnectDelayMs = minReconnectDelayMs;
  #helloTimer: NodeJS.Timeout | undefined;
  #steadyTimer: NodeJS.Timeout | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder({
      onFrame: (header, payload) => this.#receive(header, payload),
      onCorrupt: (reason) => this.#onCorrupt(reason),
    });
    if (options.connectDelayMs === 0) this.#connect();
    else this.#connectIn(options.connectDelayMs);
  }

  /** The machine is known to run: from now on it may not be silent for long. */
  expectReady(): void {
    if (this.#isReadyExpected || this.#isClosed) return;
    this.#isReadyExpected = true;
    if (!this.#isReady) this.#awaitReady();
  }

  /** The guest speaks another version of the protocol. */
  get isUnfit(): boolean {
    return this.#isUnfit;
  }

  send(body: HostBody, payload?: Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    // What is said in one turn goes out as one: the guest pays for each read of its device.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => this.#flush(socket));
    }
    const { generation } = this.#options;
    const header = HostFrame.encode({ generation, session: this.#session, body }).finish();
    socket.write(encodeFrame(header, payload));
  }

  /** Ends the session and opens another: whatever ran in it is gone from the guest. */
  restart(reason: string): void {
    this.#options.log.warn({ reason }, 'opening a new session on the data channel');
    const socket = this.#socket;
    this.#lose(reason);
    this.#reset(socket);
  }

  /** Ends the link for good. The reset keeps bytes that are under way from a guest that is being reverted. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#helloTimer);
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#silenceTimer);
    this.#reset(this.#socket);
    this.#lose('the link was closed');
  }

  #flush(socket: Socket): void {
    socket.uncork();
    // A guest can give credit and end executions without reading a byte.
    if (socket !== this.#socket || socket.writableLength <= maxUnreadBytes) return;
    const detail = `the guest server has left ${maxUnreadBytes} bytes unread`;
    this.#fault({ kind: 'silent', detail });
  }

  #awaitReady(): void {
    this.#silenceTimer = setTimeout(() => this.#onSilence(), silenceLimitMs);
  }

  #connectIn(delayMs: number): void {
    this.#reconnectTimer = setTimeout(() => this.#connect(), delayMs);
  }

  #connect(): void {
    const socket = connect({ ...socketOptions(this.#options.address), noDelay: true });
    this.#socket = socket;
    this.#session = this.#options.random.session();
    socket.on('connect', () => this.#greet());
    socket.on('data', (chunk) => {
      // A guest that floods the channel gets one turn among all others.
      socket.pause();
      setImmediate(() => socket.resume());
      this.#decoder.push(chunk);
    });
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'data channel'));
    socket.on('close', () => {
      clearTimeout(this.#helloTimer);
      if (this.#isClosed) return;
      this.#lose('the data channel was cut');
      this.#connectIn(this.#reconnectDelayMs);
      this.#reconnectDelayMs = Math.min(2 * this.#reconnectDelayMs, maxReconnectDelayMs);
    });
  }

  #greet(): void {
    // Ends whatever frame an earlier connection left half said.
    this.#socket?.write(Uint8Array.of(0));
    this.#hellos = 0;
    this.#hello();
    this.#helloTimer = setInterval(() => this.#hello(), helloIntervalMs);
  }

  #hello(): void {
    this.#hellos += 1;
    this.#isRefusalLogged = false;
    const timeUs = this.#options.nowUs();
    const entropy = this.#options.random.entropy();
    this.send({ $case: 'hello', value: { protocolVersion, timeUs, entropy } });
  }

  #receive(header: Uint8Array, payload: Uint8Array): void {
    // What came in one piece with a fault is no better than the fault.
    if (this.#isClosed) return;
    const frame = this.#decode(header);
    const body = frame?.body;
    if (frame === undefined || body === undefined) return;
    const isOurs = frame.session === this.#session && frame.generation === this.#options.generation;
    if (body.$case === 'noSession') {
      if (isOurs) this.#onForgotten();
      return;
    }
    if (!isOurs) return;
    if (body.$case === 'ready') this.#onReady(body.value);
    else if (this.#isReady) this.#options.onBody(body, payload);
  }

  #decode(header: Uint8Array): GuestFrame | undefined {
    try {
      return GuestFrame.decode(header);
    } catch {
      this.#onCorrupt('no message of the protocol');
      return undefined;
    }
  }

  #onReady(ready: Ready): void {
    if (this.#isReady) return;
    if (ready.protocolVersion !== protocolVersion) {
      this.#onUnfit(ready.protocolVersion);
      return;
    }
    this.#refusal = this.#refusalOf(ready);
    if (this.#refusal !== undefined) {
      this.#logRefusal();
      if (this.#hellos < quickHellos) this.#hello();
      return;
    }
    clearTimeout(this.#helloTimer);
    clearTimeout(this.#silenceTimer);
    this.#isReady = true;
    this.#isUnfit = false;
    this.#steadyTimer = setTimeout(() => {
      this.#reconnectDelayMs = minReconnectDelayMs;
    }, steadySessionMs);
    this.#probeTimer = setInterval(() => this.send({ $case: 'probe', value: {} }), probeIntervalMs);
    this.#options.onReady(ready);
  }

  /** Once for each Hello, however often the guest answers it. */
  #logRefusal(): void {
    if (this.#isRefusalLogged) return;
    this.#isRefusalLogged = true;
    this.#options.log.warn({ refusal: this.#refusal, hellos: this.#hellos }, 'not ready yet');
  }

  #onUnfit(guestVersion: number): void {
    clearTimeout(this.#silenceTimer);
    if (this.#isUnfit) return;
    this.#isUnfit = true;
    this.#options.log.error(
      { guest: guestVersion, host: protocolVersion },
      "the guest server speaks another version of the channel's protocol: install the guest server of this release",
    );
    this.#options.onUnfit();
  }

  /** What a guest must have done before it gets work, as far as its word goes. */
  #refusalOf(ready: Ready): string | undefined {
    if (!ready.reseeded) return 'its random generator could not be reseeded';
    if (ready.capacity === 0) return 'it has no place for an execution';
    const errorUs = this.#options.nowUs() - ready.timeUs;
    if (errorUs <= maxClockErrorUs && errorUs >= -maxClockErrorUs) return undefined;
    return `its clock is ${Number(errorUs) / 1e6} s behind`;
  }

  #onForgotten(): void {
    // An answer to a Hello is on its way.
    if (!this.#isReady) return;
    this.#fault({ kind: 'forgotten', detail: 'the guest server knows nothing of its session' });
  }

  #onCorrupt(reason: string): void {
    // Before the session is open, garbage is what an earlier one left behind.
    if (!this.#isReady) return;
    this.#fault({ kind: 'corrupt', detail: `a frame of the data channel was dropped: ${reason}` });
  }

  #onSilence(): void {
    const limit = `${silenceLimitMs / 1000} s`;
    const detail =
      this.#refusal === undefined
        ? `the guest server has not opened a session within ${limit}`
        : `the guest server was not fit for work within ${limit}: ${this.#refusal}`;
    this.#fault({ kind: 'silent', detail });
  }

  #fault(fault: LinkFault): void {
    this.close();
    this.#options.onFault(fault);
  }

  #reset(socket: Socket | undefined): void {
    // Unix sockets know no reset; closing one drops what is under way all the same.
    if (this.#options.address.kind === 'unix' || socket?.connecting === true) socket?.destroy();
    else socket?.resetAndDestroy();
  }

  #lose(reason: string): void {
    this.#socket = undefined;
    if (!this.#isReady) return;
    this.#isReady = false;
    clearInterval(this.#probeTimer);
    clearTimeout(this.#steadyTimer);
    if (this.#isReadyExpected && !this.#isClosed) this.#awaitReady();
    this.#options.onLost(reason);
  }
}

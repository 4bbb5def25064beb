// The heartbeat channel of one machine: a socket that connects again whenever it is cut.

import { connect, type Socket } from 'node:net';
import { type Address, socketOptions } from '../lib/config/address.js';
import { backoff } from '../lib/process/back-off.js';
import type { Clock } from '../lib/process/clock.js';
import { type HeartAnswers, newlines, ProvenAnswers } from './heart-answers.js';

/** What comes out of a heartbeat channel. */
export interface HeartbeatListener {
  readonly onConnected: () => void;
  /** At least one newline came. */
  readonly onBeat: () => void;
  /** A connection ended, or none could be had. Not called for one that `close` ended. */
  readonly onClosed: () => void;
}

/** The heartbeat channel of one machine. */
export interface HeartbeatChannel {
  /** Connects, and connects again whenever the connection is lost, until `close`. */
  open(): void;
  /** Cuts the connection off at once. Nothing of it comes out any more. */
  close(): void;
  /** Asks for a beat. Does nothing where there is no connection. */
  probe(): void;
}

/** A heartbeat channel over TCP or a Unix socket. It is closed at first. */
export class SocketHeartbeatChannel implements HeartbeatChannel {
  readonly #address: Address;
  readonly #answers: HeartAnswers;
  readonly #clock: Clock;
  readonly #listener: HeartbeatListener;
  #isOpen = false;
  #isConnected = false;
  #socket: Socket | undefined;
  /** Calls off the one timer that a channel has: for the connect, the next read, or the next connect. */
  #cancelTimer = () => {};
  /** The first attempt after a loss comes at once. */
  readonly #retryDelays = backoff({ firstMs: 0, minMs: 50, maxMs: 1000 });

  constructor(options: {
    address: Address;
    /** What the guest must know. Absent: every newline is a beat. */
    secret?: Uint8Array | undefined;
    clock: Clock;
    listener: HeartbeatListener;
  }) {
    this.#address = options.address;
    this.#answers = options.secret === undefined ? newlines : new ProvenAnswers(options.secret);
    this.#clock = options.clock;
    this.#listener = options.listener;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#retryDelays.reset();
    this.#connect();
  }

  close(): void {
    this.#isOpen = false;
    this.#cancelTimer();
    const socket = this.#socket;
    const wasConnected = this.#isConnected;
    this.#socket = undefined;
    this.#isConnected = false;
    if (socket === undefined) return;
    // A reset throws away what is in flight; a normal close would feed it to the guest after a revert. A Unix socket
    // has nothing in flight and knows no reset.
    if (this.#address.kind === 'tcp' && wasConnected) socket.resetAndDestroy();
    else socket.destroy();
  }

  probe(): void {
    // What is not read yet asks already, and a guest that does not read must not fill our memory.
    if (this.#isConnected && this.#socket?.writableLength === 0)
      this.#socket.write(this.#answers.probe());
  }

  #connect(): void {
    const socket = connect(socketOptions(this.#address));
    this.#socket = socket;
    const isCurrent = () => this.#socket === socket;
    socket.setNoDelay();
    socket.on('connect', () => isCurrent() && this.#onConnect());
    socket.on('data', (chunk) => isCurrent() && this.#onData(socket, chunk));
    socket.on('close', () => isCurrent() && this.#onClose());
    // The close that follows an error is what counts.
    socket.on('error', () => {});
    this.#setTimer(connectTimeoutMs, () => socket.destroy());
  }

  #onConnect(): void {
    this.#cancelTimer();
    this.#isConnected = true;
    this.#answers.reset();
    this.#listener.onConnected();
  }

  #onData(socket: Socket, chunk: Buffer): void {
    this.#retryDelays.reset();
    // A guest that floods the channel must not keep the Watchdog busy.
    socket.pause();
    this.#setTimer(readPauseMs, () => socket.resume());
    if (this.#answers.isBeat(chunk)) this.#listener.onBeat();
  }

  #onClose(): void {
    this.#socket = undefined;
    this.#isConnected = false;
    this.#setTimer(this.#retryDelays.next(), () => this.#connect());
    this.#listener.onClosed();
  }

  #setTimer(delayMs: number, callback: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.schedule(delayMs, callback);
  }
}

const connectTimeoutMs = 3_000;
const readPauseMs = 20;

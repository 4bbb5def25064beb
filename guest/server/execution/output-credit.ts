// Credit for what one execution sends to the host, and whether the transport has room for it now.

import { CreditWindow } from '../../protocol/credit.js';
import { maxPieceBytes, outputWindowBytes } from '../../protocol/frame.js';
import type { Sender } from '../transport/sender.js';

/** How much of what an execution gives back may be sent: output, then files. */
export class OutputCredit {
  readonly #sender: Sender;
  readonly #listeners: (() => void)[] = [];
  #window: CreditWindow;
  #isDiscarding = false;
  #awaitsDrain = false;

  constructor(options: { sender: Sender; bytes: number }) {
    this.#sender = options.sender;
    const { bytes } = options;
    const maxBytes = Math.max(bytes, outputWindowBytes);
    this.#window = CreditWindow.of(maxBytes, { availableBytes: bytes });
  }

  /** Bytes that may be sent now, in one frame. Where it is 0, the listeners hear when to look again. */
  get available(): number {
    if (!this.#sender.isCongested) return Math.min(this.#window.availableBytes, maxPieceBytes);
    if (!this.#awaitsDrain) {
      this.#awaitsDrain = true;
      this.#sender.onDrained(() => {
        this.#awaitsDrain = false;
        this.#notify();
      });
    }
    return 0;
  }

  /** Nobody waits for it any more: what may not be sent is to be dropped. */
  get isDiscarding(): boolean {
    return this.#isDiscarding;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  add(bytes: number): void {
    this.#window = this.#window.receive(bytes);
    this.#notify();
  }

  spend(bytes: number): void {
    this.#window = this.#window.spend(bytes);
  }

  discard(): void {
    this.#isDiscarding = true;
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

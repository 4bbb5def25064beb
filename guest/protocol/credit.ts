// A window of credit: how many bytes one end of a stream may send before the other end has taken what came before.

/** More was sent than there was credit for. */
export class CreditError extends Error {
  override readonly name = 'CreditError';
}

/** A window after credit was given, and the bytes that the sender must be told of; 0: none yet. */
export interface Grant {
  readonly window: CreditWindow;
  readonly grantedBytes: number;
}

/**
 * An immutable value that both ends keep. The sender spends credit and receives more; the receiver spends it for what
 * has come, and gives it back when that was taken.
 *
 * For the receiver, `availableBytes`, `owedBytes` and what was spent but not taken yet add up to `maxBytes` at any time.
 * A receiver that trusts its sender may leave out `spend`: its window then stays full.
 */
export class CreditWindow {
  readonly maxBytes: number;
  /** Credit goes back in portions of at least this size: a frame for every few bytes would cost more than they do. */
  readonly portionBytes: number;
  /** What may be sent now. */
  readonly availableBytes: number;
  /** What was taken since the last portion went back. */
  readonly owedBytes: number;
  /** Raised whenever the window is renewed. What was spent in an earlier epoch gives nothing back. */
  readonly epoch: number;

  private constructor(
    maxBytes: number,
    portionBytes: number,
    availableBytes: number,
    owedBytes: number,
    epoch: number,
  ) {
    this.maxBytes = maxBytes;
    this.portionBytes = portionBytes;
    this.availableBytes = availableBytes;
    this.owedBytes = owedBytes;
    this.epoch = epoch;
  }

  /** A window that is full unless `availableBytes` says otherwise. */
  static of(maxBytes: number, { portionBytes = 1, availableBytes = maxBytes } = {}): CreditWindow {
    return new CreditWindow(maxBytes, portionBytes, availableBytes, 0, 0);
  }

  /** @throws CreditError where there is not as much */
  spend(bytes: number): CreditWindow {
    if (bytes > this.availableBytes)
      throw new CreditError('more was sent than there is credit for');
    return this.#with(this.availableBytes - bytes, this.owedBytes);
  }

  /** Takes credit that the receiver has given. It never gets above the window, whatever the receiver says. */
  receive(bytes: number): CreditWindow {
    return this.#with(Math.min(this.maxBytes, this.availableBytes + bytes), this.owedBytes);
  }

  /** Gives back what was spent, in its epoch, on bytes that were taken now. */
  giveBack(bytes: number, epoch: number = this.epoch): Grant {
    if (epoch !== this.epoch) return { window: this, grantedBytes: 0 };
    const owedBytes = this.owedBytes + bytes;
    if (owedBytes < this.portionBytes) {
      return { window: this.#with(this.availableBytes, owedBytes), grantedBytes: 0 };
    }
    const availableBytes = Math.min(this.maxBytes, this.availableBytes + owedBytes);
    return { window: this.#with(availableBytes, 0), grantedBytes: owedBytes };
  }

  /** Fills the window without waiting for what was spent, and begins an epoch. */
  renew(): Grant {
    const { maxBytes, portionBytes, availableBytes, epoch } = this;
    const renewed = new CreditWindow(maxBytes, portionBytes, availableBytes, 0, epoch + 1);
    return renewed.giveBack(maxBytes - availableBytes);
  }

  #with(availableBytes: number, owedBytes: number): CreditWindow {
    return new CreditWindow(
      this.maxBytes,
      this.portionBytes,
      availableBytes,
      owedBytes,
      this.epoch,
    );
  }
}

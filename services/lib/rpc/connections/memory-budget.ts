// Memory that strangers share: whoever holds most must go when all of it is used.

/** What one holder has of a budget. */
export interface BudgetShare {
  /** Says how much the holder has now. */
  set(bytes: number): void;
  /** Gives everything back, for good. */
  close(): void;
}

interface Holder {
  bytes: number;
  readonly end: () => void;
}

/** Counts what holders have. It takes no memory itself. */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #holders = new Set<Holder>();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** @param end has the holder let go of everything; called once at most */
  open(end: () => void): BudgetShare {
    const holder: Holder = { bytes: 0, end };
    this.#holders.add(holder);
    return {
      set: (bytes) => {
        if (!this.#holders.has(holder)) return;
        this.#usedBytes += bytes - holder.bytes;
        holder.bytes = bytes;
        if (this.#usedBytes > this.#maxBytes) this.#endLargest(holder);
      },
      close: () => this.#remove(holder),
    };
  }

  #endLargest(first: Holder): void {
    let largest = first;
    for (const holder of this.#holders) if (holder.bytes > largest.bytes) largest = holder;
    this.#remove(largest);
    largest.end();
  }

  #remove(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#usedBytes -= holder.bytes;
  }
}

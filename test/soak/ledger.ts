/** What came of one request. */
export type Answer =
  | { readonly kind: 'right'; readonly ms: number }
  | { readonly kind: 'wrong'; readonly detail: string }
  /** The machine was lost under the program: legal where that machine was put back meanwhile. */
  | {
      readonly kind: 'unknown';
      /** Absent where the client is not told. */
      readonly machine?: string;
      readonly startedAtMs: number;
      readonly endedAtMs: number;
    }
  /** Nothing came, or the connection was cut without a word. */
  | { readonly kind: 'lost'; readonly detail: string };

/** What was asked, and how. */
export interface Asked {
  /** Kind of program. */
  readonly program: string;
  /** Way to ask: a method or the line. */
  readonly protocol: string;
}

/** What happened to some of the requests. */
export interface Row {
  readonly name: string;
  /** Requests that were not refused in the end: each must be answered exactly once. */
  accepted: number;
  /** Right, wrong and unknown ones together. */
  answered: number;
  right: number;
  wrong: number;
  unknown: number;
  lost: number;
  /** Times that requests were refused and tried again, by reason. */
  readonly refused: Map<string, number>;
  /** Of the right ones, from the last try to the answer. */
  readonly ms: number[];
}

/** A machine began to be put back, or came back from being away. */
export interface Revert {
  readonly machine: string;
  readonly atMs: number;
}

/** A machine that is gone may be found out after the programs on it were lost: 15 s for one that is silent. */
const foundOutWithinMs = 60_000;

/** Counts what happened to all requests. */
export class Ledger {
  readonly #rows = new Map<string, Asked & { readonly row: Row }>();
  readonly #unknown: { readonly row: Row; readonly answer: Answer & { kind: 'unknown' } }[] = [];
  readonly #details: string[] = [];

  noteRejection(asked: Asked, reason: string): void {
    const { refused } = this.#row(asked);
    refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }

  note(asked: Asked, answer: Answer): void {
    const row = this.#row(asked);
    row.accepted += 1;
    row[answer.kind] += 1;
    if (answer.kind !== 'lost') row.answered += 1;
    switch (answer.kind) {
      case 'right':
        row.ms.push(answer.ms);
        return;
      case 'unknown':
        this.#unknown.push({ row, answer });
        return;
      case 'wrong':
      case 'lost':
        this.#details.push(`${answer.kind}: ${row.name}: ${answer.detail}`);
    }
  }

  /** Turns the unknown answers that no revert accounts for into wrong ones. Called once, at the end. */
  judge(reverts: readonly Revert[]): void {
    for (const { row, answer } of this.#unknown.splice(0)) {
      if (reverts.some((revert) => accountsFor(revert, answer))) continue;
      row.unknown -= 1;
      row.wrong += 1;
      const detail = `${answer.machine ?? 'a machine'} is said to be lost, and was not put back`;
      this.#details.push(`wrong: ${row.name}: ${detail}`);
    }
  }

  /** A row for each kind of program or each way to ask, in alphabetical order. */
  rows(by: keyof Asked): readonly Row[] {
    const entries = [...this.#rows.values()];
    const names = [...new Set(entries.map((entry) => entry[by]))].sort();
    return names.map((name) =>
      sumOf(
        name,
        entries.filter((entry) => entry[by] === name).map(({ row }) => row),
      ),
    );
  }

  /** All requests as one row. */
  total(): Row {
    const rows = [...this.#rows.values()].map(({ row }) => row);
    return sumOf('all', rows);
  }

  /** One line for each answer that was wrong or lost. */
  details(): readonly string[] {
    return this.#details;
  }

  #row({ program, protocol }: Asked): Row {
    const name = `${program} by ${protocol}`;
    const { row } = this.#rows.get(name) ?? { row: emptyRow(name) };
    this.#rows.set(name, { program, protocol, row });
    return row;
  }
}

function sumOf(name: string, rows: readonly Row[]): Row {
  const sum = emptyRow(name);
  for (const row of rows) {
    for (const count of ['accepted', 'answered', 'right', 'wrong', 'unknown', 'lost'] as const) {
      sum[count] += row[count];
    }
    for (const [reason, times] of row.refused) {
      sum.refused.set(reason, (sum.refused.get(reason) ?? 0) + times);
    }
    sum.ms.push(...row.ms);
  }
  return sum;
}

function emptyRow(name: string): Row {
  const counts = { accepted: 0, answered: 0, right: 0, wrong: 0, unknown: 0, lost: 0 };
  return { name, ...counts, refused: new Map(), ms: [] };
}

function accountsFor(revert: Revert, answer: Answer & { kind: 'unknown' }): boolean {
  return (
    (answer.machine === undefined || answer.machine === revert.machine) &&
    revert.atMs >= answer.startedAtMs &&
    revert.atMs <= answer.endedAtMs + foundOutWithinMs
  );
}

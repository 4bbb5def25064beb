// Maps the words of our code to the enumeration of a contract, and back.

/** One table for both directions. The compiler reports a word or a value that a caller may pass and the table lacks. */
export interface EnumTable<T extends Readonly<Record<string, number>>> {
  toWire(word: keyof T): T[keyof T];
  /** `undefined` for UNSPECIFIED, and for a number that the contract does not know: enumerations are open on the wire. */
  fromWire(value: T[keyof T] | 0 | undefined): keyof T | undefined;
}

/**
 * `enumTable({ ready: State.READY, offline: State.OFFLINE })`. UNSPECIFIED needs no word. Of several words for one value,
 * `fromWire` gives the first.
 */
export function enumTable<const T extends Readonly<Record<string, number>>>(
  table: T,
): EnumTable<T> {
  const words = new Map<number, keyof T>();
  for (const [word, value] of Object.entries(table)) {
    if (!words.has(value)) words.set(value, word);
  }
  return {
    toWire: (word) => table[word],
    fromWire: (value) => (value === undefined ? undefined : words.get(value)),
  };
}

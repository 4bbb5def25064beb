// Matches paths against globs, at a cost that hostile globs cannot raise much.

/**
 * Whether one of some globs stands for a path. In a part `*` stands for any characters and `?` for one; a part that is `**`
 * stands for any number of parts, none included; nothing else is special, a dot in front neither.
 *
 * Globs and paths may come from somebody hostile. Where one may stand in a name is kept as bits, 32 in a step, and no
 * name is held against the same part twice: a path takes a fraction of the product of its length and that of all globs.
 * `output_files.py` in the guest matches the same.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const parts = new Map<string, Part>();
  const compiled = globs.map((glob) =>
    glob.split('/').map((text) => {
      const part = parts.get(text) ?? compilePart(text, parts.size);
      parts.set(text, part);
      return part;
    }),
  );
  return (path) => {
    const known = new Map<string, Name>();
    const names = path.split('/').map((text) => {
      const name = known.get(text) ?? new Name(text, parts.size);
      known.set(text, name);
      return name;
    });
    return compiled.some((each) => matchesParts(each, names));
  };
}

interface Part {
  readonly kind: 'any parts' | 'any' | 'pattern' | 'literal';
  readonly text: string;
  readonly characters: readonly string[];
  /** Among the parts of all globs. */
  readonly index: number;
}

function compilePart(text: string, index: number): Part {
  const characters = Array.from(text);
  if (text === '**') return { kind: 'any parts', text, characters, index };
  if (text === '*') return { kind: 'any', text, characters, index };
  const kind = /[*?]/.test(text) ? 'pattern' : 'literal';
  return { kind, text, characters, index };
}

function matchesParts(parts: readonly Part[], names: readonly Name[]): boolean {
  let reached = new Uint8Array(parts.length + 1);
  reached[0] = 1;
  passOverAnyParts(parts, reached);
  for (const name of names) {
    const next = new Uint8Array(parts.length + 1);
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at] as Part;
      if (reached[at] === 0) continue;
      if (part.kind === 'any parts') next[at] = 1;
      else if (name.isMatchedBy(part)) next[at + 1] = 1;
    }
    passOverAnyParts(parts, next);
    reached = next;
  }
  return reached[parts.length] === 1;
}

/** A `**` may stand for nothing. */
function passOverAnyParts(parts: readonly Part[], reached: Uint8Array): void {
  for (let at = 0; at < parts.length; at += 1) {
    if (reached[at] === 1 && parts[at]?.kind === 'any parts') reached[at + 1] = 1;
  }
}

const yes = 1;
const no = 2;

/** One part of a path. */
class Name {
  readonly #text: string;
  /** By the index of a part: `yes`, `no`, 0 where nobody has asked. */
  readonly #answers: Uint8Array;
  #positions: Positions | undefined;

  constructor(text: string, partCount: number) {
    this.#text = text;
    this.#answers = new Uint8Array(partCount);
  }

  isMatchedBy(part: Part): boolean {
    this.#answers[part.index] ||= this.#isMatchedBy(part) ? yes : no;
    return this.#answers[part.index] === yes;
  }

  #isMatchedBy({ kind, text, characters }: Part): boolean {
    if (kind === 'any' || kind === 'any parts') return true;
    if (kind === 'literal') return text === this.#text;
    this.#positions ??= positionsIn(this.#text);
    return matchesPattern(characters, this.#positions);
  }
}

/** Where the characters of a name stand, as bits. */
interface Positions {
  readonly length: number;
  readonly of: ReadonlyMap<string, Uint32Array>;
  readonly all: Uint32Array;
}

function positionsIn(name: string): Positions {
  const characters = Array.from(name);
  const { length } = characters;
  const none = () => new Uint32Array((length >>> 5) + 1);
  const of = new Map<string, Uint32Array>();
  const all = none();
  for (const [i, character] of characters.entries()) {
    const positions = of.get(character) ?? none();
    of.set(character, positions);
    for (const bits of [positions, all])
      bits[i >>> 5] = (bits[i >>> 5] as number) | (1 << (i & 31));
  }
  return { length, of, all };
}

function matchesPattern(pattern: readonly string[], { length, of, all }: Positions): boolean {
  // A bit for each number of characters that may have matched.
  const reached = new Uint32Array(all.length);
  reached[0] = 1;
  for (const character of pattern) {
    if (character === '*') {
      reachAllAfter(reached);
      continue;
    }
    const positions = character === '?' ? all : of.get(character);
    if (positions === undefined || !moveOver(positions, reached)) return false;
  }
  return (((reached[length >>> 5] as number) >>> (length & 31)) & 1) === 1;
}

/** @returns whether anything is left */
function moveOver(positions: Uint32Array, reached: Uint32Array): boolean {
  let carry = 0;
  let left = 0;
  for (let i = 0; i < reached.length; i += 1) {
    const here = (reached[i] as number) & (positions[i] as number);
    reached[i] = (here << 1) | carry;
    carry = here >>> 31;
    left |= here;
  }
  return left !== 0;
}

function reachAllAfter(reached: Uint32Array): void {
  let first = 0;
  while (reached[first] === 0) first += 1;
  const word = reached[first] as number;
  // Its lowest bit and all above.
  reached[first] = -(word & -word);
  for (let i = first + 1; i < reached.length; i += 1) reached[i] = ~0;
}

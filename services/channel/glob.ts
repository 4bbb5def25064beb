/**
 * Whether a glob stands for a path. In a part `*` stands for any characters and `?` for one; a part that is `**` stands
 * for any number of parts, none included; nothing else is special, a dot in front neither.
 *
 * Takes at most as many steps as the product of both lengths, whatever they are: both may come from somebody hostile.
 * `output_files.py` in the guest does the same.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const parts = glob.split('/');
  let reached = throughAnyParts(parts, [0]);
  for (const name of path.split('/')) {
    const next = [...reached].flatMap((at) => {
      const part = parts[at];
      if (part === undefined) return [];
      if (part === '**') return [at];
      return matchesPart(Array.from(part), Array.from(name)) ? [at + 1] : [];
    });
    reached = throughAnyParts(parts, next);
  }
  return reached.has(parts.length);
}

/** Where one may stand in a glob, with each `**` that stands for nothing passed over. */
function throughAnyParts(parts: readonly string[], places: readonly number[]): Set<number> {
  const reached = new Set<number>();
  for (let at of places) {
    reached.add(at);
    for (; parts[at] === '**'; at += 1) reached.add(at + 1);
  }
  return reached;
}

/** A star takes as little as it can; where the rest then fails, only the last star takes one more. */
function matchesPart(part: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let lastStar = -1;
  let lastStarEnd = 0;
  for (let i = 0; i < name.length; ) {
    if (part[at] === '*') {
      lastStar = at;
      lastStarEnd = i;
      at += 1;
    } else if (at < part.length && (part[at] === '?' || part[at] === name[i])) {
      at += 1;
      i += 1;
    } else if (lastStar !== -1) {
      lastStarEnd += 1;
      at = lastStar + 1;
      i = lastStarEnd;
    } else {
      return false;
    }
  }
  while (part[at] === '*') at += 1;
  return at === part.length;
}

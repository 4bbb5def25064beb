// Reads XML in the one form in which libvirt prints it: `>` and quotes inside values are always escaped.

/** Attributes of an element, unescaped. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * Attributes of the first element that begins as `start` says, which ends after the name of the element; none where there
 * is no such element.
 */
export function attributesOf(xml: string, start: RegExp): Attributes {
  const tag = between(xml, start, '>') ?? '';
  const pairs = tag.matchAll(/(?<![\w:-])([\w:-]+)=(?:'([^']*)'|"([^"]*)")/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', single, double = '']) => [name, unescapeXml(single ?? double)]),
  );
}

/**
 * What is between the first `start` and the first `end` after it. A regular expression would look for the end again from
 * each start that has none.
 */
export function between(text: string, start: RegExp, end: string): string | undefined {
  const found = start.exec(text);
  if (found === null) return undefined;
  const from = found.index + found[0].length;
  const endAt = text.indexOf(end, from);
  return endAt === -1 ? undefined : text.slice(from, endAt);
}

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: keyof typeof entities) => {
    return entities[name];
  });
}

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' } as const;

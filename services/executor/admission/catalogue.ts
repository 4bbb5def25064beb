// The languages that a guest offers, as far as its word is believable.

/** A language that a machine can run. */
export interface OfferedLanguage {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly version: string;
  readonly compiled: boolean;
  /** Path of source code that comes without one. */
  readonly sourceFile: string;
  /** As people write its name. */
  readonly title: string;
  readonly commentBegin: string;
  /** Empty where the end of the line ends a comment. */
  readonly commentEnd: string;
  /** A program that prints `hello`. */
  readonly hello: string;
  /** What a small program takes, where that is much; else 0. */
  readonly neededMemoryMib: number;
}

const maxLanguages = 256;
const maxAliases = 16;
const maxVersionLength = 256;
const maxPathLength = 255;
const maxTitleLength = 64;
const maxCommentLength = 16;
const maxHelloLength = 4096;

/** As Start may name it, and as it can stand in a list, a text and a log. */
const languageName = /^[a-z0-9][a-z0-9.+#_-]{0,31}$/;

/** What of the languages that a guest claims to have may be shown to clients: names are names, and not too many. */
export function believableLanguages(claimed: readonly OfferedLanguage[]): OfferedLanguage[] {
  return claimed
    .filter(({ name }) => languageName.test(name))
    .slice(0, maxLanguages)
    .map(({ name, aliases, compiled, sourceFile, ...claim }) => ({
      name,
      aliases: aliases.filter((alias) => languageName.test(alias)).slice(0, maxAliases),
      version: oneLine(claim.version, maxVersionLength),
      compiled,
      sourceFile: sourceFile.slice(0, maxPathLength),
      title: oneLine(claim.title, maxTitleLength),
      commentBegin: oneLine(claim.commentBegin, maxCommentLength),
      commentEnd: oneLine(claim.commentEnd, maxCommentLength),
      hello: claim.hello.slice(0, maxHelloLength),
      neededMemoryMib: claim.neededMemoryMib,
    }));
}

function oneLine(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/\p{Cc}/gu, ' ');
}

/**
 * Finds a language by its name or, where no name fits, by an alias.
 *
 * @param wanted `NAME` or `NAME@VERSION`: `python3@3.14` is any 3.14
 */
export function findLanguage(
  languages: readonly OfferedLanguage[],
  wanted: string,
): OfferedLanguage | undefined {
  const [name = '', version] = wanted.split('@', 2);
  const versions = languages.filter(
    (language) => version === undefined || isOfVersion(language, version),
  );
  return (
    versions.find((language) => language.name === name) ??
    versions.find((language) => language.aliases.includes(name))
  );
}

/** A language as a request can name it with its version, such as `python3@3.13.5`. */
export function nameWithVersion({ name, version }: OfferedLanguage): string {
  const [number] = numbersOf(version);
  return number === undefined ? name : `${name}@${number}`;
}

/** A compiler's line holds its version among other numbers. */
function isOfVersion({ version }: OfferedLanguage, wanted: string): boolean {
  return numbersOf(version).some((number) => `${number}.`.startsWith(`${wanted}.`));
}

function numbersOf(version: string): string[] {
  return version.match(/\d+(?:\.\d+)*/g) ?? [];
}

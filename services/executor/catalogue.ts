/** A language that a machine can run. */
export interface OfferedLanguage {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly version: string;
  readonly compiled: boolean;
  /** Path of source code that comes without one. */
  readonly sourceFile: string;
}

/** Finds a language by its name or, where no name fits, by an alias. */
export function findLanguage(
  languages: readonly OfferedLanguage[],
  nameOrAlias: string,
): OfferedLanguage | undefined {
  return (
    languages.find((language) => language.name === nameOrAlias) ??
    languages.find((language) => language.aliases.includes(nameOrAlias))
  );
}

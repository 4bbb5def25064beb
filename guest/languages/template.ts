// Fills in the template of a command line.

/** What the words in braces stand for: see `CommandTemplate` in language.ts. */
export interface TemplateValues {
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  /** The code, then what is compiled with it. */
  readonly sources: readonly string[];
  readonly package: string;
  readonly program: string;
  readonly libraries: readonly string[];
}

/** @returns the words of the command line */
export function fillTemplate(template: readonly string[], values: TemplateValues): string[] {
  const [source = ''] = values.sources;
  return template.flatMap((word) => {
    switch (word) {
      case '{options}':
        return values.options;
      case '{arguments}':
        return values.arguments;
      case '{sources}':
        return values.sources;
      case '{package}':
        return [values.package];
      case '{libraries}':
        return values.libraries;
      default:
        // A path may hold what `replace` takes for a pattern, such as `$&`.
        return [word.replace('{source}', () => source).replace('{program}', () => values.program)];
    }
  });
}

/** What vm-exec itself is told, in front of the words that PBot's users write. */
export interface ExecOptions {
  /** Local paths of files that go to the program. */
  readonly files: readonly string[];
  /** Paths or globs of files that come back. */
  readonly outputFiles: readonly string[];
  /** Where those are put; there where any are asked for. */
  readonly outputDirectory: string;
  /** What is left: PBot's command line. */
  readonly words: readonly string[];
}

/**
 * Takes vm-exec's own options off the front of its words. What stands behind the first other word is none of them: it
 * may be code.
 *
 * @returns the options, or what is wrong with them
 */
export function takeExecOptions(words: readonly string[]): ExecOptions | { mistake: string } {
  const files: string[] = [];
  const outputFiles: string[] = [];
  const directories: string[] = [];
  const values = new Map([
    ['--file', files],
    ['--output-file', outputFiles],
    ['--output-directory', directories],
  ]);
  let at = 0;
  for (; at < words.length; at += 1) {
    const [, name = '', value] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(words[at] ?? '') ?? [];
    const taken = values.get(name);
    if (taken === undefined) break;
    if (value === undefined) at += 1;
    const given = value ?? words[at];
    if (given === undefined || given === '') return { mistake: `${name} needs a value` };
    taken.push(given);
  }
  const outputDirectory = directories.at(-1);
  if (outputFiles.length > 0 && outputDirectory === undefined) {
    return { mistake: '--output-file needs --output-directory' };
  }
  return { files, outputFiles, outputDirectory: outputDirectory ?? '', words: words.slice(at) };
}

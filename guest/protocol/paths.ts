// Rules for paths of files and for globs, which host and guest both check.

export const maxPathBytes = 1024;
export const maxPartBytes = 255;
export const maxParts = 32;

/** Where an execution keeps state: the first part of a path that stands for a file of /tmp. */
export const temporaryPart = '.tmp';

/**
 * Checks the path of a file in a working directory, or a glob over such paths: relative, of whole parts that each name
 * something, and bounded.
 *
 * @returns what is wrong with it, to follow its name in a sentence
 */
export function validatePath(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.includes('\0')) return 'holds a NUL character';
  if (path.startsWith('/')) return 'is absolute';
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  const parts = path.split('/');
  if (parts.length > maxParts) return `has more than ${maxParts} parts`;
  if (parts.includes('')) return 'has an empty part';
  if (parts.includes('.') || parts.includes('..')) return 'has a part "." or ".."';
  if (parts.every((part) => Buffer.byteLength(part) <= maxPartBytes)) return undefined;
  return `has a part of more than ${maxPartBytes} bytes`;
}

/**
 * Finds a file that can't be there together with the others: one of the same path as an earlier one, or one in a
 * directory whose path is that of another file.
 */
export function findPathConflict(
  paths: readonly string[],
): { readonly index: number; readonly description: string } | undefined {
  const files = new Set<string>();
  for (const [index, path] of paths.entries()) {
    if (files.has(path)) return { index, description: 'is the path of an earlier file' };
    files.add(path);
  }
  for (const [index, path] of paths.entries()) {
    const taken = directoriesOf(path).find((directory) => files.has(directory));
    if (taken !== undefined) {
      return { index, description: `lies in ${JSON.stringify(taken)}, which is a file` };
    }
  }
  return undefined;
}

/** The directories that a file lies in, outermost first; without the working directory. */
export function directoriesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

// Globs as regular expressions, to compare ours with.

/**
 * Whether a glob stands for a path, by the engine of regular expressions: simple, but it may take forever for what is long.
 * Only for paths that may be.
 */
export function matchesByExpression(glob: string, path: string): boolean {
  const expressions = glob.split('/').map((part) => {
    if (part === '**') return '(?:/[^/]+)*';
    const literal = part.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
    return `/${literal.replace(/[*]+/g, '[^/]*').replace(/[?]/g, '[^/]')}`;
  });
  return new RegExp(`^${expressions.join('')}$`, 'u').test(`/${path}`);
}

// The interface of a fuzz target.

import type { IRawProperty } from 'fast-check';

/**
 * Something that reads what others have written, and what must be so whatever that is. Its assertions have messages: for one
 * without, Node.js parses the source text to make one up, which takes minutes in what tsx has made of it.
 */
export interface Target {
  readonly name: string;
  /** What must be so, for `--help` and the names of tests. */
  readonly promise: string;
  readonly property: IRawProperty<unknown>;
}

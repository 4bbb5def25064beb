// The size of a program's terminal, and the check of one that a client asks for.

import { isTerminalSize, maxTerminalSize } from '../../../guest/protocol/terminal.js';
import type { Violation } from './violation.js';

/** In characters, 1 to 1000. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** @param field of the size, from the message that holds it */
export function checkTerminalSize(field: string, size: TerminalSize): Violation[] {
  const { rows, columns } = size;
  return Object.entries({ rows, columns })
    .filter(([, count]) => !isTerminalSize(count))
    .map(([name, count]) => ({
      field: `${field}.${name}`,
      description: `is ${count}; it must be 1 to ${maxTerminalSize}`,
    }));
}

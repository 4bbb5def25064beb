// Reads the number of a command-line option within bounds.

import { InvalidArgumentError } from 'commander';

/** Reads the value of an option that is a number within bounds. */
export function numberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return value;
  };
}

// Says what is wrong with one field of a request.

/** What is wrong with one field of a request. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** @param field below `program` */
export function violation(field: string, description: string): Violation {
  return { field: `program.${field}`, description };
}

// An error that is one sentence for the person at the keyboard.

/**
 * What the person who runs a program can put right: a wrong option, a file that can't be read, an address that is in
 * use. The message is one sentence and is printed as it is, without a stack. A subclass is for an error that somebody
 * tells from the others.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

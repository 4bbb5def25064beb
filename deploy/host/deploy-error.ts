/** Something that the person at the keyboard can mend. The message is one or more whole sentences. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

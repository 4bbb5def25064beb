// What a conversation needs of whoever publishes a text for PBot's users.

/** Publishes texts. */
export interface PastePort {
  /** @returns where the text can be read, or one sentence that says why it can not */
  publish(text: string): Promise<string>;
}

/** Where the operator has configured nothing. Nothing leaves the host then. */
export const pastingIsOff: PastePort = {
  publish: () =>
    Promise.resolve(
      'Pasting is off here: the operator may set PBOTVM_PASTE to a site or a command.',
    ),
};

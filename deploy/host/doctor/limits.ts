// How long `pbot-vm doctor` waits for what it asks.

/** For a program of the host. */
export const commandLimitMs = 5_000;

/** For an answer of a service. */
export const callLimitMs = 3_000;

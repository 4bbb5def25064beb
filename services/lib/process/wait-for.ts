// Waits for an event, and stops waiting when a signal is aborted.

/**
 * Resolves when `settle` is called or the signal is aborted, whichever comes first. Never rejects: a caller that cares
 * looks at the signal afterwards. Nothing is subscribed where the signal is aborted already.
 *
 * @param subscribe takes what to call at the event, and returns what ends the subscription
 */
export function waitFor(
  signal: AbortSignal | undefined,
  subscribe: (settle: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const settle = () => {
      unsubscribe();
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    const unsubscribe = subscribe(settle);
    signal?.addEventListener('abort', settle);
  });
}

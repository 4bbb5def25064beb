// Whose codes a request works on, and whose it may see.

import type { Buffer } from './history.js';

/** Who speaks, and where. In a private message the channel is the nick. */
export interface Speaker {
  readonly nick: string;
  readonly channel: string;
}

/** Where the codes of a request are kept. */
export function ownBuffer({ nick, channel }: Speaker, language: string): Buffer {
  const isPrivate = channel === nick || !isChannel(channel);
  return isPrivate
    ? { owner: 'nick', name: nick || channel, language }
    : { owner: 'channel', name: channel, language };
}

/** The buffer that a user names. Undefined where it is another nick's own. */
export function visibleBuffer(
  name: string,
  speaker: Speaker,
  language: string,
): Buffer | undefined {
  if (isChannel(name)) return { owner: 'channel', name, language };
  if (name.toLowerCase() !== speaker.nick.toLowerCase()) return undefined;
  return { owner: 'nick', name, language };
}

function isChannel(name: string): boolean {
  return /^[#&+!]/.test(name);
}

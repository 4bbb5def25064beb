// Reads a line of PBot, its JSON or a plain command line, as a request.

import * as z from 'zod';
import { trim } from '../white-space.js';

/** What PBot sends. Texts that it does not send are empty. */
export interface PbotRequest {
  /** All that the user wrote. */
  readonly code: string;
  /** The language that a factoid or an alias names; not checked by PBot. */
  readonly lang: string | undefined;
  readonly nick: string;
  /** The nick in a private message. */
  readonly channel: string;
  /** A factoid says nothing where there is no output. */
  readonly isFactoid: boolean;
  /** Raw text, to be split like a shell does. */
  readonly arguments: string;
  /** Names the state that is kept for the program. */
  readonly persistKey: string | undefined;
  /** The answer where there is no code. */
  readonly usage: string | undefined;
  /** Empty: whichever machine is free. */
  readonly machine: string;
}

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: PbotRequest }
  /** The line can't be read; the text says why. */
  | { readonly kind: 'malformed'; readonly text: string };

const jsonRequest = z.object({
  code: z.string(),
  lang: z.string().optional(),
  nick: z.string().default(''),
  channel: z.string().default(''),
  factoid: z.unknown().optional(),
  arguments: z.string().default(''),
  'persist-key': z.string().optional().catch(undefined),
  usage: z.string().optional().catch(undefined),
  vm: z.string().default('').catch(''),
});

/** For each character of ASCII the regular expressions may need 8 of the 64 MiB that the runtime lets them look back in. */
const maxReadableBytes = 8_000_000;

/**
 * Reads one line: a JSON object as PBot sends it, or a plain command line.
 *
 * @param maxCodeBytes the most that a program may have. All that a user wrote is held to it before it is looked into.
 */
export function readRequest(
  line: string,
  { maxCodeBytes = maxReadableBytes }: { readonly maxCodeBytes?: number } = {},
): ReadRequest {
  const text = trim(line);
  const read = text.startsWith('{') ? readJson(text) : plainRequest(text);
  if (read.kind === 'malformed') return read;
  const maxBytes = Math.min(maxCodeBytes, maxReadableBytes);
  for (const field of ['code', 'arguments'] as const) {
    const bytes = Buffer.byteLength(read.request[field]);
    if (bytes <= maxBytes) continue;
    const text = `program.${field} is ${bytes} bytes; at most ${maxBytes} are allowed`;
    return { kind: 'malformed', text };
  }
  return read;
}

function plainRequest(code: string): ReadRequest {
  const request = {
    code,
    lang: undefined,
    nick: '',
    channel: '',
    isFactoid: false,
    arguments: '',
    persistKey: undefined,
    usage: undefined,
    machine: '',
  };
  return { kind: 'request', request };
}

function readJson(text: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'malformed', text: `The request is no valid JSON: ${reason}` };
  }
  const result = jsonRequest.safeParse(value);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return { kind: 'malformed', text: `The request is malformed: ${issues.join('; ')}` };
  }
  const { factoid, 'persist-key': persistKey, vm: machine, ...fields } = result.data;
  return {
    kind: 'request',
    request: {
      ...fields,
      lang: fields.lang,
      usage: fields.usage,
      isFactoid: Boolean(factoid),
      persistKey,
      machine,
    },
  };
}

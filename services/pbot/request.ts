// Reads a line of PBot (its JSON, or a plain command line) as a request.

import { z } from 'zod';
import type { Program } from '../gen/pbot/vm/v1/executor.js';
import { type CommandLine, parseCommandLine, splitWords, usage } from './command-line.js';
import { trim } from './white-space.js';

/** What a line of PBot asks for. */
export type PbotRequest =
  | {
      readonly kind: 'run';
      readonly program: Program;
      readonly showsInfo: boolean;
      /** A factoid says nothing where there is no output. */
      readonly isFactoid: boolean;
    }
  | { readonly kind: 'languages' }
  /** The line can't be run; the text says why. */
  | { readonly kind: 'refused'; readonly text: string };

const jsonRequest = z.object({
  lang: z.string().optional(),
  code: z.string(),
  nick: z.string().optional(),
  channel: z.string().optional(),
  factoid: z.unknown().optional(),
  arguments: z.string().optional(),
});

/** For each character the regular expressions may need 8 of the 64 MiB that the runtime lets them look back in. */
const maxCharacters = 8_000_000;

const tooLong = `The request is too long: at most ${maxCharacters} characters can be read.`;

/**
 * Reads one line: a JSON object as PBot sends it, or a plain command line.
 *
 * @param options `mayLackCode`: files come with it, and the first of them may be the code; `usage`: the answer to a line
 * without code, where that is not PBot's
 */
export function parsePbotLine(
  line: string,
  options: { mayLackCode?: boolean; usage?: string } = {},
): PbotRequest {
  const text = trim(line);
  if (!text.startsWith('{')) {
    if (text.length > maxCharacters) return { kind: 'refused', text: tooLong };
    return requestOf(parseCommandLine(text), { isFactoid: false, ...options });
  }
  const parsed = parseJson(text);
  if (typeof parsed === 'string') return { kind: 'refused', text: parsed };
  const characters = Math.max(parsed.code.length, parsed.arguments?.length ?? 0);
  if (characters > maxCharacters) return { kind: 'refused', text: tooLong };
  const commandLine = parseCommandLine(parsed.code, parsed.lang);
  const added = parsed.arguments === undefined ? [] : splitWords(parsed.arguments);
  return requestOf(
    { ...commandLine, arguments: [...commandLine.arguments, ...added] },
    {
      isFactoid: Boolean(parsed.factoid),
      requestId: [parsed.nick, parsed.channel].filter((part) => part !== undefined).join(' '),
      requester: parsed.nick,
    },
  );
}

/** @returns the request, or what is wrong with it */
function parseJson(text: string): z.infer<typeof jsonRequest> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `The request is no valid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const result = jsonRequest.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return `The request is malformed: ${issues.join('; ')}`;
}

function requestOf(
  commandLine: CommandLine,
  origin: {
    isFactoid: boolean;
    requestId?: string;
    requester?: string | undefined;
    mayLackCode?: boolean;
    usage?: string;
  },
): PbotRequest {
  if (commandLine.language === '?') return { kind: 'languages' };
  if (commandLine.code === '' && origin.mayLackCode !== true)
    return { kind: 'refused', text: origin.usage ?? usage };
  const { language, machine, code, options, stdin, showsInfo } = commandLine;
  const program: Program = {
    language,
    machine,
    code,
    options: [...options],
    arguments: [...commandLine.arguments],
    stdin: Buffer.from(stdin),
    environment: {},
    timeLimit: undefined,
    maxOutputBytes: 0n,
    requestId: (origin.requestId ?? '').slice(0, 128),
    requester: (origin.requester ?? '').slice(0, 128),
    files: [],
    compileLimits: undefined,
    runLimits: undefined,
    outputFiles: [],
    maxKeptBytes: 0n,
    terminal: undefined,
    maxWait: undefined,
    unbuffered: true,
    check: false,
    joinRepeats: false,
  };
  return { kind: 'run', program, showsInfo, isFactoid: origin.isFactoid };
}

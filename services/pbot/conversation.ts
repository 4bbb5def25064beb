// One exchange with PBot: the line as it came, the text that PBot shows.

import type { ExecutionPort, PbotLanguage, PbotProgram } from './execution-port.js';
import { takeCompilerOptions } from './options/compiler-options.js';
import { defaultCommand } from './options/default-command.js';
import { takeFrontOptions } from './options/front-options.js';
import { expandLineEnds } from './options/line-ends.js';
import { type StandardOptions, takeStandardOptions } from './options/standard-options.js';
import { splitWords } from './options/words.js';
import { boundedText } from './presentation/bounded-text.js';
import { RepeatedOutput } from './presentation/repeated-output.js';
import { resultText } from './presentation/result-text.js';
import { bellWord, safeText } from './presentation/safe-text.js';
import {
  failureText,
  unknownLanguageText,
  unknownMachineText,
  usageText,
} from './presentation/texts.js';
import { type PbotRequest, readRequest } from './request/read-request.js';
import type { Revision } from './revision.js';

export interface ConversationOptions {
  readonly revision: Revision;
  readonly nowMs: () => number;
  /** From 0 to less than 1. */
  readonly random: () => number;
}

/** Answers lines of PBot. It remembers what earlier ones have said. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #repeats: RepeatedOutput;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#repeats = new RepeatedOutput(options.revision);
  }

  /**
   * The answer to a line, without a line end behind it; safe for IRC. Empty where PBot shall say nothing.
   *
   * @param execution runs programs for this line
   */
  async answer(line: string, execution: ExecutionPort): Promise<string> {
    const read = readRequest(line);
    if (read.kind === 'malformed') return this.#presentable(read.text);
    const { request } = read;
    const asked = this.#read(request, execution);
    if ('text' in asked) return this.#presentable(asked.text);
    const text = this.#presentable(await this.#run(request, asked, execution));
    if (request.isFactoid || !isOfChannel(request)) return text;
    const { channel } = request;
    const { language } = asked;
    return this.#repeats.shown(text, { channel, language, nowMs: this.#options.nowMs() });
  }

  /** The steps before anything runs, in the order in which PBot takes them. */
  #read(request: PbotRequest, execution: ExecutionPort): AskedCode | { readonly text: string } {
    const { revision } = this.#options;
    const languages = execution.listLanguages();
    const front = takeFrontOptions(request.code, revision);
    const name = front.language ?? request.lang?.toLowerCase() ?? defaultName(languages, revision);
    const language = findName(languages, name);
    if (language === undefined) return { text: unknownLanguageText(name, languages) };
    const machine = front.machine ?? request.machine;
    const machines = execution.listMachines();
    if (machine !== '' && !machines.includes(machine)) {
      return { text: unknownMachineText(machine, machines) };
    }
    if (front.code === '') return { text: request.usage ?? usageText(revision) };
    const standard = takeStandardOptions(front.code);
    if (standard.showsInfo) {
      return { text: `${language} cmdline: ${defaultCommand(language)}` };
    }
    return { language, machine, standard };
  }

  async #run(request: PbotRequest, asked: AskedCode, execution: ExecutionPort): Promise<string> {
    const { revision } = this.#options;
    const outcome = await execution.execute(programOf(request, asked));
    if (outcome.kind === 'failure') return failureText(outcome.failure, revision);
    return resultText(outcome.result, { revision, isFactoid: request.isFactoid });
  }

  #presentable(text: string): string {
    return boundedText(safeText(text, () => bellWord(this.#options.random())));
  }
}

/** What a user has asked to be run. */
interface AskedCode {
  readonly language: string;
  /** Empty: whichever is free. */
  readonly machine: string;
  readonly standard: StandardOptions;
}

function programOf(request: PbotRequest, asked: AskedCode): PbotProgram {
  const { language, machine, standard } = asked;
  const { options, code } = takeCompilerOptions(standard.code, language);
  const origin = [request.nick, request.channel].filter((part) => part !== '').join(' ');
  return {
    language,
    machine,
    // A language may be asked for something else than to run code, such as its version.
    code: `${expandLineEnds(code)}${code === '' ? '\n' : ''}`,
    options,
    arguments: [standard.arguments ?? '', request.arguments].flatMap(splitWords),
    stdin: standard.stdin ?? new Uint8Array(),
    requestId: origin.slice(0, maxNameLength),
    requester: request.nick.slice(0, maxNameLength),
  };
}

/** What a request of the Executor may hold. */
const maxNameLength = 128;

/** C: by GCC in 2022, by Clang later. */
function defaultName(languages: readonly PbotLanguage[], revision: Revision): string {
  if (revision === '2022') return 'c11';
  return ['clang2x', 'clang'].find((name) => findName(languages, name) !== undefined) ?? 'c11';
}

/** The language of that name or alias. While no machine has said what it has, every name may be one. */
function findName(languages: readonly PbotLanguage[], name: string): string | undefined {
  const named = languages.find((language) => language.name === name);
  const found = named ?? languages.find(({ aliases }) => aliases.includes(name));
  return languages.length === 0 && name !== '?' ? name : found?.name;
}

/** In a private message the channel is the nick. */
function isOfChannel({ channel, nick }: PbotRequest): boolean {
  return channel !== '' && channel !== nick;
}

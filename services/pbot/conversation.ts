// One exchange with PBot: the line as it came, the text that PBot shows.

import type { ExecutionPort, PbotProgram, PbotResult } from './execution-port.js';
import type { RememberedCode } from './history/remembered-code.js';
import {
  defaultLanguage,
  findLanguage,
  type NamedLanguage,
  requestedName,
  shownNames,
} from './languages.js';
import { defaultCommand } from './options/default-command.js';
import { takeFrontOptions } from './options/front-options.js';
import { type StandardOptions, takeStandardOptions } from './options/standard-options.js';
import { splitWords } from './options/words.js';
import type { PastePort } from './paste/paste-port.js';
import { pasteText } from './paste/paste-text.js';
import { isKey, type PersistentExecution } from './persist/persistent-execution.js';
import { prepareCode } from './prepared-program.js';
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
  /** The most that a program may have. */
  readonly maxCodeBytes: number;
  readonly nowMs: () => number;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly codes: RememberedCode;
  readonly persistence: PersistentExecution;
  readonly paste: PastePort;
  /** For a program whose user gives no standard input. */
  readonly defaultInput: () => Promise<Uint8Array>;
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
    const read = readRequest(line, this.#options);
    if (read.kind === 'malformed') return this.#presentable(read.text);
    const { request } = read;
    const asked = await this.#read(request, execution);
    if ('text' in asked) return this.#presentable(asked.text);
    const text = this.#presentable(await this.#run(request, asked, execution));
    if (request.isFactoid || !isOfChannel(request)) return text;
    const where = { channel: request.channel, language: asked.language.name };
    return this.#repeats.shown(text, { ...where, nowMs: this.#options.nowMs() });
  }

  /** The steps before anything runs, in the order in which PBot takes them. */
  async #read(
    request: PbotRequest,
    execution: ExecutionPort,
  ): Promise<AskedCode | { readonly text: string }> {
    const { revision } = this.#options;
    const languages = execution.listLanguages();
    const front = takeFrontOptions(request.code, revision);
    const name =
      front.language ?? request.lang?.toLowerCase() ?? defaultLanguage(languages, revision);
    const language = findLanguage(name, languages, revision);
    if (language === undefined) {
      return { text: unknownLanguageText(name, shownNames(languages, revision)) };
    }
    const machine = front.machine ?? request.machine;
    const machines = execution.listMachines();
    if (machine !== '' && !machines.includes(machine)) {
      return { text: unknownMachineText(machine, machines) };
    }
    if (front.code === '') return { text: request.usage ?? usageText(revision) };
    // What a factoid runs is no code of the user.
    const edited = request.isFactoid
      ? { kind: 'run' as const, code: front.code, paste: false }
      : await this.#options.codes.read(front.code, request, language.name);
    if (edited.kind === 'say') return { text: edited.text };
    const given = takeStandardOptions(edited.code);
    const standard = { ...given, pastes: given.pastes || edited.paste };
    if (standard.showsInfo) {
      return { text: `${language.name} cmdline: ${defaultCommand(language)}` };
    }
    return { language, machine, standard };
  }

  async #run(request: PbotRequest, asked: AskedCode, execution: ExecutionPort): Promise<string> {
    const { revision } = this.#options;
    const { language, machine, standard } = asked;
    const prepared = prepareCode(standard.code, language, { keepsLines: standard.pastes });
    if ('text' in prepared) return prepared.text;
    const { clean, warning, ...code } = prepared;
    const { persistKey } = request;
    if (persistKey && !isKey(persistKey)) return badKeyText;
    const program = {
      ...code,
      language: requestedName(language),
      machine,
      arguments: [standard.arguments ?? '', request.arguments].flatMap(splitWords),
      stdin: standard.stdin ?? (await this.#options.defaultInput()),
      ...origin(request),
    };
    const outcome = persistKey
      ? await this.#options.persistence.execute(program, persistKey, execution)
      : await execution.execute(program);
    if (outcome.kind === 'failure') return failureText(outcome.failure, revision);
    const { isFactoid } = request;
    const text = resultText(outcome.result, { revision, isFactoid, clean, warning });
    return standard.pastes
      ? await this.#paste({ ...program, language: language.language }, outcome.result, text)
      : text;
  }

  async #paste(program: PbotProgram, result: PbotResult, output: string): Promise<string> {
    const { compile, run } = result;
    const text = pasteText({
      language: program.language,
      source: program.code,
      commands: [compile, run].flatMap((phase) => (phase === undefined ? [] : [phase.command])),
      arguments: program.arguments,
      stdin: Buffer.from(program.stdin).toString(),
      output,
    });
    return await this.#options.paste.publish(text);
  }

  #presentable(text: string): string {
    return boundedText(safeText(text, () => bellWord(this.#options.random())));
  }
}

const badKeyText =
  'The persist-key must have 1 to 128 characters, none of them a control character.';

/** What a user has asked to be run. */
interface AskedCode {
  readonly language: NamedLanguage;
  /** Empty: whichever is free. */
  readonly machine: string;
  readonly standard: StandardOptions;
}

/** Who asks, and where: for the log, and for those who take turns. */
function origin({ nick, channel }: PbotRequest): { requestId: string; requester: string } {
  const requestId = [nick, channel].filter((part) => part !== '').join(' ');
  return {
    requestId: requestId.slice(0, maxNameLength),
    requester: nick.slice(0, maxNameLength),
  };
}

/** What a request of the Executor may hold. */
const maxNameLength = 128;

/** In a private message the channel is the nick. */
function isOfChannel({ channel, nick }: PbotRequest): boolean {
  return channel !== '' && channel !== nick;
}

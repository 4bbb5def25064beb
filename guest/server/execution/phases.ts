// The phases of an execution, in their order, each with its argv.

import { Phase, type Start } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import { compileCommand, runCommand } from './command.js';
import { sourcePathsOf } from './source-files.js';

/** Languages without a compiler have one phase. */
export function phasesOf(start: Start, language: Language): { phase: Phase; command: string[] }[] {
  const commandLine = {
    files: sourcePathsOf(start, language),
    options: start.options,
    arguments: start.arguments,
  };
  const compile = compileCommand(language, commandLine);
  const run = { phase: Phase.RUN, command: runCommand(language, commandLine) };
  return compile === undefined ? [run] : [{ phase: Phase.COMPILE, command: compile }, run];
}

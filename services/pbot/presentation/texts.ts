// The sentences that PBot's users know, where there is no output of a program.

import type { PbotFailure } from '../execution-port.js';
import type { Revision } from '../revision.js';

export function usageText(revision: Revision): string {
  const machine = revision === 'head' ? '[-vm=<virtual machine>] ' : '';
  return (
    `Usage: cc [-lang=<language>] ${machine}[-info] [-paste] [-args "command-line arguments"] ` +
    '[compiler/language options] <code> [-stdin <stdin input>]'
  );
}

export function languagesText(names: readonly string[]): string {
  return `Supported languages are: ${names.join(', ')}`;
}

export function unknownLanguageText(name: string, names: readonly string[]): string {
  return `Language '${name}' is not supported.\n${languagesText(names)}`;
}

export function unknownMachineText(name: string, machines: readonly string[]): string {
  return `Virtual machine '${name}' is not known.\nVirtual machines are: ${machines.join(', ')}`;
}

/** What a user of PBot sees where there is no result. */
export function failureText(
  { reason, message, metadata }: PbotFailure,
  revision: Revision,
): string {
  switch (reason) {
    case 'MACHINE_NOT_READY':
      // Somebody must act: to try again soon is of no use.
      if (metadata['obstacle'] !== undefined) return message;
      return notReadyText(message, revision);
    case 'DRAINED':
    case 'SHUTTING_DOWN':
      return notReadyText(message, revision);
    case 'MACHINE_LOST':
      return revision === '2022'
        ? 'The virtual machine was lost while the program ran, try again soon.'
        : 'Virtual machine is misbehaving, try again soon.';
    case 'QUEUE_FULL':
      return 'Too many programs are waiting, try again soon.';
    default:
      return message;
  }
}

function notReadyText(message: string, revision: Revision): string {
  if (revision === '2022') return 'Recovering from previous snippet, try again soon.';
  return / is offline\b/.test(message)
    ? 'Virtual machine is offline.'
    : 'Virtual machine is temporarily unavailable, try again soon.';
}

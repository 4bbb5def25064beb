// Which machines of a pool can run a program: its machine, its language, its source file and its limits decide.

import { findLanguage, nameWithVersion, type OfferedLanguage } from './admission/catalogue.js';
import { checkRoom } from './admission/limits.js';
import { checkSourceFile, type Program } from './admission/request.js';
import type { Violation } from './admission/violation.js';
import {
  invalidProgram,
  languageNotSupported,
  machineNotReady,
  type Unreadiness,
} from './errors.js';
import type { Machine } from './machine/machine.js';

/**
 * Whether a machine may run the program, with or without a free slot. Of one that has not said yet what it offers nothing is
 * known, so that it may.
 */
export function maySuit(machine: Machine, program: Program): boolean {
  if (!isMeant(machine, program)) return false;
  if (machine.languages.length === 0) return machine.outlook !== 'gone';
  return machine.offers(program.language) && roomViolations(machine, program).length === 0;
}

/**
 * Each machine speaks for itself: what one guest claims decides nothing for the others.
 *
 * @throws RpcError that says why, where no machine may run the program
 */
export function requireSuitable(machines: readonly Machine[], program: Program): void {
  if (machines.some((machine) => maySuit(machine, program))) return;
  const meant = machines.filter((machine) => isMeant(machine, program));
  const [offering] = meant.filter((machine) => machine.offers(program.language));
  if (offering !== undefined) throw invalidProgram(roomViolations(offering, program));
  const known = namesOf(languagesOf(meant), program.language);
  if (known.length > 0) throw languageNotSupported(program.language, known);
  throw machineNotReady(describeMachines(meant));
}

/** The names that a request may use, with the versions of the language whose version is not there. */
function namesOf(languages: readonly OfferedLanguage[], wanted: string): string[] {
  const [name = '', version] = wanted.split('@', 2);
  const asked = version === undefined ? undefined : findLanguage(languages, name)?.name;
  const names = languages.map((each) => (each.name === asked ? nameWithVersion(each) : each.name));
  return [...new Set(names)];
}

/** What the machines can run, each language and version once, sorted by name. */
export function languagesOf(machines: readonly Machine[]): OfferedLanguage[] {
  const byVersion = new Map<string, OfferedLanguage>();
  for (const language of machines.flatMap((machine) => machine.languages)) {
    const key = `${language.name} ${language.version}`;
    if (!byVersion.has(key)) byVersion.set(key, language);
  }
  return [...byVersion.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Why none of the machines that a program is meant for takes work, in words for the client. */
export function whyNotReady(machines: readonly Machine[], program: Program): Unreadiness {
  return describeMachines(machines.filter((machine) => isMeant(machine, program)));
}

/** Why no machine takes work, as one sentence. */
export function whyNoneServes(machines: readonly Machine[]): string {
  return `No machine is ready: ${describeMachines(machines).detail}.`;
}

function describeMachines(machines: readonly Machine[]): Unreadiness {
  return {
    detail: machines.map(describeMachine).join(', '),
    isLasting: machines.every(needsSomebody),
  };
}

function describeMachine(machine: Machine): string {
  const { name, state, watched } = machine;
  if (needsSomebody(machine)) return `${name} ${watched.revertObstacle}`;
  if (watched.absence !== undefined) return describeUnwatched(machine, watched.absence);
  if (state !== 'ready') return `${name} is ${state}`;
  return machine.isConnected
    ? `${name} is about to be reverted`
    : `the guest server of ${name} has not answered yet`;
}

function describeUnwatched({ name, state, isConnected }: Machine, absence: string): string {
  if (state !== 'ready') return `nothing is known of ${name}: ${absence}`;
  const needs = isConnected
    ? `${name} needs a revert`
    : `the guest server of ${name} does not answer`;
  return `${needs}, and no revert is possible: ${absence}`;
}

/** It is out of service, and does not come back by a revert. */
function needsSomebody({ watched }: Machine): boolean {
  return watched.state === 'offline' && watched.revertObstacle !== undefined;
}

/** A program may name the machine that it is for. */
function isMeant({ name }: Machine, program: Program): boolean {
  return program.machine === '' || name === program.machine;
}

/** What the program needs and the machine has no room for: the name of its source file, and the limits of its phases. */
function roomViolations({ languages, phaseRoom }: Machine, program: Program): Violation[] {
  const limits = { compile_limits: program.compileLimits, run_limits: program.runLimits };
  const sourceFile = findLanguage(languages, program.language)?.sourceFile ?? '';
  return [...checkSourceFile(program, sourceFile), ...checkRoom(limits, phaseRoom)];
}

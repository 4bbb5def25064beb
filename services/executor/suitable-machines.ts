// Which machines of a pool can run a program: its machine, its language, its source file and its limits decide.

import { findLanguage, type OfferedLanguage } from './admission/catalogue.js';
import { checkRoom } from './admission/limits.js';
import { checkSourceFile, type Program } from './admission/request.js';
import type { Violation } from './admission/violation.js';
import { invalidProgram, languageNotSupported, machineNotReady } from './errors.js';
import type { Machine } from './machine/machine.js';

/**
 * The machines that may run the program, whether they have a free slot or not.
 *
 * @throws RpcError if there is none
 */
export function suitableMachines(
  machines: readonly Machine[],
  program: Program,
): readonly Machine[] {
  const named = machines.filter(({ name }) => program.machine === '' || name === program.machine);
  const offering = offeringMachines(named, program.language);
  return withRoomForPhases(withRoomForCode(offering, program), program);
}

/** What the machines can run, each language once, sorted by name. */
export function languagesOf(machines: readonly Machine[]): OfferedLanguage[] {
  const byName = new Map<string, OfferedLanguage>();
  for (const language of machines.flatMap((machine) => machine.languages)) {
    if (!byName.has(language.name)) byName.set(language.name, language);
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Why none of the machines takes work, in words for the client. */
export function describeMachines(machines: readonly Machine[]): string {
  return machines
    .map((machine) => {
      if (machine.state !== 'ready') return `${machine.name} is ${machine.state}`;
      return machine.isConnected
        ? `${machine.name} is about to be reverted`
        : `the guest server of ${machine.name} has not answered yet`;
    })
    .join(', ');
}

/**
 * The machines that have a language by that name or alias. Each speaks for itself: what one guest claims decides nothing
 * for the others.
 *
 * @throws RpcError where there is none
 */
function offeringMachines(machines: readonly Machine[], nameOrAlias: string): Machine[] {
  const offering = machines.filter((machine) => machine.offers(nameOrAlias));
  if (offering.length > 0) return offering;
  const known = languagesOf(machines);
  if (known.length === 0) throw machineNotReady(describeMachines(machines));
  throw languageNotSupported(
    nameOrAlias,
    known.map(({ name }) => name),
  );
}

/** @throws RpcError if on each machine the source file would have the path of another file */
function withRoomForCode(machines: readonly Machine[], program: Program): readonly Machine[] {
  return withoutViolations(machines, ({ languages }) =>
    checkSourceFile(program, findLanguage(languages, program.language)?.sourceFile ?? ''),
  );
}

/** @throws RpcError if no machine has as much as a phase asks for */
function withRoomForPhases(machines: readonly Machine[], program: Program): readonly Machine[] {
  const limits = { compile_limits: program.compileLimits, run_limits: program.runLimits };
  return withoutViolations(machines, ({ phaseRoom }) => checkRoom(limits, phaseRoom));
}

/** @throws RpcError if no machine passes, with the violations on the first */
function withoutViolations(
  machines: readonly Machine[],
  check: (machine: Machine) => Violation[],
): readonly Machine[] {
  const violations = machines.map(check);
  const suitable = machines.filter((_, i) => violations[i]?.length === 0);
  if (suitable.length > 0) return suitable;
  throw invalidProgram(violations[0] ?? []);
}

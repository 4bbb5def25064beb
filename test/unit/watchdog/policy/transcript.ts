// Plays the events of a transcript (`at 1.0 s: beat`) and writes what the policy commands after each of them.

import { newMachine } from '../../../../services/watchdog/machine-state.js';
import { defaultRecoveryBounds } from '../../../../services/watchdog/policy/bounds.js';
import {
  newRecovery,
  type RecoveryCommand,
  type RecoveryEvent,
  type RecoveryState,
} from '../../../../services/watchdog/policy/state.js';
import { step } from '../../../../services/watchdog/policy/step.js';

/**
 * Plays the event lines of a transcript. What follows an event is left out of the input and written into the output:
 * the commands, and the state where it has changed.
 */
export function play(transcript: string): string {
  const noRevert = transcript.includes('\n# Reverts are disabled.\n');
  const rules = { bounds: defaultRecoveryBounds, noRevert };
  let state = newRecovery(
    newMachine({ name: 'vm', domain: 'vm', heartbeatAddress: '', generation: 100, nowMs: 0 }),
    rules,
    0,
  );
  const lines: string[] = [];
  for (const line of transcript.split('\n')) {
    const [, seconds, text] = /^at ([\d.]+) s: (.+)$/.exec(line) ?? [];
    if (seconds === undefined || text === undefined) {
      if (!line.startsWith('  ')) lines.push(line);
      continue;
    }
    const event = readEvent(text, state);
    const after = step(state, event, { nowMs: Number(seconds) * 1000, rules });
    lines.push(line, ...after.commands.map((command) => `  ${textOf(command)}`));
    if (describe(after.state) !== describe(state)) lines.push(`  = ${describe(after.state)}`);
    state = after.state;
  }
  return lines.join('\n');
}

const noSnapshot = 'has no snapshot: virsh snapshot-create-as vm 1';

function readEvent(text: string, { phase, machine }: RecoveryState): RecoveryEvent {
  const [kind = '', ...words] = text.split(' ');
  const rest = words.join(' ');
  const needsSnapshot = words[0] === 'rebuilt';
  switch (kind) {
    case 'begun':
    case 'connected':
    case 'beat':
    case 'closed':
    case 'revert-requested':
    case 'stop':
      return { kind };
    case 'saving-ended':
      return { kind, phase };
    case 'timer':
      return { kind, timer: words[0] as 'poll', phase };
    case 'domain-seen': {
      const [question, condition, snapshot] = words as ['poll', 'running', string];
      const obstacle = snapshot === 'no-snapshot' ? noSnapshot : undefined;
      return { kind, question, condition, obstacle, phase };
    }
    case 'domain-started':
      return { kind, how: 'from its snapshot', needsSnapshot, phase };
    case 'revert-succeeded':
      return { kind, how: 'in place', needsSnapshot };
    case 'start-failed':
      return { kind, detail: rest, phase };
    case 'revert-failed':
      return { kind, detail: rest, obstacle: rest === 'no snapshot' ? noSnapshot : undefined };
    case 'load-measured':
      return { kind, usedMs: Number(words[0]), timeMs: Number(words[2]), phase };
    case 'fault-reported': {
      const isOfExecution = words[1] !== 'idle';
      const { generation } = machine;
      const reason = words[0] as 'timed-out';
      return { kind, generation, reason, detail: 'A detail.', isOfExecution };
    }
    default:
      throw new Error(`A transcript has no event "${text}".`);
  }
}

function textOf(command: RecoveryCommand): string {
  switch (command.kind) {
    case 'publish': {
      if (command.event.kind === 'obstacle') {
        return `publish obstacle: ${command.event.obstacle ?? 'none'}`;
      }
      const detail = 'detail' in command.event ? `: ${command.event.detail}` : '';
      return `publish ${command.event.kind}${detail}`;
    }
    case 'set-timer':
      return `set-timer ${command.timer} ${command.delayMs / 1000} s`;
    case 'ask-domain':
      return `ask-domain ${command.question}`;
    case 'open-channel':
    case 'close-channel':
    case 'probe':
    case 'start-domain':
    case 'revert':
    case 'save-snapshot':
    case 'measure-load':
      return command.kind;
  }
}

function describe({ machine, activity, run, snapshot }: RecoveryState): string {
  const cause = activity.kind === 'offline' ? ` (${activity.cause})` : '';
  return [
    `${machine.state.toUpperCase()} ${machine.generation}, ${activity.kind}${cause}`,
    ...(run === 'faulty' ? ['the faulty run is alive'] : []),
    ...(snapshot === 'present' || snapshot === 'unknown' ? [] : [`snapshot ${snapshot}`]),
  ].join(', ');
}

// Stories of executions as `step` plays them: the events of each transcript lead to its states and commands.
//
// A line `<ms>  <event>` is an event, what is below it follows from it. `vitest -u` writes what follows again.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outputWindowBytes } from '../../../../guest/protocol/frame.js';
import type { Command, Event, Timer } from '../../../../services/executor/execution/events.js';
import type { Limit, Phase } from '../../../../services/executor/execution/result.js';
import {
  begin,
  type ExecutionState,
  isLive,
  type Terms,
} from '../../../../services/executor/execution/state.js';
import { step } from '../../../../services/executor/execution/step.js';

const directory = new URL('./transcripts/', import.meta.url);

const terms: Terms = {
  timeLimitMs: 10_000,
  wallTimeMs: { compile: undefined, run: 3000 },
  maxOutputBytes: 1_000_000,
  hasFiles: true,
  outputWindowBytes,
  creditPortionBytes: outputWindowBytes / 4,
  maxUnreadMs: 3000,
};

const usage = { wallTimeMs: 5, peakMemoryBytes: 0, peakProcesses: 0 };

const eventLine = /^(\d+) {2}(\S.*)$/;

function eventOf(text: string): Event {
  const [kind = '', ...rest] = text.split(': ');
  const argument = rest.join(': ');
  switch (kind) {
    case 'refused':
      return { kind, reason: argument };
    case 'phase started':
      return { kind, phase: argument as Phase, command: [] };
    case 'phase finished':
      return { kind, phase: argument as Phase, ending: { usage } };
    case 'output':
      return { kind, stream: 'stdout', data: new Uint8Array(Number(argument)) };
    case 'output taken': {
      const [bytes, epoch] = argument.split(' of epoch ');
      return { kind, bytes: Number(bytes), epoch: Number(epoch) };
    }
    case 'file':
      return { kind, path: argument, data: new Uint8Array(1) };
    case 'files finished':
      return { kind, isTruncated: false };
    case 'finished':
      return { kind };
    case 'stop':
      return { kind, cause: argument as Limit };
    case 'timer':
      return { kind, timer: argument as Exclude<Timer, 'unread'> };
    case 'unread':
      return { kind, isSlotWanted: argument === 'wanted' };
    case 'lost':
      return { kind, reason: argument };
    default:
      throw new Error(`there is no event "${text}"`);
  }
}

function stateText(state: ExecutionState): string {
  if (!isLive(state)) return state.name;
  const { at } = state.progress;
  return state.name === 'under way' ? at : `${state.name} (${state.cause}), ${at}`;
}

function commandText(command: Command): string {
  const { kind, ...fields } = command;
  const shown = JSON.stringify(fields, (_key, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value,
  );
  return shown === '{}' ? kind : `${kind} ${shown}`;
}

/** The transcript with what follows from its events. */
function play(transcript: string): string {
  let state = begin(terms);
  const lines: string[] = [];
  for (const line of transcript.split('\n')) {
    const [, ms, text] = eventLine.exec(line) ?? [];
    if (text === undefined) {
      if (line.startsWith('#') || line === '') lines.push(line);
      continue;
    }
    const next = step(state, eventOf(text), Number(ms));
    state = next.state;
    lines.push(line, ...next.commands.map((command) => `      -> ${commandText(command)}`));
    lines.push(`      = ${stateText(state)}`);
  }
  return lines.join('\n');
}

describe('transcripts of executions', () => {
  const names = readdirSync(directory).filter((name) => name.endsWith('.txt'));

  it.each(names)('the events of %s lead to its states and commands', async (name) => {
    const { pathname } = new URL(name, directory);
    await expect(play(readFileSync(pathname, 'utf8'))).toMatchFileSnapshot(pathname);
  });
});

// Words and enumerations of contracts.

import { expect, it } from 'vitest';
import { MachineState } from '../../../../services/gen/pbot/vm/v1/watchdog.js';
import { enumTable } from '../../../../services/lib/rpc/enum-table.js';

const states = enumTable({ starting: MachineState.STARTING, ready: MachineState.READY });

it('an enum table maps a word to its value and the value back', () => {
  expect(states.toWire('ready')).toBe(MachineState.READY);
  expect(states.fromWire(MachineState.READY)).toBe('ready');
});

it('an enum table has no word for UNSPECIFIED and for a value that the contract does not know', () => {
  expect(states.fromWire(MachineState.UNSPECIFIED)).toBeUndefined();
  expect(states.fromWire(undefined)).toBeUndefined();
  expect(states.fromWire(77 as MachineState.READY)).toBeUndefined();
});

it('an enum table takes no value at compile time that it has no word for', () => {
  // @ts-expect-error OFFLINE has no word.
  expect(states.fromWire(MachineState.OFFLINE)).toBeUndefined();
});

it('of several words for one value an enum table gives the first', () => {
  const words = enumTable({ ready: MachineState.READY, idle: MachineState.READY });
  expect(words.fromWire(MachineState.READY)).toBe('ready');
  expect(words.toWire('idle')).toBe(MachineState.READY);
});

import { describe, expect, it } from 'vitest';
import {
  cancelled,
  drained,
  languageNotSupported,
  machineLost,
  machineNotReady,
  queueFull,
  shuttingDown,
} from '../../../../services/executor/errors.js';
import { RpcError } from '../../../../services/lib/rpc/error.js';
import { failureText, unknownLanguageText } from '../../../../services/pbot/presentation/texts.js';

describe('the text in place of a result', () => {
  it.each<[string, RpcError, string]>([
    [
      'an unknown language',
      languageNotSupported('x', ['bash', 'c11', 'sh']),
      "Language 'x' is not supported.\nSupported languages are: bash, c11, sh",
    ],
    [
      'a machine that is being reverted',
      machineNotReady({ detail: 'pbot-vm is reverting', isLasting: false }),
      'Recovering from previous snippet, try again soon.',
    ],
    [
      'a machine that somebody must help',
      machineNotReady({
        detail: 'pbot-vm has no snapshot: virsh snapshot-create-as pbot-vm 1',
        isLasting: true,
      }),
      'No machine is ready: pbot-vm has no snapshot: virsh snapshot-create-as pbot-vm 1',
    ],
    ['a drain', drained(), 'Recovering from previous snippet, try again soon.'],
    ['a shutdown', shuttingDown(), 'Recovering from previous snippet, try again soon.'],
    [
      'a lost machine',
      machineLost('pbot-vm', 'the data channel was cut'),
      'The virtual machine was lost while the program ran, try again soon.',
    ],
    ['a full queue', queueFull(64), 'Too many programs are waiting, try again soon.'],
    ['a bad field', RpcError.badRequest([{ field: 'x', description: 'is bad' }]), 'x is bad'],
    ['a client that left', cancelled(), 'The client has gone away before a machine was free.'],
  ])('the text in place of a result for %s', (_what, error, text) => {
    expect(failureText(error, '2022')).toBe(text);
  });

  it.each<[string, RpcError, string]>([
    [
      'a machine that is being reverted',
      machineNotReady({ detail: 'pbot-vm is reverting', isLasting: false }),
      'Virtual machine is temporarily unavailable, try again soon.',
    ],
    [
      'a machine that is off',
      machineNotReady({ detail: 'pbot-vm is offline', isLasting: false }),
      'Virtual machine is offline.',
    ],
    [
      'a lost machine',
      machineLost('pbot-vm', 'the data channel was cut'),
      'Virtual machine is misbehaving, try again soon.',
    ],
  ])('the text of the newest revision for %s', (_what, error, text) => {
    expect(failureText(error, 'head')).toBe(text);
  });

  it('the text lists the languages in their order', () => {
    expect(unknownLanguageText('x', ['bash', 'c++', 'sh'])).toBe(
      "Language 'x' is not supported.\nSupported languages are: bash, c++, sh",
    );
  });
});

import { describe, expect, it } from 'vitest';
import { RememberedCode } from '../../../../services/pbot/history/remembered-code.js';
import { memoryHistory } from '../../../support/memory-history.js';

const inChannel = { nick: 'ann', channel: '#c' };
const inPrivate = { nick: 'ann', channel: 'ann' };
const other = { nick: 'bob', channel: 'bob' };

const ran = (code: string) => ({ kind: 'run', code, paste: false });
const said = (text: string) => ({ kind: 'say', text });

describe('remembered code', () => {
  function remembered(history = memoryHistory()): RememberedCode {
    return new RememberedCode({
      history,
      nowMs: () => 0,
      onFailure: (error) => failures.push(error),
    });
  }

  const failures: unknown[] = [];

  it('runs new code as it is and remembers it for the channel', async () => {
    const codes = remembered();
    expect(await codes.read('-O2 a;\nb;', inChannel, 'c11')).toMatchObject(ran('-O2 a;\nb;'));
    expect(await codes.read('show', { ...inChannel, nick: 'bob' }, 'c11')).toMatchObject(
      said('-O2 a;\nb;'),
    );
    expect(await codes.read('show', inChannel, 'c99')).toMatchObject(
      said('No recent code to show.'),
    );
  });

  it('stores the results of changes, and nothing for run, diff and undo', async () => {
    const codes = remembered();
    await codes.read('a b', inChannel, 'c11');
    await codes.read('s/a/x/', inChannel, 'c11');
    await codes.read('run', inChannel, 'c11');
    expect(await codes.read('diff', inChannel, 'c11')).toMatchObject(said('`replaced a with x` b'));
    expect(await codes.read('undo', inChannel, 'c11')).toMatchObject(said('a b'));
    expect(await codes.read('undo', inChannel, 'c11')).toMatchObject(
      said('No more undos remaining.'),
    );
  });

  it('shows and copies the codes of channels to everybody', async () => {
    const codes = remembered();
    await codes.read('a', inChannel, 'c11');
    expect(await codes.read('show #c', other, 'c11')).toMatchObject(said('a'));
    expect(await codes.read('copy #C and s/a/b/', other, 'c11')).toMatchObject(ran('b'));
    expect(await codes.read('undo', other, 'c11')).toMatchObject(said('a'));
  });

  it('shows private codes to their owner alone', async () => {
    const codes = remembered();
    await codes.read('secret', inPrivate, 'c11');
    await codes.read('more', inPrivate, 'c11');
    expect(await codes.read('show ann', other, 'c11')).toMatchObject(
      said('No recent code to show.'),
    );
    expect(await codes.read('copy ann', other, 'c11')).toMatchObject(said('No history for ann.'));
    expect(await codes.read('diff ann', other, 'c11')).toMatchObject(
      said('Not enough recent code to diff.'),
    );
    expect(await codes.read('show Ann', inPrivate, 'c11')).toMatchObject(said('more'));
    expect(await codes.read('copy ann and run', inChannel, 'c11')).toMatchObject(ran('more'));
  });

  it('takes what is no name of a channel for a private message', async () => {
    const codes = remembered();
    await codes.read('secret', { nick: 'ann', channel: 'somewhere' }, 'c11');
    expect(await codes.read('show', inPrivate, 'c11')).toMatchObject(said('secret'));
    expect(await codes.read('show somewhere', other, 'c11')).toMatchObject(
      said('No recent code to show.'),
    );
  });

  it('runs new code where the history fails, and says so for a command', async () => {
    const full = new Error('no space');
    const codes = remembered({
      entries: () => Promise.reject(full),
      change: () => Promise.reject(full),
    });
    expect(await codes.read('a', inChannel, 'c11')).toMatchObject(ran('a'));
    expect(await codes.read('show', inChannel, 'c11')).toMatchObject(
      said('The history of codes is not available.'),
    );
    expect(failures).toEqual([full, full]);
  });
});

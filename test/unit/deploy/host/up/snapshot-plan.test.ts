import { describe, expect, it } from 'vitest';
import { planSnapshots } from '../../../../../deploy/host/up/snapshot-plan.js';

type Row = readonly [machine: string, kind: string | undefined, hasSnapshot: boolean];

function plan(...rows: readonly Row[]) {
  return planSnapshots(
    rows.map(([machine, kind, hasSnapshot]) => ({ machine, kind, hasSnapshot })),
  );
}

describe('how machines get their first snapshot', () => {
  it('of new machines of one kind the first boots, and the others are its clones', () => {
    expect(plan(['a', 'k', false], ['b', 'k', false], ['c', 'k', false])).toEqual({
      booted: ['a'],
      clones: [
        { machine: 'b', origin: 'a' },
        { machine: 'c', origin: 'a' },
      ],
    });
  });

  it('a machine that has a snapshot is the origin of those that have none, wherever it stands', () => {
    expect(plan(['a', 'k', false], ['b', 'k', true], ['c', 'k', false])).toEqual({
      booted: [],
      clones: [
        { machine: 'a', origin: 'b' },
        { machine: 'c', origin: 'b' },
      ],
    });
  });

  it('one machine of each kind boots', () => {
    const rows: Row[] = [
      ['a', 'trixie', false],
      ['b', 'sid', false],
      ['c', 'sid', false],
    ];
    expect(plan(...rows)).toEqual({
      booted: ['a', 'b'],
      clones: [{ machine: 'c', origin: 'b' }],
    });
  });

  it('machines that can not be cloned all boot', () => {
    expect(plan(['a', undefined, true], ['b', undefined, false], ['c', undefined, false])).toEqual({
      booted: ['b', 'c'],
      clones: [],
    });
  });

  it('where each machine has its snapshot there is nothing to do', () => {
    expect(plan(['a', 'k', true], ['b', 'k', true])).toEqual({ booted: [], clones: [] });
  });
});

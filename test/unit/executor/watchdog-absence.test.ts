import { describe, expect, it, vi } from 'vitest';
import { maxAbsenceMs, WatchdogAbsence } from '../../../services/executor/watchdog-absence.js';
import { ManualClock } from '../watchdog/manual-clock.js';

const sentence = 'the Watchdog at x does not answer';

function scene() {
  const clock = new ManualClock(0);
  const machine = {
    loseWatchdog: vi.fn<(absence: string) => void>(),
    distrust: vi.fn<() => void>(),
  };
  return { clock, machine, absence: new WatchdogAbsence<typeof machine>(clock) };
}

describe('the absence of the Watchdog', () => {
  it('a machine works on for the time from the first silence, however often it is said', async () => {
    const { clock, machine, absence } = scene();
    absence.begin(machine, sentence);
    await clock.advance(maxAbsenceMs - 1);
    absence.begin(machine, sentence);
    expect(machine.distrust).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(machine.distrust).toHaveBeenCalledTimes(1);
    expect(machine.loseWatchdog).toHaveBeenCalledWith(sentence);
  });

  it('a machine of which the Watchdog speaks again is not distrusted', async () => {
    const { clock, machine, absence } = scene();
    absence.begin(machine, sentence);
    await clock.advance(maxAbsenceMs - 1);
    absence.end(machine);
    await clock.advance(maxAbsenceMs);
    expect(machine.distrust).not.toHaveBeenCalled();
  });
});

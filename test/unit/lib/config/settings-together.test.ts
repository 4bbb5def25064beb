import { describe, expect, it } from 'vitest';
import { allSettings } from '../../../../services/cli/settings.js';
import { effectiveSettings, readSettings } from '../../../../services/lib/config/settings.js';

describe('settings that contradict each other', () => {
  const { serial, heart, revert, noRevert } = allSettings;
  const readAll = (environment: NodeJS.ProcessEnv) => () =>
    readSettings(
      { serial, heart, revert, noRevert },
      { PBOTVM_HOME: '/nonexistent', ...environment },
    );

  it.each([
    [{ PBOTVM_SERIAL: '127.0.0.1:5556' }, 'PBOTVM_HEART', '127.0.0.1:5556', 'PBOTVM_SERIAL'],
    [{ PBOTVM_SERIAL: '9000' }, 'PBOTVM_SERIAL', '127.0.0.1:9000', 'PBOTVM_SERVER'],
    [
      { PBOTVM_SERVER: '5400', PBOTVM_HEART: '5500' },
      'PBOTVM_HEART',
      '127.0.0.1:5500',
      'PBOTVM_WATCHDOG',
    ],
    [
      { PBOTVM_SNAPSHOT: 'unix:/run/s', PBOTVM_SERIAL: 'unix:/run/s' },
      'PBOTVM_SERIAL',
      'unix:/run/s',
      'PBOTVM_SNAPSHOT',
    ],
  ])(
    'with %o %s is refused, since %s is the address of %s',
    (environment, name, address, other) => {
      expect(readAll(environment)).toThrow(
        `${name} is ${address}, which is ${other} too: each needs an address of its own.`,
      );
    },
  );

  it('machines are reverted either never or always', () => {
    expect(readAll({ PBOTVM_NOREVERT: '1', PBOTVM_REVERT: 'always' })).toThrow(
      "PBOTVM_REVERT can't be always while PBOTVM_NOREVERT is set.",
    );
    expect(readAll({ PBOTVM_NOREVERT: '0', PBOTVM_REVERT: 'always' })).not.toThrow();
    expect(readAll({ PBOTVM_NOREVERT: '1', PBOTVM_REVERT: 'never' })).not.toThrow();
  });
});

it('the settings that apply are the texts of the environment, of the variable that is followed, and of the defaults', () => {
  const { server, watchdog, snapshot, domain, tokens } = allSettings;
  const environment = { PBOTVM_SERVER: '9300', PBOTVM_SNAPSHOT: 'unix:/run/s', PBOTVM_DOMAIN: '' };
  expect(effectiveSettings({ server, watchdog, snapshot, domain, tokens }, environment)).toEqual({
    PBOTVM_SERVER: '9300',
    PBOTVM_WATCHDOG: '9400',
    PBOTVM_SNAPSHOT: 'unix:/run/s',
    PBOTVM_DOMAIN: 'pbot-vm',
  });
});

import { describe, expect, it } from 'vitest';
import { type Host, readHost } from '../../../../../deploy/host/host.js';
import { bootWhatIsOff } from '../../../../../deploy/host/up/what-is-off.js';

/** Two machines, of which the first one runs, and what virsh was called for. */
function hostWith(environment: NodeJS.ProcessEnv): { host: Host; started: string[] } {
  const started: string[] = [];
  const virsh = (subcommand: string, ...args: string[]) => {
    if (subcommand === 'domstate') {
      return Promise.resolve(args.includes('--domain=one') ? 'running\n\n' : 'shut off\n\n');
    }
    started.push([subcommand, ...args].join(' '));
    return Promise.resolve('');
  };
  const host = readHost({ PBOTVM_HOME: '/nowhere', ...environment }, 1000);
  const [machine] = host.machines;
  if (machine === undefined) throw new Error('a host has a machine');
  const machines = ['one', 'two'].map((domain) => ({ ...machine, name: domain, domain }));
  return { host: { ...host, machines, virsh }, started };
}

describe('up', () => {
  for (const environment of [{ PBOTVM_NOREVERT: '1' }, { PBOTVM_REVERT: 'never' }]) {
    it(`boots a machine that is off where ${JSON.stringify(environment)} keeps the Watchdog from it`, async () => {
      const { host, started } = hostWith(environment);
      await bootWhatIsOff(host);
      expect(started).toEqual(['start --domain=two']);
    });
  }

  it('leaves a machine that is off to the Watchdog, which starts it with its snapshot', async () => {
    for (const environment of [{}, { PBOTVM_NOREVERT: '0' }, { PBOTVM_REVERT: 'always' }]) {
      const { host, started } = hostWith(environment);
      await bootWhatIsOff(host);
      expect(started).toEqual([]);
    }
  });
});

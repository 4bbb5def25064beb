import { describe, expect, it } from 'vitest';
import { withServiceSockets } from '../../../../services/lib/config/service-sockets.js';

const addresses = (environment: NodeJS.ProcessEnv, uid = 0) => {
  const { PBOTVM_WATCHDOG, PBOTVM_SNAPSHOT } = withServiceSockets(environment, uid);
  return [PBOTVM_WATCHDOG, PBOTVM_SNAPSHOT];
};

describe('the sockets of Watchdog and Snapshot service', () => {
  it('the sockets are in the directory of the services, by home and domain', () => {
    expect(addresses({})).toEqual([
      'unix:/var/lib/pbot-vm/run/pbot-vm/watchdog.sock',
      'unix:/var/lib/pbot-vm/run/pbot-vm/snapshot.sock',
    ]);
    expect(addresses({ HOME: '/home/me', PBOTVM_DOMAIN: 'own' }, 1000)).toEqual([
      'unix:/home/me/.local/share/pbot-vm/run/own/watchdog.sock',
      'unix:/home/me/.local/share/pbot-vm/run/own/snapshot.sock',
    ]);
  });

  it.each(['9310', '127.0.0.1:9310', '[::1]:9310'])(
    'a second set of services at %s has sockets of its own',
    (server) => {
      expect(addresses({ PBOTVM_HOME: '/h', PBOTVM_SERVER: server })).toEqual([
        'unix:/h/run/pbot-vm/watchdog-9310.sock',
        'unix:/h/run/pbot-vm/snapshot-9310.sock',
      ]);
    },
  );

  it.each(['9000', '0.0.0.0:9000', 'unix:/run/executor'])(
    'an Executor at %s changes nothing of the names',
    (server) => {
      expect(addresses({ PBOTVM_HOME: '/h', PBOTVM_SERVER: server })).toEqual([
        'unix:/h/run/pbot-vm/watchdog.sock',
        'unix:/h/run/pbot-vm/snapshot.sock',
      ]);
    },
  );

  it('an address that is named stays, and an empty variable names none', () => {
    const environment = { PBOTVM_HOME: '/h', PBOTVM_WATCHDOG: '9100', PBOTVM_SNAPSHOT: '' };
    expect(addresses(environment)).toEqual(['9100', 'unix:/h/run/pbot-vm/snapshot.sock']);
  });

  it('the socket of the operator is beside them', () => {
    const { PBOTVM_CONTROL } = withServiceSockets({ PBOTVM_HOME: '/h', PBOTVM_SERVER: '9310' });
    expect(PBOTVM_CONTROL).toBe('unix:/h/run/pbot-vm/control-9310.sock');
  });

  it('a path of 107 bytes is taken, and a longer one is reported with what to do', () => {
    const home = `/${'h'.repeat(106 - '/run/pbot-vm/watchdog.sock'.length)}`;
    expect(addresses({ PBOTVM_HOME: home })).toEqual([
      `unix:${home}/run/pbot-vm/watchdog.sock`,
      `unix:${home}/run/pbot-vm/snapshot.sock`,
    ]);
    expect(() => addresses({ PBOTVM_HOME: `${home}x` })).toThrow(
      `${home}x/run/pbot-vm/watchdog.sock has 108 bytes, and the path of a Unix socket at most 107: set PBOTVM_HOME to a shorter path, or PBOTVM_WATCHDOG to an address.`,
    );
  });
});

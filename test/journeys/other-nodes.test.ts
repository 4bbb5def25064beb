import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HandMadeMachine } from '../support/hand-made-machine.js';
import { guestSecret, TypedMachine } from '../support/typist.js';

let guest: TypedMachine;
let machine: HandMadeMachine;

/** A Node.js without one of the flags, as version 24 is, and then one that ends as soon as it is to run the server. */
const otherNodes = `run_setup() {
  [ ! -e /usr/local/bin/node ] || chmod 0755 /usr/local/bin/node
  touch /run/pbot-vm-restart-needed
  /root/guest/setup-guest
  echo "setup-guest ended with $?"
}
cat >/usr/local/bin/node <<'END'
#!/bin/sh
case " $* " in *' --no-expose-wasm '*) exit 9 ;; esac
exec /usr/bin/node "$@"
END
run_setup
journalctl --no-pager --output=cat --unit=pbot-vm-guest | grep 'has no'
echo NEWER NODE IS OVER
cat >/usr/local/bin/node <<'END'
#!/bin/sh
case " $* " in *' --version '*) exec /usr/bin/node "$@" ;; esac
echo 'node: no life in it' >&2
exit 1
END
run_setup
rm /usr/local/bin/node
run_setup
`;

/** A server that somebody starts where no cgroup is delegated, and ends by Ctrl-C. */
const foreground = `systemctl stop pbot-vm-guest
guest-server --data=listen:1 --heart=listen:2 >/run/foreground 2>&1 &
until grep -q languages: /run/foreground; do kill -0 $! || break; sleep 1; done
kill -INT $!
wait $!
echo "guest-server ended with $?"
cat /run/foreground
guest-server
`;

beforeAll(async () => {
  const commands = `
    /root/guest/setup-guest --languages "sh c11 python3" --secret ${guestSecret}
    echo FIRST RUN IS OVER
    ${otherNodes}
    echo OTHER NODES ARE OVER
    ${foreground}
    echo FOREGROUND IS OVER
  `;
  guest = await TypedMachine.create('pbot-vm-test-nodes', { commands });
  machine = guest.machine;
  await machine.virsh('start', machine.domain);
});

afterAll(async () => await machine?.remove());

describe('setup-guest', () => {
  test('setup-guest starts the server under a Node.js that has not all of the flags', async () => {
    const said = await guest.consoleLines({ from: 'FIRST RUN IS OVER', to: 'NEWER NODE IS OVER' });
    expect(said).toEqual(
      expect.arrayContaining([
        'guest server: restarted',
        'setup-guest ended with 0',
        'guest-server: this Node.js has no --no-expose-wasm',
      ]),
    );
  });

  test('setup-guest fails with the end of the log under a Node.js that runs no server, and starts it when that is mended', async () => {
    const said = await guest.consoleLines({
      from: 'NEWER NODE IS OVER',
      to: 'OTHER NODES ARE OVER',
    });
    const [failed, mended] = [
      said.indexOf('setup-guest ended with 1'),
      said.lastIndexOf('setup-guest ended with 0'),
    ];
    expect(failed).toBeGreaterThan(0);
    expect(mended).toBeGreaterThan(failed);
    expect(said.slice(0, failed)).toEqual(
      expect.arrayContaining([
        'node: no life in it',
        expect.stringMatching(/^setup-guest: The guest server does not start\./),
      ]),
    );
    // systemd may have been first.
    expect(said.slice(failed, mended).join('\n')).toMatch(/^guest server: (re)?started$/m);
  });

  test('guest-server with arguments runs in a cgroup of its own until Ctrl-C, and without them as the service', async () => {
    const said = await guest.consoleLines({
      from: 'OTHER NODES ARE OVER',
      to: 'FOREGROUND IS OVER',
    });
    const words = said.filter((line) => line !== '' && !line.startsWith('['));
    expect(words).toEqual([
      'guest-server ended with 130',
      expect.stringMatching(
        /^guest-server: version \S+ serves on listen:1, heartbeat on listen:2; 2 programs at a time, \d+ MiB each; hosts must know the secret; languages: .*python3/,
      ),
      'The guest server runs as pbot-vm-guest.service; its log: journalctl -u pbot-vm-guest.service',
    ]);
  });
});

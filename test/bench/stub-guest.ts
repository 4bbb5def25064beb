// A process of its own that stands in for the guest of a machine: each program ends at once, and prints "hello".
// Its arguments are two ports, of data and of the heartbeat, and how many programs it takes at the same time.

import { type Host, HostileGuest, readyBody, runHonestly } from '../support/hostile-guest.js';

const [data, heart, capacity] = process.argv.slice(2).map(Number) as [number, number, number];
const hello = Buffer.from('hello\n');

const guest = await HostileGuest.listen({ data, heart });
guest.behave({
  onFrame(host: Host, body) {
    if (body.$case === 'hello') host.say(readyBody({ capacity }));
    if (body.$case !== 'start') return;
    const { execution } = body.value;
    runHonestly(host, execution, hello);
  },
});
process.send?.('here');

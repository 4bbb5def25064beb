// A process of its own that takes whatever is sent to its port, and answers nothing. Its argument is the port.

import { createServer } from 'node:net';

const sink = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.resume();
});
sink.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('here'));

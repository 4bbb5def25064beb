// Saves a program that calls a service 4 ms, of 105 of vm-exec: grpc-js asks of each address whether it is one of IPv6, and Node.js 20
// compiles an expression of 1 500 characters for its first answer. No address without a colon is one.

import net from 'node:net';

const { isIPv6 } = net;

Object.assign(net, { isIPv6: (text: string) => text.includes(':') && isIPv6(text) });

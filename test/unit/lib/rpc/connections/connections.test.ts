import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Connection,
  Connections,
} from '../../../../../services/lib/rpc/connections/connections.js';

let nowMs: number;

beforeEach(() => {
  nowMs = 0;
});

class Peer extends Socket {
  constructor(override readonly remoteAddress: string | undefined) {
    super();
  }
}

function table(max: number) {
  const connections = new Connections({ max, nowMs: () => nowMs });
  const dismissed: Connection[] = [];
  const open = (address: string | undefined): Connection | undefined => {
    nowMs += 1;
    const admission = connections.admit(new Peer(address));
    if (admission.kind === 'rejected') return undefined;
    const { connection } = admission;
    connection.onDismissal(() => dismissed.push(connection));
    return connection;
  };
  return { open, dismissed };
}

describe('a full listener', () => {
  it('ends the connection that has had nothing to do for longest', () => {
    const { open, dismissed } = table(3);
    const [first, second, third] = ['127.0.0.1', '127.0.0.1', '127.0.0.1'].map(open);
    const end = first?.begin();
    nowMs = 100;
    expect(open('127.0.0.1')).toBeDefined();
    expect(dismissed).toEqual([second]);
    end?.();
    expect(open('127.0.0.1')).toBeDefined();
    expect(dismissed).toEqual([second, third]);
  });

  it('rejects a connection while all others are busy, and takes one when there is room', () => {
    const { open, dismissed } = table(2);
    const [first, second] = [open(undefined), open(undefined)];
    const ends = [first?.begin(), second?.begin()];
    expect(open(undefined)).toBeUndefined();
    first?.socket.emit('close');
    expect(open(undefined)).toBeDefined();
    expect(dismissed).toEqual([]);
    expect(ends).toHaveLength(2);
  });

  it('keeps a connection with two pieces of work until both have ended', () => {
    const { open } = table(1);
    const only = open('::1');
    const ends = [only?.begin(), only?.begin()];
    ends[0]?.();
    ends[0]?.();
    expect(open('::1')).toBeUndefined();
    ends[1]?.();
    expect(open('::1')).toBeDefined();
  });
});

describe('one address beyond loopback', () => {
  it('has half of all connections at most, and loses idle ones of its own beyond that', () => {
    const { open, dismissed } = table(10);
    const greedy = Array.from({ length: 5 }, () => open('192.0.2.1'));
    expect(open('192.0.2.1')).toBeDefined();
    expect(dismissed).toEqual([greedy[0]]);
    for (let i = 0; i < 5; i += 1) expect(open(`198.51.100.${i}`)).toBeDefined();
    expect(dismissed).toEqual([greedy[0]]);
  });

  it('is rejected where all of its own are busy, and another address is not', () => {
    const { open } = table(10);
    for (let i = 0; i < 5; i += 1) open('192.0.2.1')?.begin();
    expect(open('192.0.2.1')).toBeUndefined();
    expect(open('::ffff:192.0.2.1')).toBeUndefined();
    expect(open('192.0.2.2')).toBeDefined();
  });

  it('is a network of 64 bits in IPv6', () => {
    const { open } = table(4);
    open('2001:db8::1')?.begin();
    open('2001:db8:0:0:ffff::2')?.begin();
    expect(open('2001:db8:0:0:1:2:3:4')).toBeUndefined();
    expect(open('2001:db8:0:1::1')).toBeDefined();
  });

  it('is not on loopback or a Unix socket: all clients share those', () => {
    for (const address of [undefined, '127.0.0.1', '127.8.8.8', '::ffff:127.0.0.1', '::1']) {
      const { open } = table(4);
      for (let i = 0; i < 4; i += 1) expect(open(address)?.begin()).toBeInstanceOf(Function);
    }
  });
});

it('a connection without an ending of its own has its socket closed', () => {
  const connections = new Connections({ max: 1, nowMs: () => nowMs });
  const socket = new Peer('127.0.0.1');
  connections.admit(socket);
  connections.admit(new Peer('127.0.0.1'));
  expect(socket.destroyed).toBe(true);
});

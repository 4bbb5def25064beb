// A call of grpc-js whose client a test plays.

import { EventEmitter } from 'node:events';
import { Metadata } from '@grpc/grpc-js';

/** What a handler of a stream sees of grpc-js: a client that takes messages only when it is told to. */
export class FakeCall<Req, Res> extends EventEmitter {
  readonly request: Req;
  readonly metadata = new Metadata();
  readonly written: Res[] = [];
  cancelled = false;
  isSlow = false;
  hasEnded = false;

  constructor(request: Req) {
    super();
    this.request = request;
  }

  getPath(): string {
    return '/pbot.vm.v1.ExecutorService/StreamExecute';
  }

  getPeer(): string {
    return '127.0.0.1:50000';
  }

  getAuthContext() {
    return {};
  }

  write(message: Res): boolean {
    this.written.push(message);
    return !this.isSlow;
  }

  end(): void {
    this.hasEnded = true;
    this.emit('ended');
  }

  catchUp(): void {
    this.isSlow = false;
    this.emit('drain');
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled');
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

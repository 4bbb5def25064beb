// A stand-in for the Snapshot service, over real gRPC.

import { ServerCredentials, status } from '@grpc/grpc-js';
import { pino } from 'pino';
import {
  DomainState,
  RevertMethod,
  type RevertSnapshotRequest,
  type SnapshotServiceServer,
  SnapshotServiceService,
  StartDomainResponse_Method as StartMethod,
} from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { durationFromMs } from '../../../services/lib/config/duration.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { unary } from '../../../services/lib/rpc/handler.js';
import { createRpcServer, drainRpc, type RpcServer } from '../../../services/lib/rpc/server.js';

/**
 * Stands in for the Snapshot service, over real gRPC: the real one needs libvirt and a machine, and these tests need a
 * revert that fails, lasts or succeeds when they say so.
 */
export class FakeSnapshotService {
  domain: DomainState = DomainState.RUNNING;
  /** Runs inside each revert; what it throws is the revert's failure. */
  onRevert: () => void | Promise<void> = () => {};
  onStart: () => void = () => {};
  readonly reverts: RevertSnapshotRequest[] = [];
  snapshots: readonly string[] = ['clean'];
  starts = 0;
  readonly #rpc: RpcServer;
  #port = 0;

  private constructor() {
    const log = pino({ level: 'silent' });
    const duration = durationFromMs(1);
    const unused = unary(log, () => Promise.reject(unimplemented()));
    const implementation: SnapshotServiceServer = {
      getDomain: unary(log, ({ domain }) =>
        Promise.resolve({
          domain: {
            name: domain,
            state: this.domain,
            type: 'qemu',
            snapshots: [...this.snapshots],
            rebuildable: false,
            libvirtUri: '',
          },
        }),
      ),
      revertSnapshot: unary(log, async (request) => {
        this.reverts.push(request);
        await this.onRevert();
        this.domain = DomainState.RUNNING;
        return { method: RevertMethod.IN_PLACE, duration };
      }),
      startDomain: unary(log, () => {
        this.starts += 1;
        this.onStart();
        this.domain = DomainState.RUNNING;
        return Promise.resolve({ method: StartMethod.SNAPSHOT, duration });
      }),
      getProcessorTime: unary(log, () => Promise.resolve({ processorTime: undefined })),
      createSnapshot: unused,
      listSnapshots: unused,
      deleteSnapshot: unused,
    };
    const services = [{ definition: SnapshotServiceService, implementation }];
    this.#rpc = createRpcServer({ log, services, maxReceiveBytes: 64 * 1024 });
  }

  static async listen(): Promise<FakeSnapshotService> {
    const service = new FakeSnapshotService();
    service.#port = await new Promise((resolve, reject) => {
      service.#rpc.server.bindAsync(
        '127.0.0.1:0',
        ServerCredentials.createInsecure(),
        (error, port) => (error === null ? resolve(port) : reject(error)),
      );
    });
    return service;
  }

  get port(): number {
    return this.#port;
  }

  close(): Promise<void> {
    return drainRpc(this.#rpc, 0);
  }
}

function unimplemented(): RpcError {
  const message = 'The Watchdog never asks for this.';
  return new RpcError({ code: status.UNIMPLEMENTED, reason: 'UNIMPLEMENTED', message });
}

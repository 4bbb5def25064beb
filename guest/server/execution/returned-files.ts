// Sends what was asked for of the files that a program has left, by one more worker of its sandbox.

import type { Start } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { noteNoRoom } from '../sandbox/no-room.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Worker } from '../sandbox/worker.js';
import type { Sender } from '../transport/sender.js';
import { carryFiles } from './file-pump.js';
import type { OutputCredit } from './output-credit.js';

export async function sendReturnedFiles(options: {
  start: Start;
  sandbox: Sandbox;
  sender: Sender;
  credit: OutputCredit;
  /** Called with the worker while it works. */
  onWorker: (worker: Worker | undefined) => void;
}): Promise<void> {
  const { start, sandbox, sender, credit, onWorker } = options;
  const { execution, outputFiles, maxFiles, maxFileBytes } = start;
  await sandbox.armAhead().catch(() => undefined);
  const worker = await sandbox.takeWorker().catch(noteNoRoom);
  if (worker === undefined) {
    sender.send({ $case: 'filesFinished', value: { execution, truncated: true } });
    return;
  }
  const { workingDirectory } = sandbox;
  const temporaryDirectory = start.keepsState ? sandbox.temporaryDirectory : undefined;
  worker.sendFiles({
    workingDirectory,
    temporaryDirectory,
    maxFiles,
    maxFileBytes,
    globs: outputFiles,
  });
  onWorker(worker);
  const carried = carryFiles({ execution, source: worker.stdout, sender, credit });
  await worker.ended;
  onWorker(undefined);
  const end = await carried;
  if (end !== undefined) sender.send({ $case: 'filesFinished', value: { execution, ...end } });
}

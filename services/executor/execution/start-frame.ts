// The frame that starts an execution in the guest, and the bytes of its sources that follow it.

import { outputWindowBytes } from '../../../guest/protocol/frame.js';
import { maxExpressionBytes } from '../../../guest/protocol/inspection.js';
import type { SourceFile } from '../../gen/pbot/vm/guest/v1/channel.js';
import type { Inspection } from '../admission/inspection.js';
import type { Program } from '../admission/request.js';
import { guestLimits } from '../machine/guest-frames.js';
import type { HostBody } from '../machine/session.js';

/** The guest ends an execution by itself this much later than the host does, in case the host can't. */
const guestGraceMs = 2000;

export function startFrame(
  program: Program,
  { execution, language }: { execution: number; language: string },
): { body: HostBody; sourceBytes: Uint8Array } {
  const sources = sourcesOf(program);
  const body: HostBody = {
    $case: 'start',
    value: {
      execution,
      language,
      options: [...program.options],
      arguments: [...program.arguments],
      environment: { ...program.environment },
      sourceBytes: sources.bytes.length,
      outputCredit: outputWindowBytes,
      wallLimitMs: Math.ceil(program.timeLimitMs) + guestGraceMs,
      files: sources.files,
      compileLimits: guestLimits(program.compileLimits),
      runLimits: guestLimits(program.runLimits),
      outputFiles: [...program.outputFiles],
      maxFiles: program.maxReturnedFiles,
      maxFileBytes: program.maxReturnedBytes,
      terminal: program.terminal,
      unbuffered: program.unbuffered,
      check: program.check,
      keepsState: program.keepsState,
      inspection: program.inspection && inspectionOf(program.inspection),
    },
  };
  return { body, sourceBytes: sources.bytes };
}

/** An expression that is too long to be of use is left out. */
function inspectionOf(inspection: Inspection): Inspection {
  const isLong = Buffer.byteLength(inspection.lastExpression) > maxExpressionBytes;
  return isLong ? { ...inspection, lastExpression: '' } : inspection;
}

/** The files of a program as they go to the guest: the source code first. Without a path it gets its language's own. */
function sourcesOf({ code, files }: Program): { files: SourceFile[]; bytes: Uint8Array } {
  const all = code.length > 0 ? [{ path: '', data: code, executable: false }, ...files] : files;
  return {
    files: all.map(({ path, data, executable }) => ({ path, bytes: data.length, executable })),
    bytes: Buffer.concat(all.map(({ data }) => data)),
  };
}

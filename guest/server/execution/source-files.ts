// Checks the files of a Start message, and cuts the bytes that arrive into these files.

import type { Start } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import type { Language } from '../../languages/language.js';
import { findPathConflict, validatePath } from '../../protocol/paths.js';
import type { SandboxFile } from '../sandbox/sandbox.js';

/** Largest program that the guest takes: the memory of its server is bounded whatever the host says. */
const maxSourceBytes = 16 * 1024 * 1024;

/** Why the files of an execution can't be taken. The host has checked them too; the guest does not rely on it. */
export function sourceFault(start: Start, language: Language): string | undefined {
  const sizes = start.files.map(({ bytes }) => bytes);
  if (start.sourceBytes > maxSourceBytes) return 'the files are too large';
  if (sizes.reduce((sum, bytes) => sum + bytes, 0) !== start.sourceBytes) {
    return 'the files are not as large as they are together';
  }
  if (sizes.length === 0) return 'there is no source code';
  const paths = pathsOf(start, language);
  for (const path of paths) {
    const fault = validatePath(path);
    if (fault !== undefined) return `the path of a file ${fault}`;
  }
  const conflict = findPathConflict(paths);
  return conflict && `the path of a file ${conflict.description}`;
}

/** Of the files that are the program. The source code's first. */
export function sourcePathsOf(start: Start, language: Language): string[] {
  const paths = pathsOf(start, language);
  return start.keepsState ? paths.slice(0, 1) : paths;
}

function pathsOf({ files }: Start, { sourceFile }: Language): string[] {
  return files.map(({ path }, i) => (i === 0 && path === '' ? sourceFile : path));
}

/** @param bytes of all files, one after the other */
export function sourceFilesOf(start: Start, language: Language, bytes: Uint8Array): SandboxFile[] {
  const paths = pathsOf(start, language);
  let end = 0;
  return start.files.map(({ bytes: size, executable }, i) => {
    end += size;
    return { path: paths[i] ?? '', content: bytes.subarray(end - size, end), executable };
  });
}

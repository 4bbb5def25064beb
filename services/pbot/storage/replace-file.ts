// Replaces a file as a whole.

import { open, rename } from 'node:fs/promises';

/** Of a file that is being written. */
export const unfinishedEnding = '.new';

/** What users of PBot leave is nobody else's business. */
export const privateMode = 0o600;

/** The file holds the old text or the new one, whenever the host fails. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const written = `${path}${unfinishedEnding}`;
  const file = await open(written, 'w', privateMode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, path);
}

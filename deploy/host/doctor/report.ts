// Runs the checks of `pbot-vm doctor` and prints what they found.

import { type Check, type Finding, failed } from './check.js';

/**
 * Runs all checks, and writes what they found in their order.
 *
 * @returns the exit code: 1 where a check failed, else 0
 */
export async function reportChecks(
  checks: readonly Check[],
  options: { write: (text: string) => void; json: boolean },
): Promise<number> {
  // All at once: most of the time goes into waiting for one kernel to boot.
  const running = checks.map((check) => ({ title: check.title, finding: runSafely(check) }));
  const entries: Entry[] = [];
  for (const { title, finding } of running) {
    const entry = { title, ...oneLine(await finding) };
    entries.push(entry);
    if (!options.json) options.write(textOf(entry));
  }
  options.write(options.json ? `${JSON.stringify(entries, undefined, 2)}\n` : summaryOf(entries));
  return entries.some((entry) => entry.level === 'failed') ? 1 : 0;
}

type Entry = { readonly title: string } & Finding;

async function runSafely(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(
      `this could not be checked: ${reason}`,
      'This is an error of pbot-vm doctor itself: please report it.',
    );
  }
}

/** Other programs have a say in these texts: none may break a line or steer a terminal. */
function oneLine(finding: Finding): Finding {
  const clean = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim();
  if (finding.level === 'ok') return { level: 'ok', detail: clean(finding.detail) };
  return { level: finding.level, detail: clean(finding.detail), fix: clean(finding.fix) };
}

function textOf(entry: Entry): string {
  const line = `${labels[entry.level].padEnd(4)}  ${entry.title}: ${entry.detail}\n`;
  return entry.level === 'ok' ? line : `${line}      fix: ${entry.fix}\n`;
}

const labels: Record<Finding['level'], string> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'FAIL',
  skipped: 'skip',
};

function summaryOf(entries: readonly Entry[]): string {
  const count = (level: Finding['level']) => entries.filter((each) => each.level === level).length;
  const warnings = count('warning');
  const counts = [
    `${count('ok')} ok`,
    `${warnings} warning${warnings === 1 ? '' : 's'}`,
    `${count('failed')} failed`,
    `${count('skipped')} skipped`,
  ];
  return `${entries.length} checks: ${counts.join(', ')}.\n`;
}

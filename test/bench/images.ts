// How long the guest image of each profile takes to build, and how large it is: `npm run bench:images`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { MeasuredImage } from '../../deploy/build/tables/profiles.js';
import { buildImage } from '../../deploy/host/image/build-image.js';
import { placeDebian } from '../../deploy/host/image/debian-layer.js';
import { hostMirror } from '../../deploy/host/image/mirror.js';
import { defaultScratchDirectory, withScratch } from '../../deploy/host/image/scratch.js';
import { userNamespace } from '../../deploy/host/image/user-namespace.js';
import { makePrivate } from '../../deploy/host/private-files.js';
import { chooseLanguages } from '../../guest/languages/catalogue.js';
import type { Language } from '../../guest/languages/language.js';
import { StepTimes } from './step-times.js';

interface Flags {
  readonly profile: readonly string[];
  readonly suite: string;
  readonly cache?: string;
  readonly results?: string;
}

await new Command('images')
  .description(
    'Builds the guest image of each profile and prints times and sizes. It needs what `pbot-vm up` needs,\n' +
      'and `npm run build` before it.',
  )
  .option('--profile <names...>', 'profiles, or names of languages', ['minimal', 'standard'])
  .option('--suite <name>', 'Debian release', 'trixie')
  .option('--cache <directory>', 'an empty directory where the images stay; else they are removed')
  .option('--results <file>', 'where the rows are kept as JSON; those of other profiles stay there')
  .action(run)
  .parseAsync();

async function run({ profile: profiles, suite, cache, results }: Flags): Promise<void> {
  const cacheDir = cache ?? (await mkdtemp('/var/tmp/pbot-vm-images-'));
  await makePrivate(cacheDir);
  try {
    const debianSeconds = await buildDebian(suite, cacheDir);
    for (const profile of profiles) {
      const row = await buildProfile({ profile, suite, cacheDir, debianSeconds });
      if (results !== undefined) keep(row, results);
    }
  } finally {
    if (cache === undefined) await rm(cacheDir, { recursive: true, force: true });
  }
}

async function buildDebian(suite: string, cacheDir: string): Promise<number> {
  const steps = new StepTimes();
  const [namespace, signal] = [userNamespace(), undefined];
  await withScratch({ parent: defaultScratchDirectory, namespace, signal }, async (scratch) => {
    await placeDebian({
      ...{ suite, mirror: hostMirror(), cacheDir, namespace, signal },
      root: join(scratch.system, 'root'),
      toolScratch: scratch.tools,
      onProgress: steps.onProgress,
    });
  });
  return steps.print(`Debian ${suite}`);
}

async function buildProfile(options: {
  profile: string;
  suite: string;
  cacheDir: string;
  debianSeconds: number;
}): Promise<MeasuredImage> {
  const { profile, suite, cacheDir, debianSeconds } = options;
  const steps = new StepTimes();
  const { diskPath } = await buildImage({
    ...{ suite, cacheDir, guestDir: resolve('dist/guest') },
    languages: languagesOf(profile),
    onProgress: steps.onProgress,
  });
  const seconds = steps.print(profile);
  const diskMiB = Math.round((await stat(diskPath)).size / 2 ** 20);
  process.stdout.write(`${diskMiB} MiB on disk\n`);
  return { languages: profile, suite, debianSeconds, seconds, diskMiB };
}

function languagesOf(profile: string): readonly Language[] {
  const choice = chooseLanguages(profile);
  if ('chosen' in choice) return choice.chosen;
  throw new Error(`--profile: no profile or language "${choice.unknown}"`);
}

/** Puts a row in the place of an earlier one of its profile and release. */
function keep(row: MeasuredImage, path: string): void {
  const before = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as MeasuredImage[])
    : [];
  const others = before.filter(
    ({ languages, suite }) => languages !== row.languages || suite !== row.suite,
  );
  writeFileSync(path, `${JSON.stringify([...others, row], undefined, 2)}\n`);
}

// Bundles the programs of the host, and gathers the files of a guest.

import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { catalogue } from '../../guest/languages/catalogue.js';
import { version } from '../../services/lib/process/version.js';
import { licensesOf } from './licenses.js';
import { rehearse } from './rehearsal.js';

const hostPrograms = {
  executor: 'services/executor/main.ts',
  watchdog: 'services/watchdog/main.ts',
  snapshot: 'services/snapshot/main.ts',
  'vm-server': 'services/cli/vm-server.ts',
  'vm-exec': 'services/cli/vm-exec.ts',
  'vm-client': 'services/cli/vm-client.ts',
  'pbot-vm': 'services/cli/pbot-vm.ts',
};

/** Loaded by programs that are asked for traces or metrics, by `vm-client` where a plain connection does not do, and by `vm-exec`. */
const loadedByPrograms = {
  'telemetry-sdk': 'services/lib/telemetry/telemetry-sdk.ts',
  'metrics-sdk': 'services/lib/telemetry/metrics-sdk.ts',
  'vm-client-by-grpc': 'services/cli/vm-client-by-grpc.ts',
  'vm-exec-main': 'services/cli/vm-exec-main.ts',
  'vm-exec-directly': 'services/cli/vm-exec-directly.ts',
};

/** grpc-js has it read the contracts of its admin services, which nobody asks for. It is a tenth of a program. */
const neverLoaded = ['@grpc/proto-loader'];

const shared = {
  bundle: true,
  platform: 'node',
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
} satisfies BuildOptions;

/** Bundles each program of the host into one file, `NAME.js`, and writes the code that V8 compiles when `vm-exec` runs. */
export async function bundleHostPrograms(directory: string): Promise<void> {
  const programs = await buildForHost(directory, hostPrograms, '#!/usr/bin/env node\n');
  const loaded = await buildForHost(directory, loadedByPrograms);
  // Wherever the directory is copied to, Node.js knows what its files are.
  await writeFile(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
  await rehearse(resolve(directory, 'vm-exec-main.js'));
  await cp('deploy/systemd', join(directory, 'systemd'), { recursive: true });
  await writeFile(join(directory, 'THIRD-PARTY-LICENSES'), await licensesOf([programs, loaded]));
  for (const name of Object.keys(hostPrograms)) await chmod(join(directory, `${name}.js`), 0o755);
}

/**
 * Bundles files into CommonJS: Node.js starts it 6 ms sooner than an ES module, of 33 for an empty one, and takes compiled code for it
 * alone.
 */
async function buildForHost(
  directory: string,
  entryPoints: Readonly<Record<string, string>>,
  firstLine = '',
): Promise<Metafile> {
  const { metafile } = await build({
    ...shared,
    entryPoints,
    external: [...Object.keys(loadedByPrograms).map((name) => `*/${name}.js`), ...neverLoaded],
    outdir: directory,
    format: 'cjs',
    target: 'node20',
    // Becomes `require`, which also works in code that was compiled before.
    supported: { 'dynamic-import': false },
    banner: {
      js: `${firstLine}'use strict';\nconst fileUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    define: { 'import.meta.url': 'fileUrl' },
    metafile: true,
  });
  return metafile;
}

/** Gathers what a guest needs: the server as one file, its helpers, the program that reads an operator's languages, `setup-guest`, the lists of packages. */
export async function bundleGuest(directory: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: {
      'guest-server': 'guest/server/main.ts',
      'own-languages': 'guest/own-languages/main.ts',
    },
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // Debian 12 has Node.js 18.
    target: 'node18',
    sourcemap: false,
  });
  const helpers = [
    'supervisor.py',
    'sandbox_init.py',
    'worker.py',
    'event_loop.py',
    'confinement.py',
    'control_groups.py',
    'kernel_files.py',
    'output_files.py',
    'system_calls.py',
    'terminal.py',
  ];
  const files = [
    'setup-guest',
    'pbot-vm-guest.service',
    'start-server',
    ...helpers.map((file) => `server/supervisor/${file}`),
  ];
  for (const file of files) {
    await cp(join('guest', file), join(directory, basename(file)));
  }
  await cp('guest/inspection', join(directory, 'inspection'), { recursive: true });
  await writePackageLists(join(directory, 'packages'));
  await writeFile(join(directory, 'version'), `${version}\n`);
}

/** `setup-guest` is a shell script: it reads `packages/<family>/<language>`, one package a line. */
async function writePackageLists(directory: string): Promise<void> {
  for (const language of catalogue) {
    for (const [family, packages] of Object.entries(language.packages)) {
      await mkdir(join(directory, family), { recursive: true });
      await writeFile(join(directory, family, language.name), `${packages.join('\n')}\n`);
    }
  }
}

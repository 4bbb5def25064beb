// Bundles the programs of the host, and gathers the files of a guest.

import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { catalogue } from '../../guest/languages/catalogue.js';
import { version } from '../../services/lib/process/version.js';
import { licensesOf } from './licenses.js';

const hostPrograms = {
  executor: 'services/executor/main.ts',
  watchdog: 'services/watchdog/main.ts',
  snapshot: 'services/snapshot/main.ts',
  'vm-server': 'services/cli/vm-server.ts',
  'vm-exec': 'services/cli/vm-exec.ts',
  'vm-client': 'services/cli/vm-client.ts',
  'pbot-vm': 'services/cli/pbot-vm.ts',
};

/** Loaded by programs that are asked for traces or metrics, by vm-client where a plain connection does not do, and by vm-exec where no Executor is. */
const loadedAtNeed = {
  'telemetry-sdk': 'services/lib/telemetry/telemetry-sdk.ts',
  'metrics-sdk': 'services/lib/telemetry/metrics-sdk.ts',
  'vm-client-by-grpc': 'services/cli/vm-client-by-grpc.ts',
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
  metafile: true,
} satisfies BuildOptions;

/** Bundles each program of the host into one file, `NAME.js`. */
export async function bundleHostPrograms(directory: string): Promise<void> {
  const { metafile } = await build({
    ...shared,
    entryPoints: { ...hostPrograms, ...loadedAtNeed },
    external: [...Object.keys(loadedAtNeed).map((name) => `*/${name}.js`), ...neverLoaded],
    outdir: directory,
    format: 'esm',
    target: 'node20',
    // CommonJS packages inside the bundle call require, which an ES module does not have by itself.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  // Wherever the directory is copied to, Node.js knows that the programs are ES modules.
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  await cp('deploy/systemd', join(directory, 'systemd'), { recursive: true });
  await writeFile(join(directory, 'THIRD-PARTY-LICENSES'), await licensesOf(metafile));
  for (const name of Object.keys(hostPrograms)) await chmod(join(directory, `${name}.js`), 0o755);
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

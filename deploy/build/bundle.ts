import { chmod, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { catalogue } from '../../guest/languages/catalogue.js';

/** Bundles every program into one file each, and gathers what a guest needs in `dist/guest`. */
const output = 'dist';

const hostPrograms = {
  executor: 'services/executor/main.ts',
  watchdog: 'services/watchdog/main.ts',
  snapshot: 'services/snapshot/main.ts',
  'vm-server': 'services/cli/vm-server.ts',
  'vm-exec': 'services/cli/vm-exec.ts',
  'vm-client': 'services/cli/vm-client.ts',
  'pbot-vm': 'services/cli/pbot-vm.ts',
};

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
};

// A build beside the last one and a rename at the end: a program that starts meanwhile finds a whole one.
const staging = `${output}.new`;
await rm(staging, { recursive: true, force: true });
await bundleHostPrograms();
await bundleGuest();
await rm(output, { recursive: true, force: true });
await rename(staging, output);

async function bundleHostPrograms(): Promise<void> {
  await build({
    ...shared,
    entryPoints: hostPrograms,
    outdir: staging,
    format: 'esm',
    target: 'node20',
    // CommonJS packages inside the bundle call require, which an ES module does not have by itself.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  for (const name of Object.keys(hostPrograms)) await chmod(join(staging, `${name}.js`), 0o755);
}

async function bundleGuest(): Promise<void> {
  const guest = join(staging, 'guest');
  await build({
    ...shared,
    entryPoints: { 'guest-server': 'guest/server/main.ts' },
    outdir: guest,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // Debian 12 has Node.js 18.
    target: 'node18',
    sourcemap: false,
  });
  for (const file of ['setup-guest', 'pbot-vm-guest.service', 'server/clock-and-entropy.py']) {
    await cp(join('guest', file), join(guest, file.replace('server/', '')));
  }
  await writePackageLists(join(guest, 'packages'));
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

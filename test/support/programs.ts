import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/** The programs as they are shipped: one file each. */
export interface Programs {
  readonly executor: string;
  readonly watchdog: string;
  readonly snapshot: string;
  readonly vmServer: string;
  readonly vmExec: string;
  readonly vmClient: string;
  readonly guestServer: string;
}

/** Bundles the programs into a directory as a release has them in `dist/`, which a running pbot-vm may be using. */
export async function buildPrograms(directory: string): Promise<Programs> {
  await Promise.all([
    build({
      ...shared,
      entryPoints: {
        executor: 'services/executor/main.ts',
        watchdog: 'services/watchdog/main.ts',
        snapshot: 'services/snapshot/main.ts',
        'vm-server': 'services/cli/vm-server.ts',
        'vm-exec': 'services/cli/vm-exec.ts',
        'vm-client': 'services/cli/vm-client.ts',
      },
      outdir: directory,
      format: 'esm',
      target: 'node20',
      banner: {
        js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
      },
    }),
    build({
      ...shared,
      entryPoints: { 'guest-server': 'guest/server/main.ts' },
      outdir: directory,
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      target: 'node18',
    }),
  ]);
  const bundle = (file: string) => join(directory, file);
  return {
    executor: bundle('executor.js'),
    watchdog: bundle('watchdog.js'),
    snapshot: bundle('snapshot.js'),
    vmServer: bundle('vm-server.js'),
    vmExec: bundle('vm-exec.js'),
    vmClient: bundle('vm-client.js'),
    guestServer: bundle('guest-server.cjs'),
  };
}

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  minifySyntax: true,
  logLevel: 'warning',
};

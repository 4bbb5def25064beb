// Records what the release of package.json sends: `npm run contracts`. A release that was recorded is never written again.

import { version } from '../../services/lib/process/version.js';
import { isRecorded, recordRelease } from './release.js';

if (isRecorded(version)) {
  process.stderr.write(
    `test/contracts/${version} is there: what a release has sent does not change. Raise the version in package.json first.\n`,
  );
  process.exitCode = 1;
} else {
  recordRelease(version);
  process.stdout.write(`test/contracts/${version} was recorded\n`);
}

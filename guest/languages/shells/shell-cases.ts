// What the shells of the Bourne family are tried with.

import type { Cases } from '../cases.js';

/** @param sourceFile of the language */
export function shellCases(sourceFile: string, syntaxError: Cases['syntaxError']): Cases {
  return {
    input: 'cat\n',
    arguments: 'for argument in "$@"; do echo "$argument"; done\n',
    exitCode: 'exit 3\n',
    unicode: 'echo "Grüße, 世界 😀"\n',
    syntaxError,
    runTimeError: {
      code: 'echo begun\n: "${missing?is not set}"\n',
      phase: 'run',
      says: 'is not set',
    },
    modules: {
      files: {
        [sourceFile]: '. ./greeting.sh\ngreet\n',
        'greeting.sh': 'greet() { echo "hello from a module"; }\n',
      },
    },
  };
}

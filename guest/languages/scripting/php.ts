// PHP.

import type { Language } from '../language.js';

export const php: Language = {
  name: 'php',
  title: 'PHP',
  profile: 'standard',
  isWarmed: true,
  aliases: [],
  sourceFile: 'program.php',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['php', '{options}', '{source}', '{arguments}'],
  check: ['php', '-l', '{options}', '{source}'],
  version: ['php', '--version'],
  hello: '<?php echo "hello\\n";',
  cases: {
    input: '<?php echo file_get_contents("php://stdin");\n',
    arguments: '<?php foreach (array_slice($argv, 1) as $argument) echo $argument, "\\n";\n',
    exitCode: '<?php exit(3);\n',
    unicode: '<?php echo "Grüße, 世界 😀\\n";\n',
    syntaxError: { code: '<?php\n$x = ;\n', phase: 'run', says: 'syntax error', line: 2 },
    runTimeError: {
      code: '<?php\necho intdiv(1, 0);\n',
      phase: 'run',
      says: 'DivisionByZeroError',
      line: 2,
    },
    modules: {
      files: {
        'program.php': '<?php require "greeting.php"; greet();\n',
        'greeting.php': '<?php function greet() { echo "hello from a module\\n"; }\n',
      },
    },
  },
  packages: { debian: ['php-cli'], fedora: ['php-cli'], suse: ['php8-cli'] },
};

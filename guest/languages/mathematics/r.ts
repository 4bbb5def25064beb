// R, run as a script.

import type { Language } from '../language.js';

export const r: Language = {
  name: 'r',
  title: 'R',
  profile: 'standard',
  isWarmed: false,
  aliases: ['rscript'],
  sourceFile: 'program.R',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['Rscript', '--vanilla', '{options}', '{source}', '{arguments}'],
  version: ['Rscript', '--version'],
  hello: 'cat("hello\\n")\n',
  cases: {
    input: 'writeLines(readLines(file("stdin")))\n',
    arguments: 'writeLines(commandArgs(trailingOnly = TRUE))\n',
    exitCode: 'quit(status = 3)\n',
    unicode: 'cat("Grüße, 世界 😀\\n")\n',
    syntaxError: { code: 'x <- 1\nx <- )\n', phase: 'run', says: 'unexpected' },
    runTimeError: { code: 'stop("it fails")\n', phase: 'run', says: 'it fails' },
    modules: {
      files: {
        'program.R': 'source("greeting.R")\ngreet()\n',
        'greeting.R': 'greet <- function() cat("hello from a module\\n")\n',
      },
    },
  },
  packages: { debian: ['r-base-core'], fedora: ['R-core'], suse: ['R-base'] },
};

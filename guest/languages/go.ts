// Go.

import type { Language } from './language.js';

export const go: Language = {
  name: 'go',
  aliases: ['golang'],
  sourceFile: 'program.go',
  compiledWithIt: { suffixes: ['.go'], inAllDirectories: false },
  defaultOptions: [],
  compile: ['go', 'build', '{options}', '-o', 'program', '{sources}'],
  run: ['./program', '{arguments}'],
  version: ['go', 'version'],
  // The standard library is compiled once, when the machine is set up; a cold cache costs minutes under emulation.
  environment: { GOCACHE: '/var/cache/pbot-vm/go', GOFLAGS: '-trimpath', GO111MODULE: 'off' },
  hello: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
  packages: { debian: ['golang-go'], fedora: ['golang'], suse: ['go'] },
};

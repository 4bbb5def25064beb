// Go.

import type { Language } from '../language.js';

export const go: Language = {
  name: 'go',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['golang'],
  sourceFile: 'program.go',
  compiledWithIt: { suffixes: ['.go'], inAllDirectories: false },
  defaultOptions: [],
  compile: ['go', 'build', '{options}', '-o', '{program}', '{sources}'],
  // What a module imports from elsewhere is not there: there is no network.
  project: {
    compile: ['go', 'build', '{options}', '-o', '{program}', '{package}'],
    environment: {
      GO111MODULE: 'on',
      GOFLAGS: '-trimpath -mod=mod',
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      // The index of packages would be written to the cache, which is read-only.
      GODEBUG: 'goindex=0',
    },
  },
  projectFiles: ['go.mod', 'go.sum'],
  run: ['{program}', '{arguments}'],
  version: ['go', 'version'],
  // The standard library is compiled once, when the machine is set up; a cold cache costs minutes under emulation.
  environment: { GOCACHE: '/var/cache/pbot-vm/go', GOFLAGS: '-trimpath', GO111MODULE: 'off' },
  hello: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
  packages: { debian: ['golang-go'], fedora: ['golang'], suse: ['go'] },
};

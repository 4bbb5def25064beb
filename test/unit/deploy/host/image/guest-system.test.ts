import { describe, expect, it } from 'vitest';
import {
  afterLanguages,
  debianPackages,
  languagePackages,
} from '../../../../../deploy/host/image/guest-system.js';
import { catalogue } from '../../../../../guest/languages/catalogue.js';
import { go } from '../../../../../guest/languages/compiled/go.js';
import { javascript } from '../../../../../guest/languages/javascript/javascript.js';
import { bash } from '../../../../../guest/languages/shells/bash.js';

describe('the guest system', () => {
  it('the guest system has the packages of every language, each once, in an order that does not depend on theirs', () => {
    const packages = languagePackages(catalogue);
    for (const language of catalogue) {
      expect(packages).toEqual(expect.arrayContaining([...language.packages.debian]));
    }
    expect(new Set(packages).size).toBe(packages.length);
    expect(languagePackages([...catalogue].reverse())).toEqual(packages);
    expect(debianPackages).toEqual([...new Set(debianPackages)].sort());
  });

  it('the guest system compiles the Go standard library with the environment that programs are compiled with', () => {
    expect(afterLanguages({ languages: [go] })).toContain(
      "env HOME=/root 'GOCACHE=/var/cache/pbot-vm/go' 'GOFLAGS=-trimpath' 'GO111MODULE=on' go \"$@\"",
    );
    expect(afterLanguages({ languages: [go] })).toContain('\ngo_command build std\n');
  });

  it('the guest system compiles only what most programs import of Go where an image of more languages follows', () => {
    const script = afterLanguages({ languages: [go], isProvisional: true });
    expect(script).toMatch(/^go_command build bufio .* fmt /m);
    expect(script).toMatch(/^echo bufio .* fmt .*\/var\/cache\/pbot-vm\/go\.packages"$/m);
    expect(script).not.toContain('go_command build std');
  });

  it('the guest system has Go know all packages even where it compiles only some', () => {
    for (const isProvisional of [false, true]) {
      expect(afterLanguages({ languages: [go], isProvisional })).toContain(
        '\ngo_command list std ',
      );
    }
  });

  it('the guest system says for what Go its standard library is compiled, as setup-guest does', () => {
    expect(afterLanguages({ languages: [go] })).toContain(
      'echo "$(go_command version) CGO_ENABLED=$(go_command env CGO_ENABLED) ' +
        'GOCACHE=/var/cache/pbot-vm/go GOFLAGS=-trimpath GO111MODULE=on" > "$root/var/cache/pbot-vm/go.compiled"',
    );
  });

  it('the guest system lets compilations note the day of their look at the cache where they may write', () => {
    expect(afterLanguages({ languages: [go] })).toContain(
      'ln -sf /tmp/go-cache-trim "$root/var/cache/pbot-vm/go/trim.txt"',
    );
  });

  it('the guest system makes the files with which compilers and interpreters start sooner', () => {
    expect(afterLanguages({ languages: [javascript] })).toMatch(
      /^make_quick_start 'sh' '-c' '[^']*'\\''require\("net"\)'[^]*' '\/var\/cache\/pbot-vm\/javascript.start'$/m,
    );
    expect(afterLanguages({ languages: [go] })).toMatch(
      /^make_quick_start 'GOCACHE=\/var\/cache\/pbot-vm\/go' [^]*' '\/var\/cache\/pbot-vm\/go.start' /m,
    );
    expect(afterLanguages({ languages: [bash] })).not.toMatch(/^make_quick_start '/m);
  });

  it('the guest system does without Go when Go is not among its languages', () => {
    expect(afterLanguages({ languages: [bash] })).not.toContain('go_command');
  });
});

import { describe, expect, it } from 'vitest';
import { debianLayerName } from '../../../../../deploy/host/image/debian-layer.js';
import { languageLayerName } from '../../../../../deploy/host/image/language-layer.js';
import { go } from '../../../../../guest/languages/compiled/go.js';
import { bash } from '../../../../../guest/languages/shells/bash.js';

describe('the layers of the guest image', () => {
  it('another choice of languages makes another layer of languages on the same Debian', () => {
    const suite = 'trixie';
    const names = [[bash], [bash, go]].map((languages) => languageLayerName({ suite, languages }));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^languages-[0-9a-f]{16}$/);
    expect(debianLayerName(suite)).toMatch(/^debian-[0-9a-f]{16}$/);
  });

  it('a layer that another one soon replaces has a name of its own where it holds less', () => {
    const suite = 'trixie';
    const nameOf = (isProvisional: boolean) =>
      languageLayerName({ suite, languages: [go], isProvisional });
    expect(nameOf(true)).not.toBe(nameOf(false));
  });

  it('another release has other layers', () => {
    expect(debianLayerName('sid')).not.toBe(debianLayerName('trixie'));
    const names = ['sid', 'trixie'].map((suite) => languageLayerName({ suite, languages: [bash] }));
    expect(names[0]).not.toBe(names[1]);
  });
});

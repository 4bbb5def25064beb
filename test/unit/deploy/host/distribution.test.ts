import { describe, expect, it } from 'vitest';
import { familyOf, installCommand, joinGroupAdvice } from '../../../../deploy/host/distribution.js';

describe('the family of a distribution', () => {
  it.each([
    ['debian', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'],
    ['debian', 'ID=ubuntu\nID_LIKE=debian\n'],
    ['debian', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'],
    ['fedora', 'ID=fedora\nVERSION_ID=42\n'],
    ['fedora', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'],
    ['suse', 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n'],
    [undefined, 'ID=arch\nHOME_URL="https://debian.org"\n'],
    [undefined, ''],
  ])('the family of a distribution is %s', (family, osRelease) => {
    expect(familyOf(osRelease)).toBe(family);
  });
});

describe('advice for a distribution', () => {
  const packages = { debian: ['a', 'a', 'b'], fedora: ['c'], suse: ['d'] };

  it('advice for a distribution names each package once', () => {
    expect(installCommand('debian', packages)).toBe('"sudo apt install a b"');
  });

  it('advice for a distribution names the commands of all where the distribution is another one', () => {
    expect(installCommand(undefined, packages)).toBe(
      '"sudo apt install a b" (Debian, Ubuntu), "sudo dnf install c" (Fedora) or "sudo zypper install d" (openSUSE)',
    );
  });

  it('advice for a distribution uses usermod where adduser does something else', () => {
    expect(joinGroupAdvice('debian', 'kvm')).toContain('sudo adduser $USER kvm');
    expect(joinGroupAdvice('fedora', 'kvm')).toContain('sudo usermod -aG kvm $USER');
  });
});

// What the guest system holds: its packages, and what is done before and after they are installed.

import type { Language } from '../../../guest/languages/language.js';
import {
  fillQuickStart,
  quickStartDirectory,
  quickStartPath,
} from '../../../guest/languages/quick-start.js';
import {
  languageVersionsPath,
  searchPath,
  versionQuestion,
} from '../../../guest/languages/versions.js';
import { maskedUnits } from './masked-units.js';
import { shellWord } from './shell-word.js';

/** Where the guest server's files live in the guest. */
export const guestLibrary = '/usr/local/lib/pbot-vm';
export const guestUnit = 'pbot-vm-guest.service';

/** Packages of the languages. */
export function languagePackages(languages: readonly Language[]): string[] {
  return [...new Set(languages.flatMap((language) => language.packages.debian))].sort();
}

const systemPackages = [
  'initramfs-tools',
  'linux-image-cloud-amd64',
  'locales',
  'nodejs',
  'python3',
  'systemd',
  'systemd-sysv',
  'udev',
  'util-linux',
];

/** What programs of a shell expect of a Linux system, and debuggers. `wamerican` brings /usr/share/dict/words. */
const toolPackages = [
  'bc',
  'bsdextrautils',
  'bsdutils',
  'curl',
  'dc',
  'file',
  'gawk',
  'gdb',
  'git',
  'jq',
  'less',
  'make',
  'ncal',
  'strace',
  'valgrind',
  'wamerican',
  'xxd',
];

/** Packages of every guest. */
export const debianPackages = [...systemPackages, ...toolPackages].sort();

/** Locales that programs ask for by name. C.UTF-8 needs no data. */
const utf8Locales = [
  'de_DE',
  'en_GB',
  'en_US',
  'es_ES',
  'fr_FR',
  'ja_JP',
  'pt_BR',
  'ru_RU',
  'tr_TR',
  'zh_CN',
];

/**
 * Settings of dpkg in the guest: nobody reads manuals or translations there. A build that is cut off is thrown away, so dpkg need
 * not wait for the disk after each file. It did so for three quarters of the time that it unpacked packages.
 */
export const dpkgOptions = [
  'force-unsafe-io',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/go-*/test/*',
];

/**
 * Shell text that mmdebstrap runs before the packages of every guest are installed; `$1` is the root of the guest. Packages of
 * Java fail without directories for manuals. The initial RAM disk is made while the kernel is installed, so what it holds is
 * said here: only the drivers of our own machine, in a compression that is quick to undo under emulation.
 */
export const beforePackages = `set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
mkdir -p "$1/usr/share/man/man1" "$1/usr/share/man/man7"
printf 'MODULES=list\\nCOMPRESS=lz4\\nFSTYPE=ext4\\n' > "$1/etc/initramfs-tools/conf.d/pbot-vm"
printf 'virtio_pci\\nvirtio_blk\\nvirtio_console\\next4\\n' > "$1/usr/share/initramfs-tools/modules.d/pbot-vm"
`;

/** What is made of the languages. */
export interface LanguageSetup {
  readonly languages: readonly Language[];
  /** Machines serve with it only until an image of more languages is built: it is to be there soon. */
  readonly isProvisional?: boolean | undefined;
}

/** Shell text that mmdebstrap runs when all packages of the languages are installed; `$1` is the root of the guest. */
export function afterLanguages({ languages, isProvisional = false }: LanguageSetup): string {
  return [
    begin,
    identity,
    quietBoot,
    guestServer,
    languageChecks(languages),
    languageVersions(languages),
    goCache({ languages, isProvisional }),
    quickStarts(languages),
    noPrivilegedPrograms,
    cleanUp,
  ].join('\n');
}

const begin = `set -eu
root="$1"
echo 'pbot-vm: Configuring the guest'
`;

/**
 * The machine identity is fixed: without one, systemd takes each boot for the first one and applies presets. No
 * password works for anybody; programs get in through the guest server alone.
 */
const identity = `
chroot "$root" useradd --uid 1000 --user-group --create-home --shell /bin/bash vm
chroot "$root" usermod --lock vm
chroot "$root" usermod --lock root
echo pbot-vm > "$root/etc/hostname"
printf '127.0.0.1 localhost pbot-vm\\n::1 localhost\\n' > "$root/etc/hosts"
: > "$root/etc/resolv.conf"
: > "$root/etc/fstab"
echo 70626f74766d40008000000000000001 > "$root/etc/machine-id"
`;

const quietBoot = `
units="$root/etc/systemd/system"
for unit in ${maskedUnits.join(' ')}; do ln -sf /dev/null "$units/$unit"; done
for timer in "$root"/usr/lib/systemd/system/*.timer; do ln -sf /dev/null "$units/\${timer##*/}"; done
mkdir -p "$root/etc/systemd/system-generators"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
  ln -sf /dev/null "$root/etc/systemd/system-generators/\${generator##*/}"
done
ln -sf /usr/lib/systemd/system/multi-user.target "$units/default.target"
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\\nStorage=volatile\\nRuntimeMaxUse=4M\\n' > "$root/etc/systemd/journald.conf.d/pbot-vm.conf"
rm -rf "$root/var/log/journal"
`;

/** The server's files and its unit come later, when the disk is composed; what never changes is laid out here. */
const guestServer = `
mkdir -p "$root${guestLibrary}" "$units/multi-user.target.wants"
ln -s ../${guestUnit} "$units/multi-user.target.wants/${guestUnit}"
printf '#!/bin/sh\\nexec node ${guestLibrary}/guest-server.cjs "$@"\\n' > "$root/usr/local/bin/guest-server"
chmod 0755 "$root/usr/local/bin/guest-server"
`;

function languageChecks(languages: readonly Language[]): string {
  const commands = [...new Set(languages.map((language) => language.version[0]))];
  return `
for command in ${commands.map(shellWord).join(' ')}; do
  chroot "$root" env PATH=${searchPath} sh -c 'command -v "$0" > /dev/null' "$command" || {
    echo "The packages of the languages do not bring the command $command." >&2
    exit 1
  }
done
`;
}

/**
 * Writes down what each language says of its version. It takes tens of seconds to ask them all under emulation, and the
 * guest server would not serve before.
 */
function languageVersions(languages: readonly Language[]): string {
  const questions = new Map(languages.map((language) => [versionQuestion(language), language]));
  const asked = [...questions].map(([question, { version, versionInput = '' }]) =>
    ['ask', question, versionInput, ...version].map(shellWord).join(' '),
  );
  return `
echo 'pbot-vm: Asking the languages for their versions'
ask() {
  question=$1 input=$2
  shift 2
  # Some commands read nothing, and some say their version where errors go.
  answer=$(printf %s "$input" | chroot "$root" env HOME=/root PATH=${searchPath} timeout 60 "$@" 2>"$root/stderr" || true)
  [ -n "$answer" ] || answer=$(cat "$root/stderr")
  printf '%s\\t%s\\n' "$question" "$(printf '%s\\n' "$answer" | sed -n '/[^ ]/{p;q;}' | tr '\\t' ' ')" >> "$root${languageVersionsPath}"
}
${asked.join('\n')}
rm "$root/stderr"
`;
}

/** Those of Go that most programs import. All of them take minutes to compile. */
const everydayGoPackages =
  'bufio bytes container/heap container/list encoding/json errors flag fmt io log maps math/big math/rand os os/signal ' +
  'path/filepath regexp runtime/debug slices sort strconv strings sync/atomic text/tabwriter time unicode/utf16';

/**
 * Compiles Go's standard library, or some of it, into the cache that every compilation reads. The cache is root's: programs can use
 * it and not change it. A compilation fails when it cannot write down that it has looked for old entries, which it
 * does once a day: it writes that to its own /tmp.
 */
function goCache({ languages, isProvisional }: LanguageSetup): string {
  const environment = languages.find((language) => language.environment?.GOCACHE)?.environment;
  if (environment?.GOCACHE === undefined) return '';
  return `
echo 'pbot-vm: Compiling the Go standard library'
go_command() { chroot "$root" env HOME=/root ${assignments(environment).map(shellWord).join(' ')} go "$@"; }
${isProvisional ? compileSomeOfGo(environment.GOCACHE) : `go_command build std\n${compiledStamp(environment)}`}
# The index has to know each package: what is not there would be looked for and written down, and nobody can write there.
go_command list std >/dev/null
ln -sf /tmp/go-cache-trim "$root${environment.GOCACHE}/trim.txt"
`;
}

/** Says beside the cache what it has, so that what is made for a quick start needs no more. */
function compileSomeOfGo(cache: string): string {
  return `go_command build ${everydayGoPackages}
echo ${everydayGoPackages} > "$root${cache}.packages"`;
}

function compiledStamp(environment: Readonly<Record<string, string>>): string {
  const settings = assignments(environment).join(' ');
  return `# What setup-guest would write, so that it does not compile it again.
echo "$(go_command version) CGO_ENABLED=$(go_command env CGO_ENABLED) ${settings}" > "$root${environment['GOCACHE']}.compiled"`;
}

function assignments(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** What the guest server would make each time that a machine boots from this image. */
function quickStarts(languages: readonly Language[]): string {
  const commands = languages.flatMap((language) => {
    if (language.quickStart === undefined) return [];
    const words = fillQuickStart(
      language.quickStart.make,
      quickStartPath(language, quickStartDirectory),
    );
    const all = [...assignments(language.environment ?? {}), ...words];
    return `make_quick_start ${all.map(shellWord).join(' ')}`;
  });
  return `
echo 'pbot-vm: Preparing quick starts'
mkdir -p "$root${quickStartDirectory}"
make_quick_start() { chroot "$root" env HOME=/root PATH=${searchPath} "$@"; }
${commands.join('\n')}
`;
}

const locales = `
echo 'pbot-vm: Making the locales'
printf '%s\\n' ${utf8Locales.join(' ')} |
  xargs -P "$(nproc)" -I '{}' chroot "$root" localedef -i '{}' -f UTF-8 '{}.UTF-8'
`;

/** Debian left out the directory of the time zones without leap seconds: they are the same files by other names. */
const timeZones = `
zones="$root/usr/share/zoneinfo"
mkdir "$zones.posix"
cp -al "$zones/." "$zones.posix"
mv "$zones.posix" "$zones/posix"
`;

/** What the guest server would do each time that a machine boots from this image. */
const debuggerScripts = `
chroot "$root" python3 -m compileall -q /usr/share/gdb/python
`;

/** Shell text that mmdebstrap runs when the packages of every guest are installed; `$1` is the root of the guest. */
export const afterDebian = [begin, locales, timeZones, debuggerScripts].join('\n');

/** No program of the guest runs with another user's rights: nobody there needs them. */
const noPrivilegedPrograms = `
find "$root" -xdev -type f -perm /6000 -exec chmod ug-s {} +
`;

const cleanUp = `
rm -rf "$root"/var/log/dpkg.log "$root"/var/log/alternatives.log "$root"/var/log/apt \\
  "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root"/var/cache/ldconfig/aux-cache \\
  "$root/root/.config" "$root/tmp/go-cache-trim"
`;

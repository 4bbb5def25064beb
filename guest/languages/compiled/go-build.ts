// Builds a Go program of one file with the compiler and the linker alone. `go build` looks at each package of the library before.

/** `sh build PROGRAM SOURCE`, in the directory of what `prepare` has written. Of the options the linker is given `-w` alone. */
const build = (options: string) => `
program=$1
shift
prepared=\${0%/*}
# Go collects garbage early by default, and a program of this size never needs that: 0.4 s in place of 0.5.
export GOGC=400

quickly() {
  # Only go build knows what the names of other files mean, and makes settings of such a line.
  case "$*" in program.go | main.go) ;; *) return 1 ;; esac
  if grep -q '^//go:debug' "$1"; then return 1; fi
  "$tools/compile" -o "$program.a" -trimpath "$PWD=>." -p main -complete -nolocalimports \\
    -importcfg "$prepared/importable" -pack "./$1" &&
    GOROOT= "$tools/link" -o "$program" -importcfg "$prepared/linkable" -buildmode=exe -w "-extld=$cc" "$program.a"
}

if quickly "$@" > /dev/null 2>&1; then exec rm "$program.a"; fi
rm -f "$program.a"
exec go build ${options} -o "$program" "$@"
`;

/**
 * `sh -c prepare DIRECTORY BUILD`: which file of the cache has which package, for the compiler without those that programs may not
 * import. What a program says about its own build is that of a sample.
 */
const prepare = `set -eu
mkdir "$0"
packages=$(cat "$GOCACHE.packages" 2>/dev/null || echo std)
go list -deps -export -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' $packages > "$0/linkable"
grep -Ev '^packagefile (vendor/|([^=]*/)?internal[/=])' "$0/linkable" > "$0/importable"
printf "tools='%s'\\ncc='%s'\\n%s" "$(go env GOTOOLDIR)" "$(go env CC)" "$1" > "$0/build"
echo 'package main; func main() {}' > "$0/sample.go"
work=$(go build -work -o "$0/sample" "$0/sample.go" 2>&1)
grep '^modinfo ' "\${work#WORK=}/b001/importcfg.link" >> "$0/linkable"
rm -r "\${work#WORK=}" "$0/sample" "$0/sample.go"
`;

/** @param options of `go build`, unless a request brings its own */
export function quickBuild(options: readonly ['-ldflags=-w']) {
  return {
    make: ['sh', '-c', prepare, '{file}', build(options.join(' '))],
    options: [],
    compile: ['sh', '{file}/build', '{program}', '{sources}'],
    notWith: { options: ['-'], variables: ['GO', 'CGO', 'CC'] },
  } as const;
}

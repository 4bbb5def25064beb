// attack: includes the compiler's standard input, which never may come
// language: c11
// options: -O0
// stdin: "#error seen"
// expect: exit 0, compile exit *
// output-excludes: seen
// time-limit: 4 s
#include "/dev/stdin"
int main(void) { return 0; }

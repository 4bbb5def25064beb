// attack: includes the compiler's own output, which is read for ever
// language: c11
// options: -O0
// expect: exit 0, compile exit *, compile limit WALL_TIME
// time-limit: 3 s
#include "/dev/stdout"
int main(void) { return 0; }

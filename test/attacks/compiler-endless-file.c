// attack: includes a file without end
// language: c11
// expect: compile limit MEMORY, compile limit WALL_TIME, compile limit OUTPUT, compile exit *
// time-limit: 4 s
#include "/dev/zero"
int main(void) { return 0; }

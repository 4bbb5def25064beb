// attack: has the compiler write out an array of gigabytes
// language: c11
// options: -O0
// expect: compile limit MEMORY, compile limit WALL_TIME, compile exit *, compile signal *, exit *, signal *, limit WALL_TIME, limit MEMORY
// time-limit: 5 s
static char huge[4ul << 30] = {1};
int main(void) { return huge[0]; }

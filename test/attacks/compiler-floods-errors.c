// attack: has the compiler print errors without end
// language: c11
// options: -O0 -fmax-errors=0 -ftrack-macro-expansion=2
// expect: compile limit OUTPUT, compile limit WALL_TIME
// max-output: 64 KiB
// time-limit: 6 s
#define A x y; x y; x y; x y; x y; x y; x y; x y; x y; x y;
#define B A A A A A A A A A A
#define C B B B B B B B B B B
int main(void) { C C C C C C C C C C }

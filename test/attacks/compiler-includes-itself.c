// attack: includes itself
// language: c11
// expect: compile exit *, compile limit MEMORY, compile limit WALL_TIME, compile limit OUTPUT
// time-limit: 4 s
#include __FILE__
#include __FILE__

// attack: includes random bytes without end
// language: c11
// expect: compile limit MEMORY, compile limit WALL_TIME, compile limit OUTPUT, compile exit *
// time-limit: 3 s
#include "/dev/urandom"

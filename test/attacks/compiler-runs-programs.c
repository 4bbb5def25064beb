// attack: has the compiler run a program that leaves processes behind
// language: c11
// options: -wrapper sh,-c,setsid${IFS}sleep${IFS}300&echo${IFS}wrapped
// expect: compile exit *, exit *
// time-limit: 8 s
int main(void) { return 0; }

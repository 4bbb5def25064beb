// attack: takes all memory with a stack that has no limit
// language: c11
// options: -O0
// expect: limit MEMORY, signal SIGSEGV
// time-limit: 10 s
#include <sys/resource.h>
#include <unistd.h>

static int descend(volatile char *above) {
  volatile char here[65536];
  for (int i = 0; i < 65536; i += 4096) here[i] = above[0];
  return descend(here) + here[0];
}

int main(int count, char **words) {
  struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
  if (count == 1 && setrlimit(RLIMIT_STACK, &none) == 0) {
    char *again[] = {words[0], "again", 0};
    execv(words[0], again);
  }
  volatile char top = 1;
  return descend(&top);
}

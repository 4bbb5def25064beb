// attack: has the compiler print a file that only root may read
// language: c11
// options: -O0 @/etc/shadow
// expect: compile exit *
// output-excludes: root:[^ ]*:\d+
// time-limit: 8 s
#include "/etc/shadow"
__asm__(".incbin \"/etc/shadow\"");
int main(void) { return 0; }

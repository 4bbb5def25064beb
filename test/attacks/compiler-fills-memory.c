// attack: has its compiler fill the memory of the sandbox with files, so that the program finds none
// language: c11
// options: -wrapper sh,program.c
// time-limit: 20 s
// expect: exit *, signal *, limit MEMORY, compile exit *, compile limit MEMORY
#if 0
cat /dev/zero >/tmp/full
cat /dev/zero >/dev/shm/full
exec "$@"
#endif
#include <stdlib.h>
#include <string.h>
int main(void)
{
    for (;;) {
        char *memory = malloc(1 << 20);
        if (!memory) return 1;
        memset(memory, 1, 1 << 20);
    }
}

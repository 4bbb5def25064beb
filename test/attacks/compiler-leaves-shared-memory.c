// attack: has its compiler fill the memory of the sandbox with shared memory that no process holds, and goes on with it
// language: c11
// options: -wrapper sh,program.c
// time-limit: 20 s
// expect: exit *, signal *, limit MEMORY, compile exit *, compile limit MEMORY
#if 0
perl -e '
  for my $key (1 .. 1000) {
    my $memory = shmget $key, 1 << 22, 01666;
    shmwrite $memory, "x" x (1 << 22), 0, 1 << 22 if defined $memory;
  }'
exec "$@"
#endif
#define _DEFAULT_SOURCE
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
int main(void)
{
    for (int key = 2000; key < 3000; key += 1) {
        int memory = shmget(key, 1 << 22, IPC_CREAT | 0666);
        char *bytes = memory < 0 ? (char *)-1 : shmat(memory, 0, 0);
        if (bytes == (char *)-1) return 1;
        memset(bytes, 1, 1 << 22);
        shmdt(bytes);
    }
    return 0;
}

# attack: takes all shared memory, semaphores and message queues that the kernel has
# language: perl
# expect: exit 0, limit MEMORY
# time-limit: 8 s
use IPC::SysV qw(IPC_PRIVATE IPC_CREAT);
1 while defined semget IPC_PRIVATE, 250, IPC_CREAT | 0666;
1 while defined shmget IPC_PRIVATE, 4096, IPC_CREAT | 0666;
1 while defined msgget IPC_PRIVATE, IPC_CREAT | 0666;

# attack: leaves shared memory, semaphores and message queues behind
# language: perl
# expect: exit 0
use IPC::SysV qw(IPC_CREAT);
for my $key (1 .. 20) {
  my $memory = shmget $key, 1 << 20, IPC_CREAT | 0666;
  shmwrite $memory, 'secret' x 100_000, 0, 600_000 if defined $memory;
  semget $key, 10, IPC_CREAT | 0666;
  my $queue = msgget $key, IPC_CREAT | 0666;
  msgsnd $queue, pack('l! a*', 1, 'secret'), 0 if defined $queue;
}

# attack: restarts, halts and switches the machine off, by system call and by systemd
# language: perl
# expect: exit 0
# time-limit: 8 s
for my $command (0x1234567, 0x4321FEDC, 0xCDEF0123, 0x45584543, 0xD000FCE2) {
  syscall 169, 0xfee1dead, 0x28121969, $command, 0;
}
system "$_ >/dev/null 2>&1 </dev/null" for (
  'systemctl poweroff -ff',
  'systemctl stop pbot-vm-guest',
  'systemctl --no-ask-password kill -s KILL pbot-vm-guest',
  '/usr/sbin/reboot -f',
  'telinit 6',
);
exit 0;

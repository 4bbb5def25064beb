# attack: leaves a daemon behind that has forked twice and has a session of its own
# language: perl
# expect: exit 0
# stdout: ^started\n$
use POSIX 'setsid';
$| = 1;
print "started\n";
exit 0 if fork;
setsid;
exit 0 if fork;
open STDIN, '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';
sleep 300;

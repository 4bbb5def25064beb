# attack: swaps directories for links without pause, so that its removal follows one
# language: perl
# expect: exit 0
# output-excludes: \broot:
mkdir 'a';
mkdir "a/$_" for 1 .. 50;
symlink '/etc', 'b';
exit 0 if fork;
while (1) { rename 'a', 'c'; rename 'b', 'a'; rename 'c', 'b' }

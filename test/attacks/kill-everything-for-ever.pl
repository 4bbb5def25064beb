# attack: kills in a loop whatever it may signal, so that nothing new comes up beside it
# language: perl
# expect: limit WALL_TIME
# time-limit: 2 s
kill 'KILL', -1 while 1;

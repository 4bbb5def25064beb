# attack: kills itself, which must not look like a verdict of ours
# language: sh
# expect: signal SIGKILL
kill -KILL $$

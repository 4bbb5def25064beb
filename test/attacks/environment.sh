# attack: has libraries, start files and programs of its own loaded by way of the environment
# language: sh
# environment: LD_PRELOAD=./evil.so ENV=./program.sh BASH_ENV=./program.sh PATH=.:/usr/bin IFS=x PS4=$(id) HOME=/root TMPDIR=/etc
# expect: exit 0
# stdout: ^done\n$
# time-limit: 3 s
echo done

// attack: has its compiler stop and kill what waits to become the program
// language: c11
// options: -wrapper sh,program.c
// expect: exit 7
#if 0
for directory in /proc/[0-9]*; do
  pid=${directory#/proc/}
  read -r name <"$directory/comm"
  case $name in python*) kill -STOP "$pid" "-$pid"; kill -KILL "$pid" "-$pid" ;; esac
done 2>/dev/null
exec "$@"
#endif
int main(void) { return 7; }

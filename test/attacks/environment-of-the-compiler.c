// attack: has the compiler find its parts and its scratch files elsewhere
// language: c11
// options: -O0
// environment: PATH=/nonexistent GCC_EXEC_PREFIX=/tmp/ COMPILER_PATH=/tmp TMPDIR=/etc CPATH=/etc LIBRARY_PATH=/tmp
// expect: exit *, compile exit *
// time-limit: 8 s
int main(void) { return 0; }

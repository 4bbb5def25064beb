// attack: has the compiler write over the guest server and the system's files
// language: c11
// options: -O0 -o /usr/local/lib/pbot-vm/guest-server.cjs -MD -MF /etc/passwd -save-temps=obj
// expect: compile exit *, exit *
// time-limit: 8 s
int main(void) { return 0; }

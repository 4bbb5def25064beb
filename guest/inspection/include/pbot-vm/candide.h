/* The debugger's macros for inspected programs. It comes after all other headers, whose functions may have these names.
 *
 * Nothing happens in the function itself: gdb stops there, reads the command and writes the answer into the output of the
 * program (inspector.py). A macro's command begins with a byte that no command of a user begins with. */

#ifndef PBOT_VM_CANDIDE_H
#define PBOT_VM_CANDIDE_H

#ifdef __clang__
#define PBOT_VM_KEPT __attribute__((noinline, optnone, unused))
#else
#define PBOT_VM_KEPT __attribute__((noipa, unused))
#endif

PBOT_VM_KEPT static void gdb(const char *pbot_vm_command)
{
  __asm__ volatile("" : : "r"(pbot_vm_command) : "memory");
}

#define print(...) gdb("\1print " #__VA_ARGS__)
#define dump(...) gdb("\1print " #__VA_ARGS__)
#define ptype(...) gdb("\1ptype " #__VA_ARGS__)
#define whatis(...) gdb("\1whatis " #__VA_ARGS__)
#define watch(...) gdb("\1watch " #__VA_ARGS__)
#define trace(...) gdb("\1trace " #__VA_ARGS__)

#endif

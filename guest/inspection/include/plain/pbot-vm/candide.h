/* What the guest adds to C for programs without macros of the debugger: nothing that has to be declared. program.c is loaded
 * into them. */

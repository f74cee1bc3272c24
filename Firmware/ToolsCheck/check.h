// What the checks of the plug-in's decoders and tables share.
#ifndef CHECK_H
#define CHECK_H

// Says it where a number is another than it should be, and counts it.
void expect(unsigned long is, unsigned long should, const char *core, const char *what);

// RISC-V's part (riscv_check.c).
void check_riscv(void);

#endif

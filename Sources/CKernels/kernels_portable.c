/* The fallback: the same templates for the baseline instruction set. Slow where the compiler must call the
 * library for a fused multiply-add, and bit for bit the same. */
#include "kernels.h"
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi" /* vectors are passed between inlined functions only */

#define LW_TABLE lw_portable_kernels
#define LW_REGISTER_ROWS 6
#define LW_REGISTER_PANELS 1
#define LW_HALF_IN_HARDWARE 0
#define LW_INTEGER_ROWS 6
#define LW_INTEGER_PANELS 1
#define LW_PAIR_PRODUCTS 0
#include "kernels.inc"

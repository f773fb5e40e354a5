/* For processors since 2013 (Haswell, Zen): 256-bit vectors, fused multiply-add, conversion from half. */
#include "kernels.h"
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi" /* vectors are passed between inlined functions only */

#if defined(__x86_64__)
#include <immintrin.h>
/* 6 rows x 16 columns: 12 of the 16 registers add up, which hides the latency of an addition (4 cycles, 2 ports). */
#define LW_TABLE lw_avx2_kernels
#define LW_REGISTER_ROWS 6
#define LW_REGISTER_PANELS 1
#define LW_HALF_IN_HARDWARE 1
#define LW_INTEGER_ROWS 6
#define LW_INTEGER_PANELS 1
#define LW_PAIR_PRODUCTS 1
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif

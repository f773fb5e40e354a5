/* For processors with 512-bit vectors and their dot products of 16-bit integers (Ice Lake, Zen 4 and later): all of
 * kernels_avx512.c once more, compiled with VNNI. */
#include "kernels.h"
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi" /* vectors are passed between inlined functions only */

#if defined(__x86_64__)
#include <immintrin.h>
/* 8 rows x 32 columns: 16 of the 32 registers add up. */
#define LW_TABLE lw_avx512_vnni_kernels
#define LW_REGISTER_ROWS 8
#define LW_REGISTER_PANELS 2
#define LW_HALF_IN_HARDWARE 1
/* 6 rows x 64 columns: 24 of the registers add up. */
#define LW_INTEGER_ROWS 6
#define LW_INTEGER_PANELS 4
#define LW_PAIR_PRODUCTS 3
#pragma clang attribute push( \
  __attribute__((target("avx512vnni,avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif

/* Which instruction sets this machine has, and which one is in use. */
#include "kernels.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {"portable", "avx2", "avx512", "avx512vnni"};
enum { UNDECIDED = -1 };

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t enabled_state(void) { /* XGETBV: the registers that the operating system saves */
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/* Bits from Intel's Software Developer's Manual, volume 2, CPUID, and volume 1, section 13. */
lw_isa lw_isa_best(void) {
  enum { FMA = 1 << 12, OSXSAVE = 1 << 27, F16C = 1 << 29 };                            /* leaf 1, ecx */
  enum { AVX2 = 1 << 5, AVX512F = 1 << 16, AVX512DQ = 1 << 17, AVX512BW = 1 << 30 };    /* leaf 7, ebx */
  enum { VNNI = 1 << 11 };                                                              /* leaf 7, ecx */
  const uint32_t AVX512VL = 1u << 31;
  enum { YMM_STATE = 0x6, ZMM_STATE = 0xe6 };
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return LW_ISA_PORTABLE;
  const uint32_t basic = FMA | OSXSAVE | F16C;
  if ((c & basic) != basic || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return LW_ISA_PORTABLE;
  const uint64_t state = enabled_state();
  if (!(b & AVX2) || (state & YMM_STATE) != YMM_STATE) return LW_ISA_PORTABLE;
  const uint32_t wide = AVX512F | AVX512DQ | AVX512BW | AVX512VL;
  if ((b & wide) != wide || (state & ZMM_STATE) != ZMM_STATE) return LW_ISA_AVX2;
  return c & VNNI ? LW_ISA_AVX512_VNNI : LW_ISA_AVX512;
}
#else
lw_isa lw_isa_best(void) { return LW_ISA_PORTABLE; }
#endif

static atomic_int active = UNDECIDED;

const char *lw_isa_name(lw_isa isa) { return names[isa]; }

const char *lw_isa_refused(void) {
  const char *name = getenv("LATENTWALK_ISA");
  if (!name || !*name) return NULL;
  for (int isa = 0; isa <= (int)lw_isa_best(); isa++)
    if (strcmp(name, names[isa]) == 0) return NULL;
  return name;
}

lw_isa lw_isa_active(void) {
  int isa = atomic_load(&active);
  if (isa != UNDECIDED) return (lw_isa)isa;
  isa = (int)lw_isa_best();
  const char *name = getenv("LATENTWALK_ISA");
  for (int i = 0; name && i <= (int)lw_isa_best(); i++)
    if (strcmp(name, names[i]) == 0) isa = i;
  int expected = UNDECIDED; /* another thread may have chosen meanwhile: its choice is used */
  return atomic_compare_exchange_strong(&active, &expected, isa) ? (lw_isa)isa : (lw_isa)expected;
}

bool lw_isa_select(lw_isa isa) {
  if ((int)isa < 0 || isa > lw_isa_best()) return false;
  atomic_store(&active, (int)isa);
  return true;
}

const lw_kernel_table *lw_kernels(void) {
#if defined(__x86_64__)
  switch (lw_isa_active()) {
  case LW_ISA_AVX512_VNNI: return &lw_avx512_vnni_kernels;
  case LW_ISA_AVX512: return &lw_avx512_kernels;
  case LW_ISA_AVX2: return &lw_avx2_kernels;
  case LW_ISA_PORTABLE: break;
  }
#endif
  return &lw_portable_kernels;
}

bool lw_kernels_optimised(void) {
#ifdef __OPTIMIZE__
  return true;
#else
  return false;
#endif
}

/* Peak ------------------------------------------------------------------------------------------------- */

typedef struct {
  double seconds;
  double best[256]; /* GFLOP/s of each thread in its best slice */
} peak_measurement;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/** Slices of about a millisecond: the best of them ran undisturbed even on a busy machine. */
static void measure_slices(void *context, size_t begin, size_t end) {
  peak_measurement *peak = context;
  const lw_kernel_table *kernels = lw_kernels();
  size_t iterations = 1000;
  for (double start = now(); kernels->multiply_add(iterations) && now() - start < 1e-3; start = now()) iterations *= 2;
  const double limit = now() + peak->seconds;
  double best = 0;
  do {
    const double start = now(), operations = kernels->multiply_add(iterations);
    const double speed = operations / (now() - start) * 1e-9;
    if (speed > best) best = speed;
  } while (now() < limit);
  for (size_t i = begin; i < end; i++) peak->best[i] = best;
}

double lw_measure_peak(double seconds) {
  const size_t threads = lw_least(lw_thread_count(), 256);
  peak_measurement peak = {.seconds = seconds};
  lw_parallel(threads, measure_slices, &peak);
  double sum = 0;
  for (size_t i = 0; i < threads; i++) sum += peak.best[i];
  return sum;
}

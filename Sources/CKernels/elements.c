/* Conversions between the precisions of checkpoints and float32. */
#include "kernels.h"
#include <string.h>

/** Half from float with round to nearest even, in whole numbers: the same everywhere, whatever the processor's
 *  modes. */
static uint16_t half_from_bits(uint32_t bits) {
  const uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff)); /* NaN */
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);                            /* 65520 and more */
  if (magnitude < 0x33000000) return (uint16_t)sign;                                        /* below 2^-25 */
  uint32_t mantissa = magnitude, shift = 13;
  if (magnitude < 0x38800000) { /* a subnormal half: the implicit one becomes explicit */
    mantissa = (magnitude & 0x7fffff) | 0x800000;
    shift = 126 - (magnitude >> 23);
  }
  uint32_t result = mantissa >> shift;
  const uint32_t rest = mantissa & ((1u << shift) - 1), middle = 1u << (shift - 1);
  result += rest > middle || (rest == middle && (result & 1));
  return (uint16_t)(sign | (shift == 13 ? result - (112u << 10) : result));
}

typedef struct {
  void *destination;
  const void *source;
  lw_element element;
} conversion;

static void to_float16(void *context, size_t begin, size_t end) {
  const conversion *job = context;
  const char *source = job->source;
  uint16_t *destination = job->destination;
  for (size_t i = begin; i < end; i++) {
    uint32_t bits;
    memcpy(&bits, source + 4 * i, 4);
    destination[i] = half_from_bits(bits);
  }
}

/* In lines of 16 values. */
enum { LINE = LW_LANES };

typedef struct {
  conversion conversion;
  size_t count;
} counted_conversion;

static void to_float32(void *context, size_t begin, size_t end) {
  const counted_conversion *job = context;
  const size_t first = begin * LINE, last = lw_least(end * LINE, job->count);
  const char *source = (const char *)job->conversion.source + first * lw_element_bytes(job->conversion.element);
  lw_kernels()->to_float32((float *)job->conversion.destination + first, source, job->conversion.element, last - first);
}

enum { WORTH_SHARING = 65536 }; /* values */

void lw_to_float32(float *destination, const void *source, lw_element element, size_t count) {
  counted_conversion job = {{destination, source, element}, count};
  const size_t lines = lw_ceiling(count, LINE);
  if (count < WORTH_SHARING) to_float32(&job, 0, lines);
  else lw_parallel(lines, to_float32, &job);
}

void lw_to_float16(uint16_t *destination, const float *source, size_t count) {
  conversion job = {destination, source, LW_FLOAT16};
  if (count < WORTH_SHARING) to_float16(&job, 0, count);
  else lw_parallel(count, to_float16, &job);
}

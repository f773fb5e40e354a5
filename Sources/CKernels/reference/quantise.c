#include "CKernelsReference.h"
#include <math.h>

static double norm(const double *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

/* s = max(|x|_2 / 46300, max |x| / 32767), the norm being that of the part where it is largest. */
void lw_reference_quantise(double *values, size_t count, size_t part) {
  double scale = 1e-18;
  for (size_t first = 0; first < count; first += part)
    scale = fmax(scale, norm(values + first, first + part < count ? part : count - first) / 46300);
  for (size_t i = 0; i < count; i++) scale = fmax(scale, fabs(values[i]) / 32767);
  for (size_t i = 0; i < count; i++) values[i] = scale * rint(values[i] / scale);
}

#include "CKernelsReference.h"
#include <math.h>

/* SiLU: Elfwing et al., arXiv 1702.03118. GELU: Hendrycks & Gimpel, arXiv 1606.08415; the quick one is CLIP's. */
double lw_reference_activation(double x, lw_activation activation) {
  switch (activation) {
  case LW_SILU: return x / (1 + exp(-x));
  case LW_GELU: return x / 2 * (1 + erf(x / sqrt(2)));
  case LW_QUICK_GELU: return x / (1 + exp(-1.702 * x));
  case LW_IDENTITY:
  case LW_GEGLU: return x;
  }
  return x;
}

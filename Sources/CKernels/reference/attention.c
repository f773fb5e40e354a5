#include "CKernelsReference.h"
#include <math.h>

/** scale * q . k of one query and one key. */
static double score(const lw_attention_arguments *a, const float *q, const float *k) {
  double sum = 0;
  for (size_t d = 0; d < a->head_width; d++) sum += (double)q[d] * (double)k[d];
  return (double)a->scale * sum;
}

/** One query of one head: out = sum of exp(score - largest) v / sum of exp(score - largest). */
static void attend(
  const lw_attention_arguments *a, double *out, const float *q, const float *k, const float *v, size_t keys) {
  double largest = -INFINITY, total = 0;
  for (size_t key = 0; key < keys; key++) largest = fmax(largest, score(a, q, k + key * a->k_stride));
  for (size_t d = 0; d < a->head_width; d++) out[d] = 0;
  for (size_t key = 0; key < keys; key++) {
    const double weight = exp(score(a, q, k + key * a->k_stride) - largest);
    total += weight;
    for (size_t d = 0; d < a->head_width; d++) out[d] += weight * (double)v[key * a->v_stride + d];
  }
  for (size_t d = 0; d < a->head_width; d++) out[d] /= total;
}

/* softmax(q k^T / sqrt d) v: Vaswani et al., arXiv 1706.03762, equation 1. */
void lw_reference_attention(double *out, const lw_attention_arguments *a) {
  for (size_t image = 0; image < a->batch; image++)
    for (size_t query = 0; query < a->queries; query++)
      for (size_t head = 0; head < a->heads; head++, out += a->head_width) {
        const size_t keys = a->causal && query + 1 < a->keys ? query + 1 : a->keys, column = head * a->head_width;
        attend(
          a, out, a->q + image * a->q_image + query * a->q_stride + column, a->k + image * a->k_image + column,
          a->v + image * a->v_image + column, keys);
      }
}

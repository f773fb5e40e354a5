#include "CKernelsReference.h"

/** x[row] . W[column], with the biases. */
static double sum(const lw_matrix_product_arguments *a, const double *weights, size_t row, size_t column) {
  const size_t channels = a->weights->channels;
  const lw_epilogue *e = a->epilogue;
  double sum = 0;
  for (size_t c = 0; c < channels; c++) sum += (double)a->x[row * a->x_stride + c] * weights[column * channels + c];
  if (e && e->bias) sum += (double)e->bias[column];
  if (e && e->image_bias) sum += (double)e->image_bias[row / e->rows_per_image * a->weights->columns + column];
  return sum;
}

/* GEGLU: value * gelu(gate), the columns' two halves. Shazeer, arXiv 2002.05202. */
void lw_reference_matrix_product(double *y, const lw_matrix_product_arguments *a, const double *weights) {
  const lw_epilogue *e = a->epilogue;
  const size_t outputs = a->weights->gated ? a->weights->columns / 2 : a->weights->columns;
  for (size_t row = 0; row < a->rows; row++)
    for (size_t column = 0; column < outputs; column++) {
      double value = sum(a, weights, row, column);
      if (a->weights->gated) value *= lw_reference_activation(sum(a, weights, row, outputs + column), LW_GELU);
      if (e && e->residual) value += (double)e->residual[row * e->residual_stride + column];
      y[row * outputs + column] = e ? lw_reference_activation(value, e->activation) : value;
    }
}

#include "CKernelsReference.h"

/** Channel c of the concatenated sources at a point of the (upsampled) picture; zero outside it. Upsampling is
 *  nearest neighbour, so a point lies over the pixel at half its coordinates. */
static double input(const lw_convolution_arguments *a, size_t image, long y, long x, size_t c) {
  const bool upsamples = a->upsampled_height > 0;
  const long height = (long)(upsamples ? a->upsampled_height : a->height);
  const long width = (long)(upsamples ? a->upsampled_width : a->width);
  if (y < 0 || y >= height || x < 0 || x >= width) return 0;
  const size_t scale = upsamples ? 2 : 1;
  const size_t pixel = (image * a->height + (size_t)y / scale) * a->width + (size_t)x / scale;
  const lw_source *first = &a->sources[0], *second = &a->sources[1];
  return (double)(c < first->channels ? first->data[pixel * first->channels + c]
                                      : second->data[pixel * second->channels + c - first->channels]);
}

static double sum(
  const lw_convolution_arguments *a, const double *weights, size_t image, size_t y, size_t x, size_t column) {
  const size_t channels = a->weights->channels, taps = a->kernel * a->kernel;
  double sum = 0;
  for (size_t tap = 0; tap < taps; tap++) {
    const long row = (long)(y * a->stride + tap / a->kernel) - (long)a->pad_before;
    const long column_x = (long)(x * a->stride + tap % a->kernel) - (long)a->pad_before;
    for (size_t c = 0; c < channels; c++)
      sum += input(a, image, row, column_x, c) * weights[(column * channels + c) * taps + tap];
  }
  return sum;
}

/* PyTorch's Conv2d: y[k] = sum over taps and channels of x * w, no kernel flipped. */
void lw_reference_convolution(double *y, const lw_convolution_arguments *a, const double *weights) {
  const size_t height = lw_convolved_height(a), width = lw_convolved_width(a), columns = a->weights->columns;
  const lw_epilogue *e = a->epilogue;
  for (size_t image = 0; image < a->batch; image++)
    for (size_t pixel = 0; pixel < height * width; pixel++)
      for (size_t column = 0; column < columns; column++) {
        const size_t row = image * height * width + pixel;
        double value = sum(a, weights, image, pixel / width, pixel % width, column);
        if (e && e->bias) value += (double)e->bias[column];
        if (e && e->image_bias) value += (double)e->image_bias[image * columns + column];
        if (e && e->residual) value += (double)e->residual[row * e->residual_stride + column];
        y[row * columns + column] = e ? lw_reference_activation(value, e->activation) : value;
      }
}

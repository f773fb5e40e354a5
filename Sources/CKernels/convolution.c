/* Convolution as a product whose rows are gathered: for each output pixel and tap a pointer to the pixel under it, or to
 * a row of zeros outside the picture. Stride, padding, doubling and concatenation are contents of that table only. */
#include "kernels.h"

static size_t convolved_size(const lw_convolution_shape *shape, size_t size) {
  const size_t padded = size + shape->pad_before + shape->pad_after;
  return padded < shape->kernel ? 0 : (padded - shape->kernel) / shape->stride + 1;
}

size_t lw_convolved_height(const lw_convolution_shape *shape) {
  return convolved_size(shape, shape->upsampled_height ? shape->upsampled_height : shape->height);
}

size_t lw_convolved_width(const lw_convolution_shape *shape) {
  return convolved_size(shape, shape->upsampled_width ? shape->upsampled_width : shape->width);
}

static void gather_pixels(
  const lw_product *product, size_t first, size_t count, const float **pointers, const float *zeros) {
  const lw_convolution_shape *shape = product->input;
  const size_t out_width = lw_convolved_width(shape), out_height = lw_convolved_height(shape);
  for (size_t row = 0; row < count; row++) {
    const size_t pixel = first + row, out_x = pixel % out_width, out_y = pixel / out_width % out_height;
    const size_t image = pixel / out_width / out_height;
    for (size_t tap = 0; tap < product->taps; tap++) {
      const size_t y = out_y * shape->stride + tap / shape->kernel - shape->pad_before;
      const size_t x = out_x * shape->stride + tap % shape->kernel - shape->pad_before;
      for (size_t source = 0; source < product->source_count; source++)
        pointers[(tap * product->source_count + source) * count + row] =
          lw_source_pixel(shape, source, image, y, x, zeros);
    }
  }
}

static lw_product describe(
  float *y, const lw_convolution_shape *shape, const lw_weights *weights, const lw_epilogue *epilogue) {
  const size_t pixels = lw_convolved_height(shape) * lw_convolved_width(shape);
  lw_product product = {
    .y = y,
    .y_stride = weights->gated ? weights->columns / 2 : weights->columns,
    .rows = shape->batch * pixels,
    .weights = weights,
    .epilogue = epilogue ? *epilogue : (lw_epilogue){0},
    .taps = shape->kernel * shape->kernel,
    .source_count = shape->sources[1].channels > 0 ? 2 : 1,
    .source_channels = {shape->sources[0].channels, shape->sources[1].channels},
    .gather = gather_pixels,
    .input = shape,
  };
  product.epilogue.rows_per_image = pixels;
  return product;
}

size_t lw_convolution_workspace(const lw_convolution_shape *shape, const lw_weights *weights) {
  if (!lw_winograd_suits(shape, weights)) return 0;
  const lw_product product = describe(NULL, shape, weights, NULL);
  return lw_winograd_workspace(&product);
}

void lw_convolution(
  float *y, const lw_convolution_shape *shape, const lw_weights *weights, const lw_epilogue *epilogue,
  float *workspace) {
  const lw_product product = describe(y, shape, weights, epilogue);
  if (lw_winograd_suits(shape, weights)) lw_run_winograd(&product, workspace);
  else lw_run_product(&product);
}

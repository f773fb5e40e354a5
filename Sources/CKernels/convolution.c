/* Convolution as a product whose rows are gathered (implicit GEMM): for each output pixel and tap a pointer to the
 * pixel under it, or to a row of zeros outside the picture. Stride, padding, upsampling and concatenation only
 * decide what that table holds. */
#include "kernels.h"

static size_t convolved_size(const lw_convolution_arguments *arguments, size_t size) {
  const size_t padded = size + arguments->pad_before + arguments->pad_after;
  return padded < arguments->kernel ? 0 : (padded - arguments->kernel) / arguments->stride + 1;
}

size_t lw_convolved_height(const lw_convolution_arguments *arguments) {
  return convolved_size(arguments, arguments->upsampled_height ? arguments->upsampled_height : arguments->height);
}

size_t lw_convolved_width(const lw_convolution_arguments *arguments) {
  return convolved_size(arguments, arguments->upsampled_width ? arguments->upsampled_width : arguments->width);
}

static void gather_pixels(
  const lw_product *product, size_t first, size_t count, const float **pointers, const float *zeros) {
  const lw_convolution_arguments *arguments = product->convolution;
  const size_t out_width = lw_convolved_width(arguments), out_height = lw_convolved_height(arguments);
  for (size_t row = 0; row < count; row++) {
    const size_t pixel = first + row, out_x = pixel % out_width, out_y = pixel / out_width % out_height;
    const size_t image = pixel / out_width / out_height;
    for (size_t tap = 0; tap < product->taps; tap++) {
      const size_t y = out_y * arguments->stride + tap / arguments->kernel - arguments->pad_before;
      const size_t x = out_x * arguments->stride + tap % arguments->kernel - arguments->pad_before;
      for (size_t source = 0; source < product->source_count; source++)
        pointers[(tap * product->source_count + source) * count + row] =
          lw_source_pixel(arguments, source, image, y, x, zeros);
    }
  }
}

static lw_product describe(const lw_convolution_arguments *arguments) {
  const lw_weights *weights = arguments->weights;
  const size_t pixels = lw_convolved_height(arguments) * lw_convolved_width(arguments);
  lw_product product = {
    .y = arguments->y,
    .y_stride = weights->gated ? weights->columns / 2 : weights->columns,
    .rows = arguments->batch * pixels,
    .weights = weights,
    .epilogue = arguments->epilogue ? *arguments->epilogue : (lw_epilogue){0},
    .taps = arguments->kernel * arguments->kernel,
    .source_count = arguments->sources[1].channels > 0 ? 2 : 1,
    .source_channels = {arguments->sources[0].channels, arguments->sources[1].channels},
    .gather = gather_pixels,
    .convolution = arguments,
  };
  product.epilogue.rows_per_image = pixels;
  return product;
}

size_t lw_convolution_workspace(const lw_convolution_arguments *arguments) {
  const lw_product product = describe(arguments);
  return lw_convolution_is_winograd(arguments) ? lw_winograd_workspace(&product) : lw_product_workspace(&product);
}

void lw_convolution(const lw_convolution_arguments *arguments, lw_workspace workspace) {
  const lw_product product = describe(arguments);
  if (lw_convolution_is_winograd(arguments)) lw_run_winograd(&product, workspace);
  else lw_run_product(&product, workspace);
}

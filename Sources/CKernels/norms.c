/* Group norm and layer norm on the pool. The arithmetic is in norms.inc. */
#include "kernels.h"
#include <math.h>
#include <string.h>

/* Group norm: sums of strips of pixels, then coefficients of each channel, then one pass over the pixels. */
typedef struct {
  const lw_group_norm_arguments *arguments;
  const lw_kernel_table *kernels;
  size_t channels;
  size_t strips;                          /* of an image */
  double *sums;                           /* [batch][strips][2][channels]: sums, then sums of squares */
  float *mean_high, *mean_low, *slope;    /* [batch][channels] each */
} group_norm;

static group_norm describe(const lw_group_norm_arguments *arguments, void *memory) {
  group_norm norm = {
    .arguments = arguments,
    .kernels = lw_kernels(),
    .channels = arguments->sources[0].channels + arguments->sources[1].channels,
    .strips = lw_ceiling(arguments->pixels, LW_STRIP),
    .sums = memory,
  };
  norm.mean_high = (float *)(norm.sums + arguments->batch * norm.strips * 2 * norm.channels);
  norm.mean_low = norm.mean_high + arguments->batch * norm.channels;
  norm.slope = norm.mean_low + arguments->batch * norm.channels;
  return norm;
}

size_t lw_group_norm_workspace(const lw_group_norm_arguments *arguments) {
  const group_norm norm = describe(arguments, NULL);
  return arguments->batch * norm.channels * (norm.strips * 2 * sizeof(double) + 3 * sizeof(float));
}

static void sum_strips(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  const lw_group_norm_arguments *a = norm->arguments;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / norm->strips, first = i % norm->strips * LW_STRIP;
    const size_t pixels = lw_least(LW_STRIP, a->pixels - first);
    double *sums = norm->sums + i * 2 * norm->channels, *squares = sums + norm->channels;
    memset(sums, 0, 2 * norm->channels * sizeof(double));
    for (size_t source = 0, channel = 0; source < 2; channel += a->sources[source++].channels) {
      const size_t channels = a->sources[source].channels;
      if (channels == 0) continue;
      const float *x = a->sources[source].data + (image * a->pixels + first) * channels;
      norm->kernels->channel_sums(x, pixels, channels, sums + channel, squares + channel);
    }
  }
}

/** Adds up strips in order, then the channels of the group in order. */
static void find_coefficients(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  const lw_group_norm_arguments *a = norm->arguments;
  const size_t width = norm->channels / a->groups;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / a->groups, first = i % a->groups * width;
    double sum = 0, square = 0;
    for (size_t c = first; c < first + width; c++) {
      double channel_sum = 0, channel_square = 0;
      for (size_t strip = 0; strip < norm->strips; strip++) {
        const double *sums = norm->sums + (image * norm->strips + strip) * 2 * norm->channels;
        channel_sum += sums[c];
        channel_square += sums[norm->channels + c];
      }
      sum += channel_sum;
      square += channel_square;
    }
    const double count = (double)a->pixels * (double)width, mean = sum / count;
    const double variance = fmax(0, square / count - mean * mean);
    const double inverse = 1.0 / sqrt(variance + (double)a->epsilon);
    for (size_t c = first; c < first + width; c++) {
      const size_t at = image * norm->channels + c;
      norm->mean_high[at] = (float)mean;
      norm->mean_low[at] = (float)(mean - (double)(float)mean);
      norm->slope[at] = (float)(inverse * (double)a->scale[c]);
    }
  }
}

static void normalise_strips(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  const lw_group_norm_arguments *a = norm->arguments;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / norm->strips, first = i % norm->strips * LW_STRIP;
    const size_t pixels = lw_least(LW_STRIP, a->pixels - first), row = image * a->pixels + first;
    for (size_t source = 0, channel = 0; source < 2; channel += a->sources[source++].channels) {
      const size_t channels = a->sources[source].channels, at = image * norm->channels + channel;
      if (channels == 0) continue;
      const lw_group_coefficients coefficients = {
        .channels = channels,
        .mean_high = norm->mean_high + at,
        .mean_low = norm->mean_low + at,
        .slope = norm->slope + at,
        .shift = a->shift + channel,
        .silu = a->silu,
        .large = a->pixels * norm->channels >= LW_LARGE_PICTURE,
      };
      norm->kernels->normalise(
        a->y + row * norm->channels + channel, norm->channels, a->sources[source].data + row * channels, pixels,
        &coefficients);
    }
  }
}

void lw_group_norm(const lw_group_norm_arguments *arguments, lw_workspace workspace) {
  group_norm norm = describe(arguments, workspace.memory);
  const size_t strips = arguments->batch * norm.strips;
  if (strips * norm.channels == 0) return;
  const size_t threads = lw_useful_threads(arguments->batch * arguments->pixels * norm.channels);
  lw_dispatch(&(lw_job){.count = strips, .threads = threads, .body = sum_strips, .context = &norm});
  lw_dispatch(&(lw_job){
    .count = arguments->batch * arguments->groups, .threads = lw_useful_threads(strips * norm.channels),
    .body = find_coefficients, .context = &norm});
  lw_dispatch(&(lw_job){.count = strips, .threads = threads, .body = normalise_strips, .context = &norm});
}

/* Layer norm ------------------------------------------------------------------------------------------- */

static void normalise_rows(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const lw_layer_norm_arguments *arguments = context;
  lw_kernels()->layer_norm(arguments, begin, end - begin);
}

void lw_layer_norm(const lw_layer_norm_arguments *arguments) {
  lw_layer_norm_arguments copy = *arguments;
  lw_dispatch(&(lw_job){
    .count = copy.rows, .threads = lw_useful_threads(copy.rows * copy.channels), .body = normalise_rows,
    .context = &copy});
}

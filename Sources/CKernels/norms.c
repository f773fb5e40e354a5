/* Group norm and layer norm on the pool. The arithmetic is in norms.inc. */
#include "kernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Group norm: sums of strips of pixels, then coefficients of each channel, then one pass over the pixels. */
typedef struct {
  float *y;
  const lw_source *sources;
  size_t batch, pixels, groups, channels;
  float epsilon;
  const float *scale, *shift;
  bool silu;
  const lw_kernel_table *kernels;
  size_t strips;  /* of an image */
  double *sums;   /* [batch][strips][2][channels]: sums, then sums of squares */
  lw_group_coefficients coefficients; /* [batch][channels] each */
} group_norm;

static void sum_strips(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / norm->strips, first = i % norm->strips * LW_STRIP;
    const size_t pixels = lw_least(LW_STRIP, norm->pixels - first);
    double *sums = norm->sums + i * 2 * norm->channels, *squares = sums + norm->channels;
    memset(sums, 0, 2 * norm->channels * sizeof(double));
    for (size_t source = 0, channel = 0; source < 2; channel += norm->sources[source++].channels) {
      const size_t channels = norm->sources[source].channels;
      if (channels == 0) continue;
      const float *x = norm->sources[source].data + (image * norm->pixels + first) * channels;
      norm->kernels->channel_sums(x, pixels, channels, sums + channel, squares + channel);
    }
  }
}

/** Strips in order, then the channels of the group in order. */
static void find_coefficients(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  const size_t width = norm->channels / norm->groups;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / norm->groups, first = i % norm->groups * width;
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
    const double count = (double)norm->pixels * (double)width, mean = sum / count;
    const double variance = fmax(0, square / count - mean * mean);
    const double inverse = 1.0 / sqrt(variance + (double)norm->epsilon);
    for (size_t c = first; c < first + width; c++) {
      const size_t at = image * norm->channels + c;
      norm->coefficients.mean_high[at] = (float)mean;
      norm->coefficients.mean_low[at] = (float)(mean - (double)(float)mean);
      norm->coefficients.slope[at] = (float)(inverse * (double)norm->scale[c]);
    }
  }
}

static void normalise_strips(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const group_norm *norm = context;
  for (size_t i = begin; i < end; i++) {
    const size_t image = i / norm->strips, first = i % norm->strips * LW_STRIP;
    const size_t pixels = lw_least(LW_STRIP, norm->pixels - first), row = image * norm->pixels + first;
    for (size_t source = 0, channel = 0; source < 2; channel += norm->sources[source++].channels) {
      const size_t channels = norm->sources[source].channels, at = image * norm->channels + channel;
      if (channels == 0) continue;
      const lw_group_coefficients own = {
        norm->coefficients.mean_high + at, norm->coefficients.mean_low + at, norm->coefficients.slope + at};
      norm->kernels->normalise(
        norm->y + row * norm->channels + channel, norm->channels, norm->sources[source].data + row * channels, pixels,
        channels, &own, norm->shift + channel, norm->silu, norm->pixels * norm->channels >= LW_LARGE_PICTURE);
    }
  }
}

void lw_group_norm(
  float *y, const lw_source sources[2], size_t batch, size_t pixels, size_t groups, float epsilon, const float *scale,
  const float *shift, bool silu) {
  const size_t channels = sources[0].channels + sources[1].channels;
  if (batch * pixels * channels == 0) return;
  group_norm norm = {
    .y = y, .sources = sources, .batch = batch, .pixels = pixels, .groups = groups, .channels = channels,
    .epsilon = epsilon, .scale = scale, .shift = shift, .silu = silu, .kernels = lw_kernels(),
    .strips = lw_ceiling(pixels, LW_STRIP)};
  const size_t sums = batch * norm.strips * 2 * channels;
  norm.sums = malloc(sums * sizeof(double) + 3 * batch * channels * sizeof(float));
  if (!norm.sums) {
    fprintf(stderr, "latentwalk: no memory for the sums of a group norm\n");
    abort();
  }
  float *coefficients = (float *)(norm.sums + sums);
  norm.coefficients = (lw_group_coefficients){
    coefficients, coefficients + batch * channels, coefficients + 2 * batch * channels};
  const size_t threads = lw_useful_threads(batch * pixels * channels);
  lw_dispatch(batch * norm.strips, threads, 0, sum_strips, &norm);
  lw_dispatch(batch * groups, lw_useful_threads(batch * norm.strips * channels), 0, find_coefficients, &norm);
  lw_dispatch(batch * norm.strips, threads, 0, normalise_strips, &norm);
  free(norm.sums);
}

typedef struct {
  float *y;
  const float *x;
  size_t channels;
  float epsilon;
  const float *scale, *shift;
  const lw_kernel_table *kernels;
} layer_norm;

static void normalise_rows(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const layer_norm *norm = context;
  norm->kernels->layer_norm(
    norm->y + begin * norm->channels, norm->x + begin * norm->channels, end - begin, norm->channels, norm->epsilon,
    norm->scale, norm->shift);
}

void lw_layer_norm(
  float *y, const float *x, size_t rows, size_t channels, float epsilon, const float *scale, const float *shift) {
  layer_norm norm = {y, x, channels, epsilon, scale, shift, lw_kernels()};
  lw_dispatch(rows, lw_useful_threads(rows * channels), 0, normalise_rows, &norm);
}

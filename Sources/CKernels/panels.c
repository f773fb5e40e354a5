/* Weights in the order in which the micro-kernel reads them: the one place that knows how panels are packed. */
#include "kernels.h"
#include <string.h>

size_t lw_element_bytes(lw_element element) { return element == LW_FLOAT32 ? 4 : 2; }

size_t lw_panel_count(const lw_weights *weights) {
  return weights->gated ? 2 * lw_ceiling(weights->columns / 2, LW_LANES) : lw_ceiling(weights->columns, LW_LANES);
}

/** Of the scales behind the panels: of columns, or of columns in each Winograd plane. */
static size_t scale_count(const lw_weights *weights) {
  switch (weights->arithmetic) {
  case LW_ARITHMETIC_FLOAT32: return 0;
  case LW_ARITHMETIC_INT16: return lw_panel_count(weights) * LW_LANES;
  case LW_ARITHMETIC_INT16_WINOGRAD: return lw_panel_count(weights) * 36 * LW_LANES;
  }
  return 0;
}

/** Of one panel. */
static size_t panel_bytes(const lw_weights *weights) {
  if (weights->arithmetic == LW_ARITHMETIC_INT16) return lw_integer_pairs(weights) * 2 * LW_LANES * sizeof(int16_t);
  return weights->taps * weights->channels * LW_LANES * lw_element_bytes(weights->element);
}

size_t lw_panels_bytes(const lw_weights *weights) {
  return lw_panel_count(weights) * panel_bytes(weights) + scale_count(weights) * sizeof(float);
}

const float *lw_panel_scales(const lw_weights *weights) {
  return (const float *)((const char *)weights->panels + lw_panel_count(weights) * panel_bytes(weights));
}

typedef struct {
  const lw_weights *weights;
  char *panels;
  const char *source;
} packing;

/** The stored column of each of a panel's lanes, for `lane`; false for a column of padding. With gated weights panels
 *  0, 2, 4... hold the first half of the columns, panels 1, 3, 5... the second. */
static bool stored_column(const lw_weights *weights, size_t panel, size_t lane, size_t *column) {
  const size_t half = weights->gated ? weights->columns / 2 : weights->columns;
  const size_t own = (weights->gated ? panel / 2 : panel) * LW_LANES + lane;
  *column = own + (weights->gated && panel % 2 ? half : 0);
  return own < half;
}

/** A panel in the checkpoint's precision. */
static void pack_elements(const packing *job, size_t panel) {
  const lw_weights *weights = job->weights;
  const size_t taps = weights->taps, channels = weights->channels, bytes = lw_element_bytes(weights->element);
  char *destination = job->panels + panel * panel_bytes(weights);
  for (size_t tap = 0; tap < taps; tap++)
    for (size_t channel = 0; channel < channels; channel++)
      for (size_t lane = 0; lane < LW_LANES; lane++, destination += bytes) {
        size_t column;
        if (!stored_column(weights, panel, lane, &column)) memset(destination, 0, bytes);
        else if (bytes == 4) memcpy(destination, job->source + ((column * channels + channel) * taps + tap) * 4, 4);
        else memcpy(destination, job->source + ((column * channels + channel) * taps + tap) * 2, 2);
      }
}

/** Some of a column's weights, in the order of the product: `count` (at most LW_INTEGER_PART) from number `first` of
 *  [tap][channel] on. */
static void load_column(const packing *job, size_t column, size_t first, size_t count, float *values) {
  const lw_weights *weights = job->weights;
  const size_t taps = weights->taps, channels = weights->channels, bytes = lw_element_bytes(weights->element);
  const char *source = job->source + column * channels * taps * bytes;
  char stored[LW_INTEGER_PART * 4];
  for (size_t i = 0; i < count; i++) {
    const size_t tap = (first + i) / channels, channel = (first + i) % channels;
    memcpy(stored + i * bytes, source + (channel * taps + tap) * bytes, bytes);
  }
  lw_kernels()->to_float32(values, taps == 1 ? source + first * bytes : stored, weights->element, count);
}

/** A panel of 16-bit integers, with its scales. */
static void pack_integers(const packing *job, size_t panel) {
  const lw_weights *weights = job->weights;
  const size_t depth = weights->taps * weights->channels;
  int16_t *destination = (int16_t *)(job->panels + panel * panel_bytes(weights));
  float *scales = (float *)lw_panel_scales(weights) + panel * LW_LANES;
  memset(destination, 0, panel_bytes(weights));
  for (size_t lane = 0; lane < LW_LANES; lane++) {
    float values[LW_INTEGER_PART];
    int16_t integers[LW_INTEGER_PART];
    size_t column;
    scales[lane] = 0;
    if (!stored_column(weights, panel, lane, &column)) continue;
    for (size_t first = 0; first < depth; first += LW_INTEGER_PART) {
      const size_t count = lw_least(LW_INTEGER_PART, depth - first);
      load_column(job, column, first, count, values);
      const float scale = lw_kernels()->integer_scale(values, count, count);
      if (scale > scales[lane]) scales[lane] = scale;
    }
    for (size_t first = 0; first < depth; first += LW_INTEGER_PART) {
      const size_t count = lw_least(LW_INTEGER_PART, depth - first);
      load_column(job, column, first, count, values);
      lw_kernels()->quantise(integers, values, count, scales[lane]);
      for (size_t k = 0; k < count; k++)
        destination[((first + k) / 2 * LW_LANES + lane) * 2 + (first + k) % 2] = integers[k];
    }
  }
}

static void pack(void *context, size_t begin, size_t end) {
  const packing *job = context;
  const lw_weights *weights = job->weights;
  for (size_t panel = begin; panel < end; panel++) {
    if (weights->arithmetic == LW_ARITHMETIC_INT16) {
      pack_integers(job, panel);
      continue;
    }
    pack_elements(job, panel);
    if (weights->arithmetic == LW_ARITHMETIC_INT16_WINOGRAD)
      lw_kernels()->winograd_filter_scales(
        (float *)lw_panel_scales(weights) + panel * 36 * LW_LANES, job->panels + panel * panel_bytes(weights),
        weights->channels, weights->element);
  }
}

void lw_pack_panels(const lw_weights *weights, void *panels, const void *source) {
  lw_weights own = *weights;
  own.panels = panels;
  packing job = {&own, panels, source};
  lw_parallel(lw_panel_count(weights), pack, &job);
}

/* Weights in the order in which the micro-kernel reads them: the one place that knows how panels are packed. */
#include "kernels.h"
#include <string.h>

size_t lw_element_bytes(lw_element element) { return element == LW_FLOAT32 ? 4 : 2; }

size_t lw_panel_count(const lw_weights *weights) {
  return weights->gated ? 2 * lw_ceiling(weights->columns / 2, LW_LANES) : lw_ceiling(weights->columns, LW_LANES);
}

size_t lw_panels_bytes(const lw_weights *weights) {
  return lw_panel_count(weights) * weights->taps * weights->channels * LW_LANES * lw_element_bytes(weights->element);
}

typedef struct {
  const lw_weights *weights;
  char *panels;
  const char *source;
} packing;

static void pack(void *context, size_t begin, size_t end) {
  const packing *job = context;
  const lw_weights *weights = job->weights;
  const size_t taps = weights->taps, channels = weights->channels, depth = taps * channels;
  const size_t bytes = lw_element_bytes(weights->element);
  for (size_t panel = begin; panel < end; panel++) {
    /* Gated: panels 0, 2, 4... hold the first half of the columns, panels 1, 3, 5... the second. */
    const size_t half = weights->gated ? weights->columns / 2 : weights->columns;
    const size_t first = (weights->gated ? panel / 2 : panel) * LW_LANES;
    const size_t offset = weights->gated && panel % 2 ? half : 0;
    char *destination = job->panels + panel * depth * LW_LANES * bytes;
    for (size_t tap = 0; tap < taps; tap++)
      for (size_t channel = 0; channel < channels; channel++)
        for (size_t lane = 0; lane < LW_LANES; lane++, destination += bytes) {
          const size_t column = offset + first + lane;
          if (first + lane >= half) memset(destination, 0, bytes);
          else if (bytes == 4) memcpy(destination, job->source + ((column * channels + channel) * taps + tap) * 4, 4);
          else memcpy(destination, job->source + ((column * channels + channel) * taps + tap) * 2, 2);
        }
  }
}

void lw_pack_panels(const lw_weights *weights, void *panels, const void *source) {
  packing job = {weights, panels, source};
  lw_parallel(lw_panel_count(weights), pack, &job);
}

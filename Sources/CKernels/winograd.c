/* Winograd convolution on the pool: when it is used, what is kept where, and who computes what. The arithmetic is in
 * winograd.inc.
 *
 * The transformed taps are four times as large as the panels and are never kept. There are two orders of work:
 *
 * - Many tiles (the large maps): the taps of all panels are transformed once, for all threads. Then each thread takes blocks of tiles:
 *   transforms their inputs, and for a few panels at a time multiplies and transforms back.
 * - Few tiles (the small maps, with many channels): the inputs of all tiles are transformed once. Then each thread takes
 *   panels: transforms a slice of their taps into its L2 cache, multiplies all tiles with it, and so on to the last slice.
 *
 * Both add in the same order, so the choice, which may depend on the batch, changes no bit. */
#include "kernels.h"
#include <string.h>

enum {
  MANY_TILES = 256,              /* from here on the taps come first */
  FEW_TAPS = 4 << 20,            /* floats of transformed taps that may come first from MOST_TILES_AT_HAND tiles on */
  MOST_TAPS = 12 << 20,          /* floats of transformed taps that exist at the same time: 48 MB */
  BLOCK_FLOATS = 36 * 96 * 320,  /* of a block's transformed inputs, about */
  LEAST_BLOCK = 64, MOST_BLOCK = 96, /* its tiles */
  MOST_TILES_AT_HAND = 64,       /* when the inputs come first */
  LEAST_GROUP = 4, MOST_GROUP = 20, /* panels whose products exist at the same time */
  SHORT_PART = LW_PART / 2,      /* of a small map, so that a slice of its taps fits the L2 cache */
  PADDING = 16                   /* floats behind each plane: strides of multiples of 4096 bytes would fight for one cache set */
};

bool lw_winograd_suits(const lw_convolution_shape *shape, const lw_weights *weights) {
  const size_t height = lw_convolved_height(shape), width = lw_convolved_width(shape);
  const bool same_size = shape->kernel == 3 && shape->stride == 1 && shape->pad_before == 1 && shape->pad_after == 1;
  return !shape->direct && same_size && height >= 4 && width >= 4 && !weights->gated && weights->columns >= 32 &&
         weights->channels >= 32 && weights->channels <= LW_WINOGRAD_PARTS * SHORT_PART &&
         shape->sources[0].channels % LW_LANES == 0 && shape->sources[1].channels % LW_LANES == 0;
}

static lw_winograd describe(const lw_product *product) {
  const lw_convolution_shape *shape = product->input;
  lw_winograd job = {
    .product = product,
    .height = lw_convolved_height(shape),
    .width = lw_convolved_width(shape),
    .channels = product->weights->channels,
    .panels = lw_panel_count(product->weights),
  };
  job.tile_rows = lw_ceiling(job.height, 4);
  job.tile_columns = lw_ceiling(job.width, 4);
  job.tiles = shape->batch * job.tile_rows * job.tile_columns;
  job.part = job.height * job.width > 1024 ? LW_PART : SHORT_PART;
  return job;
}

static size_t plane_of_taps(size_t channels) { return channels * LW_LANES + PADDING; }
static size_t plane_of_inputs(const lw_winograd *job, size_t tiles) { return tiles * job->channels + PADDING; }

static bool taps_first(const lw_winograd *job) {
  const bool few_taps = 36 * job->panels * plane_of_taps(job->channels) <= FEW_TAPS;
  return job->tiles >= MANY_TILES || (few_taps && job->tiles > MOST_TILES_AT_HAND);
}

/** How many panels are multiplied before their products are transformed back: the more channels a block of inputs has, the more
 *  work it should do each time it is read. Even, for kernels that take two at once. */
static size_t group_panels(const lw_winograd *job) {
  return lw_least(MOST_GROUP, lw_greatest(LEAST_GROUP, job->channels / 128 * 2));
}

/** How many panels are transformed together when the taps come first. */
static size_t panels_together(const lw_winograd *job) {
  const size_t most = lw_greatest(1, MOST_TAPS / (36 * plane_of_taps(job->channels)));
  return lw_ceiling(job->panels, 2 * lw_ceiling(job->panels, most)) * 2; /* even, like the groups */
}

/** How many tiles are at hand together when the inputs come first. */
static size_t tiles_together(const lw_winograd *job) {
  return lw_ceiling(job->tiles, lw_ceiling(job->tiles, MOST_TILES_AT_HAND));
}

size_t lw_winograd_workspace(const lw_product *product) {
  const lw_winograd job = describe(product);
  const size_t zeros = job.channels;
  return zeros + 36 * (taps_first(&job) ? lw_least(job.panels, panels_together(&job)) * plane_of_taps(job.channels)
                                        : plane_of_inputs(&job, tiles_together(&job)));
}

/* Taps first ------------------------------------------------------------------------------------------- */

static void transform_taps(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const lw_winograd *job = context;
  const size_t plane = plane_of_taps(job->channels);
  for (size_t panel = begin; panel < end; panel++)
    job->kernels->winograd_filters(
      job, job->first_panel + panel, 0, job->channels, job->workspace + panel * 36 * plane, plane);
}

static size_t block_tiles(const lw_winograd *job) {
  return lw_least(MOST_BLOCK, lw_greatest(LEAST_BLOCK, BLOCK_FLOATS / (36 * job->channels)));
}

static size_t block_scratch(const lw_winograd *job) {
  const size_t tiles = block_tiles(job);
  return 36 * (plane_of_inputs(job, tiles) + group_panels(job) * tiles * LW_LANES + PADDING) * sizeof(float) +
         tiles * sizeof(float *);
}

static void multiply_blocks(void *context, size_t begin, size_t end, void *scratch) {
  const lw_winograd *job = context;
  const lw_kernel_table *kernels = job->kernels;
  const size_t u_plane = plane_of_taps(job->channels), u_panel = 36 * u_plane;
  const size_t blocks = lw_ceiling(end - begin, block_tiles(job)), group_size = group_panels(job);
  for (size_t block = 0; block < blocks; block++) {
    const size_t first = begin + (end - begin) * block / blocks;
    const size_t count = begin + (end - begin) * (block + 1) / blocks - first;
    const size_t v_plane = plane_of_inputs(job, count), m_panel = count * LW_LANES;
    const size_t m_plane = group_size * m_panel + PADDING;
    float *v = scratch, *m = v + 36 * v_plane;
    const float **rows = (const float **)(m + 36 * m_plane);
    for (size_t tile = 0; tile < count; tile++) rows[tile] = v + tile * job->channels;
    kernels->winograd_inputs(job, first, count, v, v_plane);
    for (size_t group = job->first_panel; group < job->last_panel; group += group_size) {
      const size_t group_end = lw_least(group + group_size, job->last_panel);
      kernels->winograd_products(
        job, rows, count, v_plane, job->workspace + (group - job->first_panel) * u_panel, u_plane, u_panel,
        group_end - group, m, m_plane, m_panel, 0, job->channels);
      kernels->winograd_outputs(job, group, group_end - group, first, count, m, m_plane, m_panel);
    }
  }
}

/* Inputs first ----------------------------------------------------------------------------------------- */

static void transform_inputs(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const lw_winograd *job = context;
  job->kernels->winograd_inputs(
    job, job->first_tile + begin, end - begin, job->workspace + begin * job->channels,
    plane_of_inputs(job, job->tile_count));
}

static size_t group_scratch(const lw_winograd *job) {
  const size_t panels = job->kernels->panels_at_once, tiles = tiles_together(job);
  return 36 * panels * (plane_of_taps(job->part) + tiles * LW_LANES + PADDING) * sizeof(float) + tiles * sizeof(float *);
}

static void multiply_groups(void *context, size_t begin, size_t end, void *scratch) {
  const lw_winograd *job = context;
  const lw_kernel_table *kernels = job->kernels;
  const size_t tiles = job->tile_count, at_once = kernels->panels_at_once, v_plane = plane_of_inputs(job, tiles);
  const size_t u_panel = job->part * LW_LANES, u_plane = at_once * u_panel + PADDING;
  const size_t m_panel = tiles * LW_LANES, m_plane = at_once * m_panel + PADDING;
  float *u = scratch, *m = u + 36 * u_plane;
  const float **rows = (const float **)(m + 36 * m_plane);
  for (size_t tile = 0; tile < tiles; tile++) rows[tile] = job->workspace + tile * job->channels;
  for (size_t group = begin; group < end; group++) {
    const size_t panel = group * at_once, panels = lw_least(at_once, job->panels - panel);
    for (size_t first = 0; first < job->channels; first += job->part) {
      const size_t last = lw_least(first + job->part, job->channels);
      for (size_t p = 0; p < panels; p++)
        kernels->winograd_filters(job, panel + p, first, last - first, u + p * u_panel, u_plane);
      kernels->winograd_products(job, rows, tiles, v_plane, u, u_plane, u_panel, panels, m, m_plane, m_panel, first, last);
    }
    kernels->winograd_outputs(job, panel, panels, job->first_tile, tiles, m, m_plane, m_panel);
  }
}

/* Both ------------------------------------------------------------------------------------------------- */

void lw_run_winograd(const lw_product *product, float *workspace) {
  lw_winograd job = describe(product);
  if (job.tiles == 0) return;
  job.kernels = lw_kernels();
  job.zeros = workspace;
  job.workspace = workspace + job.channels;
  memset(workspace, 0, job.channels * sizeof(float));
  const size_t threads = lw_useful_threads(job.tiles * 36 * job.channels * job.panels * 2);
  if (taps_first(&job)) {
    const size_t together = panels_together(&job);
    for (; job.first_panel < job.panels; job.first_panel += together) {
      job.last_panel = lw_least(job.first_panel + together, job.panels);
      lw_dispatch(job.last_panel - job.first_panel, threads, 0, transform_taps, &job);
      lw_dispatch(job.tiles, threads, block_scratch(&job), multiply_blocks, &job);
    }
  } else {
    const size_t together = tiles_together(&job), groups = lw_ceiling(job.panels, job.kernels->panels_at_once);
    for (; job.first_tile < job.tiles; job.first_tile += together) {
      job.tile_count = lw_least(together, job.tiles - job.first_tile);
      lw_dispatch(job.tile_count, threads, 0, transform_inputs, &job);
      lw_dispatch(groups, threads, group_scratch(&job), multiply_groups, &job);
    }
  }
}

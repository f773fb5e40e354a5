/* Winograd convolution on the pool: when it is used, what is held in memory, and how the work is divided. The
 * arithmetic is in winograd.inc.
 *
 * The transformed taps ("filters") are four times as large as the panels and are not stored. There are two orders of
 * work:
 *
 * - Many tiles (large pictures): the filters of all panels are transformed once, for all threads. Then each thread
 *   takes blocks of tiles: transforms their inputs, and for a few panels at a time multiplies and transforms back.
 * - Few tiles (small pictures, with many channels): the inputs of all tiles are transformed once. Then each thread
 *   takes panels: transforms a slice of their filters into its L2 cache, multiplies all tiles with it, and so on to
 *   the last slice.
 *
 * Both add in the same order, so the choice, which may depend on the batch, changes no bit. */
#include "kernels.h"
#include <string.h>

enum {
  MANY_TILES = 256,              /* from here on the filters come first */
  FEW_FILTERS = 4 << 20,         /* floats of filters that may come first from MOST_TILES_TOGETHER tiles on */
  MOST_FILTERS = 12 << 20,       /* floats of filters that exist at the same time: 48 MB */
  BLOCK_FLOATS = 36 * 96 * 320,  /* of a block's transformed inputs, about */
  LEAST_BLOCK = 64, MOST_BLOCK = 96, /* its tiles */
  MOST_TILES_TOGETHER = 64,       /* when the inputs come first */
  LEAST_GROUP = 4, MOST_GROUP = 20, /* panels whose products exist at the same time */
  SHORT_PART = LW_PART / 2,      /* of a small picture, so that a slice of its filters fits the L2 cache */
  PADDING = 64                   /* bytes behind each plane: strides of 4096 bytes would share one cache set */
};

bool lw_weights_fit_winograd(const lw_weights *weights) {
  return weights->taps == 9 && !weights->gated && weights->columns >= 32 && weights->channels >= 32 &&
         weights->channels <= LW_WINOGRAD_PARTS * SHORT_PART && weights->channels % LW_LANES == 0;
}

bool lw_convolution_is_winograd(const lw_convolution_arguments *arguments) {
  const lw_weights *weights = arguments->weights;
  const size_t height = lw_convolved_height(arguments), width = lw_convolved_width(arguments);
  const bool same_size =
    arguments->kernel == 3 && arguments->stride == 1 && arguments->pad_before == 1 && arguments->pad_after == 1;
  return !arguments->direct && same_size && height >= 4 && width >= 4 && weights->arithmetic != LW_ARITHMETIC_INT16 &&
         lw_weights_fit_winograd(weights) && arguments->sources[0].channels % LW_LANES == 0;
}

static lw_winograd describe(const lw_product *product) {
  const lw_convolution_arguments *arguments = product->convolution;
  lw_winograd job = {
    .product = product,
    .height = lw_convolved_height(arguments),
    .width = lw_convolved_width(arguments),
    .channels = product->weights->channels,
    .panels = lw_panel_count(product->weights),
    .table = lw_kernels(),
  };
  const bool integer = product->weights->arithmetic == LW_ARITHMETIC_INT16_WINOGRAD;
  job.kernels = integer ? &job.table->integer_winograd : &job.table->winograd;
  job.tile_rows = lw_ceiling(job.height, 4);
  job.tile_columns = lw_ceiling(job.width, 4);
  job.tiles = arguments->batch * job.tile_rows * job.tile_columns;
  job.part = job.kernels->part ? job.kernels->part : job.height * job.width > 1024 ? LW_PART : SHORT_PART;
  return job;
}

/* Distances from plane to plane, in values (of the products: in floats). */
static size_t plane_of_values(const lw_winograd *job, size_t count) {
  return lw_ceiling(count * job->kernels->value_bytes, 64) * 64 / job->kernels->value_bytes +
         PADDING / job->kernels->value_bytes;
}
static size_t plane_of_filters(const lw_winograd *job) { return plane_of_values(job, job->channels * LW_LANES); }
static size_t plane_of_inputs(const lw_winograd *job, size_t tiles) {
  return plane_of_values(job, tiles * job->channels);
}
static size_t plane_of_products(size_t panels, size_t tiles) {
  return panels * tiles * LW_LANES + PADDING / sizeof(float);
}

/** Floats that the transform of inputs to integers needs: a tile's planes, see lw_winograd_kernels.inputs. */
static size_t transform_floats(const lw_winograd *job) {
  return job->kernels == &job->table->integer_winograd ? 36 * (job->channels + LW_LANES) : 0;
}

static bool filters_first(const lw_winograd *job) {
  const bool few_filters = 36 * job->panels * plane_of_filters(job) <= FEW_FILTERS;
  return job->tiles >= MANY_TILES || (few_filters && job->tiles > MOST_TILES_TOGETHER);
}

/** How many panels are multiplied before their products are transformed back: the more channels a block of inputs
 *  has, the more work it should do each time it is read. Even, for kernels that take two at once. */
static size_t group_panels(const lw_winograd *job) {
  return lw_least(MOST_GROUP, lw_greatest(LEAST_GROUP, job->channels / 128 * 2));
}

/** How many panels are transformed together when the filters come first. */
static size_t panels_together(const lw_winograd *job) {
  const size_t most = lw_greatest(1, MOST_FILTERS / (36 * plane_of_filters(job)));
  return lw_ceiling(job->panels, 2 * lw_ceiling(job->panels, most)) * 2; /* even, like the groups */
}

/** How many tiles are transformed together when the inputs come first. */
static size_t tiles_together(const lw_winograd *job) {
  return lw_ceiling(job->tiles, lw_ceiling(job->tiles, MOST_TILES_TOGETHER));
}

/* Filters first ---------------------------------------------------------------------------------------- */

static void transform_filters(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const lw_winograd *job = context;
  const size_t plane = plane_of_filters(job);
  for (size_t panel = begin; panel < end; panel++)
    job->kernels->filters(
      job, job->first_panel + panel, 0, job->channels,
      job->filters + panel * 36 * plane * job->kernels->value_bytes, plane);
}

static size_t block_tiles(const lw_winograd *job) {
  return lw_least(MOST_BLOCK, lw_greatest(LEAST_BLOCK, BLOCK_FLOATS / (36 * job->channels)));
}

/** The layout of a thread's scratch area for a block of tiles; the area may be NULL, to find its size. */
typedef struct {
  char *v, *u;
  float *m, *scales, *transform;
  const float **rows;
  char *end;
} block_areas;

static block_areas block_layout(const lw_winograd *job, char *area) {
  const size_t tiles = block_tiles(job);
  block_areas areas = {.v = area};
  areas.m = (float *)(areas.v + 36 * plane_of_inputs(job, tiles) * job->kernels->value_bytes);
  areas.scales = areas.m + 36 * plane_of_products(group_panels(job), tiles);
  areas.transform = areas.scales + 36 * tiles;
  areas.rows = (const float **)(areas.transform + transform_floats(job));
  areas.end = (char *)(areas.rows + tiles);
  return areas;
}

static void multiply_blocks(void *context, size_t begin, size_t end, void *scratch) {
  const lw_winograd *job = context;
  const lw_winograd_kernels *kernels = job->kernels;
  const block_areas areas = block_layout(job, scratch);
  const size_t u_plane = plane_of_filters(job), u_panel = 36 * u_plane;
  const size_t blocks = lw_ceiling(end - begin, block_tiles(job)), group_size = group_panels(job);
  for (size_t i = 0; i < blocks; i++) {
    const size_t first = begin + (end - begin) * i / blocks;
    const size_t count = begin + (end - begin) * (i + 1) / blocks - first;
    const size_t v_plane = plane_of_inputs(job, count);
    kernels->inputs(job, first, count, areas.v, v_plane, areas.scales, count, areas.transform);
    for (size_t group = job->first_panel; group < job->last_panel; group += group_size) {
      const lw_winograd_block block = {
        .first_tile = first, .tile_count = count,
        .first_panel = group, .panel_count = lw_least(group_size, job->last_panel - group),
        .v = areas.v, .v_plane = v_plane, .v_scales = areas.scales, .rows = areas.rows,
        .u = job->filters + (group - job->first_panel) * u_panel * kernels->value_bytes,
        .u_plane = u_plane, .u_panel = u_panel,
        .m = areas.m, .m_plane = plane_of_products(group_size, count), .m_panel = count * LW_LANES};
      kernels->products(job, &block, 0, job->channels);
      job->table->winograd_outputs(job, &block);
    }
  }
}

/* Inputs first ----------------------------------------------------------------------------------------- */

static void transform_inputs(void *context, size_t begin, size_t end, void *scratch) {
  const lw_winograd *job = context;
  job->kernels->inputs(
    job, job->first_tile + begin, end - begin, job->inputs + begin * job->channels * job->kernels->value_bytes,
    plane_of_inputs(job, job->tile_count), job->input_scales + begin, job->tile_count, scratch);
}

static size_t u_plane_of_group(const lw_winograd *job) {
  return plane_of_values(job, job->kernels->panels_at_once * job->part * LW_LANES);
}

static block_areas group_layout(const lw_winograd *job, char *area) {
  const size_t tiles = tiles_together(job);
  block_areas areas = {.u = area};
  areas.m = (float *)(areas.u + 36 * u_plane_of_group(job) * job->kernels->value_bytes);
  areas.rows = (const float **)(areas.m + 36 * plane_of_products(job->kernels->panels_at_once, tiles));
  areas.end = (char *)(areas.rows + tiles);
  return areas;
}

static void multiply_groups(void *context, size_t begin, size_t end, void *scratch) {
  const lw_winograd *job = context;
  const lw_winograd_kernels *kernels = job->kernels;
  const size_t tiles = job->tile_count, at_once = kernels->panels_at_once;
  const size_t u_panel = job->part * LW_LANES, u_plane = u_plane_of_group(job);
  const block_areas areas = group_layout(job, scratch);
  for (size_t group = begin; group < end; group++) {
    const size_t panel = group * at_once;
    const lw_winograd_block block = {
      .first_tile = job->first_tile, .tile_count = tiles,
      .first_panel = panel, .panel_count = lw_least(at_once, job->panels - panel),
      .v = job->inputs, .v_plane = plane_of_inputs(job, tiles), .v_scales = job->input_scales, .rows = areas.rows,
      .u = areas.u, .u_plane = u_plane, .u_panel = u_panel,
      .m = areas.m, .m_plane = plane_of_products(at_once, tiles), .m_panel = tiles * LW_LANES};
    for (size_t first = 0; first < job->channels; first += job->part) {
      const size_t last = lw_least(first + job->part, job->channels);
      for (size_t p = 0; p < block.panel_count; p++)
        kernels->filters(job, panel + p, first, last - first, areas.u + p * u_panel * kernels->value_bytes, u_plane);
      kernels->products(job, &block, first, last);
    }
    job->table->winograd_outputs(job, &block);
  }
}

/* Both ------------------------------------------------------------------------------------------------- */

static size_t useful_threads(const lw_winograd *job) {
  return lw_useful_threads(job->tiles * 36 * job->channels * job->panels * 2);
}

static size_t inputs_bytes(const lw_winograd *job) {
  return 36 * plane_of_inputs(job, tiles_together(job)) * job->kernels->value_bytes;
}

/** Bytes that all threads share: zeros, then filters; or zeros, inputs and their scales. */
static size_t shared_bytes(const lw_winograd *job) {
  const size_t zeros = lw_ceiling(job->channels * sizeof(float), 64) * 64;
  if (filters_first(job))
    return zeros + 36 * lw_least(job->panels, panels_together(job)) * plane_of_filters(job) * job->kernels->value_bytes;
  return zeros + inputs_bytes(job) + lw_ceiling(36 * tiles_together(job) * sizeof(float), 64) * 64;
}

/** Bytes of scratch for each thread. */
static size_t scratch_bytes(const lw_winograd *job) {
  if (filters_first(job)) return (size_t)block_layout(job, NULL).end;
  return lw_greatest((size_t)group_layout(job, NULL).end, transform_floats(job) * sizeof(float));
}

size_t lw_winograd_workspace(const lw_product *product) {
  const lw_winograd job = describe(product);
  if (job.tiles == 0) return 0;
  return shared_bytes(&job) + useful_threads(&job) * lw_scratch_bytes(scratch_bytes(&job));
}

static void run_filters_first(lw_winograd *job, lw_job transforms, lw_job products) {
  const size_t together = panels_together(job);
  transforms.body = transform_filters;
  products.body = multiply_blocks;
  for (; job->first_panel < job->panels; job->first_panel += together) {
    job->last_panel = lw_least(job->first_panel + together, job->panels);
    transforms.count = job->last_panel - job->first_panel;
    products.count = job->tiles;
    lw_dispatch(&transforms);
    lw_dispatch(&products);
  }
}

static void run_inputs_first(lw_winograd *job, lw_job transforms, lw_job products) {
  const size_t together = tiles_together(job), groups = lw_ceiling(job->panels, job->kernels->panels_at_once);
  transforms.body = transform_inputs;
  products.body = multiply_groups;
  for (; job->first_tile < job->tiles; job->first_tile += together) {
    job->tile_count = lw_least(together, job->tiles - job->first_tile);
    transforms.count = job->tile_count;
    products.count = groups;
    lw_dispatch(&transforms);
    lw_dispatch(&products);
  }
}

void lw_run_winograd(const lw_product *product, lw_workspace workspace) {
  lw_winograd job = describe(product);
  if (job.tiles == 0) return;
  float *zeros = workspace.memory;
  memset(zeros, 0, job.channels * sizeof(float));
  job.zeros = zeros;
  char *shared = (char *)workspace.memory + lw_ceiling(job.channels * sizeof(float), 64) * 64;
  lw_job products = {.context = &job};
  lw_give_scratch(&products, workspace, shared_bytes(&job), scratch_bytes(&job), useful_threads(&job));
  if (filters_first(&job)) {
    job.filters = shared;
    run_filters_first(&job, products, products);
  } else {
    job.inputs = shared;
    job.input_scales = (float *)(shared + inputs_bytes(&job));
    run_inputs_first(&job, products, products);
  }
}

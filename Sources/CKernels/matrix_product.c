/* Products on the pool: how they are divided among threads, and the layout of scratch areas. The arithmetic is in
 * matrix_product.inc. */
#include "kernels.h"
#include <string.h>

/* Scratch ---------------------------------------------------------------------------------------------- */

static size_t segment_count(const lw_product *product) { return product->taps * product->source_count; }

static size_t part_count(const lw_product *product) {
  size_t count = 0;
  for (size_t source = 0; source < product->source_count; source++)
    count += lw_ceiling(product->source_channels[source], LW_PART);
  return product->taps * count;
}

static size_t most_channels(const lw_product *product) {
  return lw_greatest(product->source_channels[0], product->source_count > 1 ? product->source_channels[1] : 0);
}

static bool is_integer(const lw_product *product) { return product->weights->arithmetic == LW_ARITHMETIC_INT16; }

/** Takes `bytes`, rounded up to cache lines, from the front of an area. */
static void *take(uintptr_t *area, size_t bytes) {
  void *taken = (void *)*area;
  *area += lw_ceiling(bytes, 64) * 64;
  return taken;
}

/** Lays the scratch area out from `area`; returns where it ends. */
static uintptr_t lay_out(lw_product_scratch *scratch, const lw_product *product, uintptr_t area) {
  scratch->part_count = part_count(product);
  scratch->parts = take(&area, scratch->part_count * sizeof(lw_part));
  scratch->pointers = take(&area, segment_count(product) * LW_ROW_BLOCK * sizeof(float *));
  scratch->zeros = take(&area, most_channels(product) * sizeof(float));
  scratch->totals = take(&area, LW_PANEL_GROUP * LW_ROW_BLOCK * LW_LANES * sizeof(float));
  scratch->integers = NULL;
  scratch->row_scales = scratch->row = NULL;
  if (!is_integer(product)) return area;
  const lw_weights *weights = product->weights;
  scratch->integers = take(&area, LW_INTEGER_ROW_BLOCK * lw_integer_stride(weights) * sizeof(int16_t));
  scratch->row_scales = take(&area, LW_INTEGER_ROW_BLOCK * sizeof(float));
  scratch->row = take(&area, weights->taps * weights->channels * sizeof(float));
  return area;
}

static void fill(lw_product_scratch *scratch, const lw_product *product) {
  lw_part *part = scratch->parts;
  for (size_t segment = 0; segment < segment_count(product); segment++) {
    const size_t channels = product->source_channels[segment % product->source_count];
    for (size_t start = 0; start < channels; start += LW_PART)
      *part++ = (lw_part){segment, start, lw_least(LW_PART, channels - start)};
  }
  memset(scratch->zeros, 0, most_channels(product) * sizeof(float));
}

/* Threads ---------------------------------------------------------------------------------------------- */

typedef struct {
  const lw_product *product;
  const lw_kernel_table *kernels;
  size_t panels, group; /* panels are assigned in groups that share a register block */
  size_t row_shares, panel_shares;
} product_grid;

/** A grid of row ranges and panel ranges with the least work for the busiest thread. Among equals many rows are cut
 *  first (each thread then reads every weight but keeps its inputs to itself), few rows last. */
static void choose_grid(product_grid *grid, size_t threads) {
  const size_t rows = grid->product->rows, groups = lw_ceiling(grid->panels, grid->group);
  size_t best = SIZE_MAX;
  for (size_t i = 1; i <= threads; i++) {
    const size_t panel_shares = rows >= 1024 ? i : threads + 1 - i;
    const size_t row_shares = threads / panel_shares;
    if (panel_shares > groups || row_shares > rows) continue;
    const size_t work = lw_ceiling(rows, row_shares) * lw_ceiling(groups, panel_shares);
    if (work >= best) continue;
    best = work;
    grid->row_shares = row_shares;
    grid->panel_shares = panel_shares;
  }
  if (best == SIZE_MAX) {
    grid->row_shares = lw_least(rows, threads);
    grid->panel_shares = 1;
  }
}

static void run_cells(void *context, size_t begin, size_t end, void *area) {
  const product_grid *grid = context;
  const lw_product *product = grid->product;
  lw_product_scratch scratch;
  lay_out(&scratch, product, (uintptr_t)area);
  fill(&scratch, product);
  const size_t groups = lw_ceiling(grid->panels, grid->group);
  for (size_t cell = begin; cell < end; cell++) {
    const size_t r = cell / grid->panel_shares, p = cell % grid->panel_shares;
    (is_integer(product) ? grid->kernels->integer_product : grid->kernels->product)(
      product, product->rows * r / grid->row_shares, product->rows * (r + 1) / grid->row_shares,
      groups * p / grid->panel_shares * grid->group,
      lw_least(groups * (p + 1) / grid->panel_shares * grid->group, grid->panels), &scratch);
  }
}

static size_t useful_threads(const lw_product *product) {
  const lw_weights *weights = product->weights;
  return lw_useful_threads(product->rows * weights->taps * weights->channels * weights->columns / 8);
}

static size_t scratch_bytes(const lw_product *product) {
  lw_product_scratch scratch;
  return lay_out(&scratch, product, 0);
}

size_t lw_product_workspace(const lw_product *product) {
  return useful_threads(product) * lw_scratch_bytes(scratch_bytes(product));
}

void lw_run_product(const lw_product *product, lw_workspace workspace) {
  const lw_weights *weights = product->weights;
  if (product->rows == 0 || weights->columns == 0) return;
  const lw_kernel_table *kernels = lw_kernels();
  const size_t at_once = is_integer(product) ? kernels->integer_panels_at_once : kernels->panels_at_once;
  const size_t group = lw_greatest(weights->gated ? 2 : 1, at_once);
  product_grid grid = {product, kernels, lw_panel_count(weights), group, 1, 1};
  lw_job job = {.body = run_cells, .context = &grid};
  lw_give_scratch(&job, workspace, 0, scratch_bytes(product), useful_threads(product));
  choose_grid(&grid, job.threads);
  job.count = job.threads = grid.row_shares * grid.panel_shares;
  lw_dispatch(&job);
}

/* Matrix product --------------------------------------------------------------------------------------- */

static void gather_rows(
  const lw_product *product, size_t first, size_t count, const float **pointers, const float *zeros) {
  (void)zeros;
  const lw_matrix_product_arguments *matrix = product->matrix;
  for (size_t row = 0; row < count; row++) pointers[row] = matrix->x + (first + row) * matrix->x_stride;
}

static lw_product describe(const lw_matrix_product_arguments *arguments) {
  return (lw_product){
    .y = arguments->y,
    .y_stride = arguments->y_stride,
    .rows = arguments->rows,
    .weights = arguments->weights,
    .epilogue = arguments->epilogue ? *arguments->epilogue : (lw_epilogue){0},
    .taps = 1,
    .source_count = 1,
    .source_channels = {arguments->weights->channels},
    .gather = gather_rows,
    .matrix = arguments,
  };
}

size_t lw_matrix_product_workspace(const lw_matrix_product_arguments *arguments) {
  const lw_product product = describe(arguments);
  return lw_product_workspace(&product);
}

void lw_matrix_product(const lw_matrix_product_arguments *arguments, lw_workspace workspace) {
  const lw_product product = describe(arguments);
  lw_run_product(&product, workspace);
}

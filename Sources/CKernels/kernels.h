/* What the files of CKernels share: the jobs, the pool's inner door, and the table of functions that exists once
 * per instruction set. Vector types never appear here: they belong to the `.inc` templates. */
#ifndef LW_KERNELS_H
#define LW_KERNELS_H

#include "include/CKernels.h"

enum {
  LW_LANES = 16,        /* columns of a panel: one AVX-512 register, two AVX2 registers */
  LW_PART = 320,        /* the most products in one chain of additions; see lw_part */
  LW_ROW_BLOCK = 144,   /* rows whose inputs are kept in the second-level cache while the panels pass by */
  LW_DEPTH_BLOCK = 1280, /* products after which unfinished sums are put aside, so that a panel slice stays close */
  LW_PANEL_GROUP = 16,  /* panels over which unfinished sums are kept */
  LW_KEY_BLOCK = 96,    /* keys whose scores exist at the same time */
  LW_WINOGRAD_PARTS = 32, /* chains of additions over the channels of a Winograd convolution, at most */
  LW_LARGE_PICTURE = 8 << 20, /* floats of a picture that no cache will hold until it is read again */
  LW_STRIP = 256        /* pixels summed in one go by the group norm */
};

static inline size_t lw_least(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t lw_greatest(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t lw_ceiling(size_t a, size_t b) { return (a + b - 1) / b; }

/* Threads (thread_pool.c) ------------------------------------------------------------------------------ */

typedef void (*lw_body)(void *context, size_t begin, size_t end, void *scratch);
/** lw_parallel on at most `threads` threads, with a scratch area of at least `scratch_bytes` (64-byte aligned) for each. */
void lw_dispatch(size_t count, size_t threads, size_t scratch_bytes, lw_body body, void *context);
/** The threads worth waking for so many simple operations: 1 where waking costs more than it brings. */
size_t lw_useful_threads(size_t operations);

/* Products (matrix_product.c, convolution.c) ----------------------------------------------------------- */

/** One chain of additions. The sum over k of an output is cut into parts of at most LW_PART, with a new part at each
 *  tap and at each source; the parts are then added from left to right. It keeps rounding errors small, and it
 *  makes the order of additions a property of the layer alone, so every instruction set finds the same bits. */
typedef struct {
  size_t segment; /* which list of row pointers */
  size_t start;   /* first channel inside the segment */
  size_t length;
} lw_part;

/** A matrix product or a convolution: the latter is a product whose rows are gathered tap by tap. */
typedef struct lw_product {
  float *y;
  size_t y_stride;
  size_t rows;
  const lw_weights *weights;
  lw_epilogue epilogue;
  /* A segment is a run of channels that lies without gaps in memory for each row: one of `sources` at one tap. */
  size_t taps, source_count, source_channels[2];
  /** Writes to pointers[segment * count + row] where the row's inputs begin, for `count` rows from `first`.
   *  `zeros` is a row of zeros, for points outside the picture. */
  void (*gather)(const struct lw_product *, size_t first, size_t count, const float **pointers, const float *zeros);
  const void *input;    /* lw_matrix_product: x; lw_convolution: the shape */
  size_t input_stride;  /* lw_matrix_product only */
} lw_product;

/** Runs a product on the pool. */
void lw_run_product(const lw_product *product);
/** The number of panels that such weights have. */
size_t lw_panel_count(const lw_weights *weights);

/* The layout of a thread's scratch area for a product (matrix_product.c). */
typedef struct {
  lw_part *parts;
  size_t part_count;
  const float **pointers; /* [segment][row of the block] */
  float *zeros;
  float *totals;          /* [panel of the group][row of the block][16] */
} lw_product_scratch;

/** The address of a source's pixel, or `zeros` for a point outside the picture. y and x count in the upsampled picture, if it is
 *  upsampled; left of and above it they wrap around to huge numbers, which are outside as well. */
static inline const float *lw_source_pixel(
  const lw_convolution_shape *shape, size_t source, size_t image, size_t y, size_t x, const float *zeros) {
  const bool upsamples = shape->upsampled_height > 0;
  if (y >= (upsamples ? shape->upsampled_height : shape->height)) return zeros;
  if (x >= (upsamples ? shape->upsampled_width : shape->width)) return zeros;
  const size_t scale = upsamples ? 2 : 1;
  const size_t pixel = (image * shape->height + y / scale) * shape->width + x / scale;
  return shape->sources[source].data + pixel * shape->sources[source].channels;
}

/* Winograd convolution (winograd.c) -------------------------------------------------------------------- */

struct lw_kernel_table;

/** A 3x3 convolution cut into tiles of 4 x 4 outputs. */
typedef struct {
  const lw_product *product;
  size_t height, width; /* of the output */
  size_t tile_rows, tile_columns, tiles; /* of a picture; of all pictures */
  size_t channels, panels;
  size_t part; /* the most channels in one chain of additions; from the shape alone, like every order of additions */
  size_t first_panel, last_panel; /* the panels at hand, where not all are */
  size_t first_tile, tile_count;  /* the tiles at hand, likewise */
  const struct lw_kernel_table *kernels;
  const float *zeros; /* a pixel outside the picture */
  float *workspace;   /* the transformed taps [panel][plane][channel][16] or inputs [plane][tile][channel] */
} lw_winograd;

/** Where a tile's first output lies. */
typedef struct {
  size_t image, y, x;
} lw_winograd_tile;

static inline lw_winograd_tile lw_winograd_place(const lw_winograd *job, size_t tile) {
  const size_t per_image = job->tile_rows * job->tile_columns, own = tile % per_image;
  return (lw_winograd_tile){tile / per_image, 4 * (own / job->tile_columns), 4 * (own % job->tile_columns)};
}

/** Whether a convolution is computed this way: decided from its shape alone, not from the batch. */
bool lw_winograd_suits(const lw_convolution_shape *shape, const lw_weights *weights);
/** Floats of workspace that it needs. */
size_t lw_winograd_workspace(const lw_product *product);
void lw_run_winograd(const lw_product *product, float *workspace);

/* Attention (attention.c) ------------------------------------------------------------------------------ */

/** Some queries of one head of one image. */
typedef struct {
  const lw_attention_shape *shape;
  size_t image, head, first_query, query_count;
} lw_attention_task;

/** Bytes of scratch for `queries` queries of a task (a multiple of 32). */
size_t lw_attention_scratch(size_t queries, size_t head_width);

/* Norms (norms.c) -------------------------------------------------------------------------------------- */

/** What group norm does to a channel: y = ((x - mean_high) - mean_low) * slope + shift. The mean comes in two floats so
 *  that inputs far from zero keep their digits. */
typedef struct {
  float *mean_high, *mean_low, *slope;
} lw_group_coefficients;

/* The table -------------------------------------------------------------------------------------------- */

typedef struct lw_kernel_table {
  size_t panels_at_once; /* 2 where two panels share a tile */
  void (*product)(
    const lw_product *product, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end,
    const lw_product_scratch *scratch);
  void (*winograd_filters)(
    const lw_winograd *job, size_t panel, size_t first, size_t count, float *u, size_t u_plane);
  void (*winograd_inputs)(
    const lw_winograd *job, size_t first, size_t count, float *v, size_t v_plane);
  void (*winograd_products)(
    const lw_winograd *job, const float *const *rows, size_t count, size_t v_plane, const float *u, size_t u_plane,
    size_t u_panel, size_t panels, float *m, size_t m_plane, size_t m_panel, size_t first, size_t last);
  void (*winograd_outputs)(
    const lw_winograd *job, size_t panel, size_t panels, size_t first, size_t count, const float *m, size_t m_plane,
    size_t m_panel);
  void (*attention)(const lw_attention_task *task, void *scratch);
  /** Adds x and x * x of `pixels` rows into sums[channels] and squares[channels]. */
  void (*channel_sums)(const float *x, size_t pixels, size_t channels, double *sums, double *squares);
  /** Normalises `pixels` rows of `channels` inputs into y, whose rows are y_stride apart; past the caches if it is large. */
  void (*normalise)(
    float *y, size_t y_stride, const float *x, size_t pixels, size_t channels, const lw_group_coefficients *coefficients,
    const float *shift, bool silu, bool large);
  void (*layer_norm)(
    float *y, const float *x, size_t rows, size_t channels, float epsilon, const float *scale, const float *shift);
  void (*activate)(float *y, const float *x, size_t count, lw_activation activation);
  void (*mix)(float *y, float a, const float *x1, float b, const float *x2, size_t count);
  void (*to_float32)(float *y, const void *x, lw_element element, size_t count);
  /** Runs fused multiply-adds only; returns how many floating-point operations that was. */
  double (*multiply_add)(size_t iterations);
} lw_kernel_table;

extern const lw_kernel_table lw_portable_kernels;
#if defined(__x86_64__)
extern const lw_kernel_table lw_avx2_kernels, lw_avx512_kernels;
#endif
/** The table of the active instruction set. */
const lw_kernel_table *lw_kernels(void);

#endif

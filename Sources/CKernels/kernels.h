/* What the files of CKernels share: the jobs, the pool's internal interface, and the table of functions that exists
 * once per instruction set. Vector types never appear here: they belong to the `.inc` templates. */
#ifndef LW_KERNELS_H
#define LW_KERNELS_H

#include "include/CKernels.h"

enum {
  LW_LANES = 16,        /* columns of a panel: one AVX-512 register, two AVX2 registers */
  LW_PART = 320,        /* the most products in one chain of additions; see lw_part */
  LW_ROW_BLOCK = 144,   /* rows whose inputs stay in the second-level cache while all panels are multiplied with them */
  LW_DEPTH_BLOCK = 1280, /* products after which unfinished sums are stored: a panel's slice stays in cache */
  LW_PANEL_GROUP = 16,  /* panels whose unfinished sums are stored at the same time */
  LW_KEY_BLOCK = 96,    /* keys whose scores exist at the same time */
  LW_WINOGRAD_PARTS = 32, /* chains of additions over the channels of a Winograd convolution, at most */
  LW_LARGE_PICTURE = 8 << 20, /* floats of a picture that will have left every cache before it is read again */
  LW_STRIP = 256,       /* pixels summed in one go by the group norm */
  LW_INTEGER_PART = 1280, /* the most products of 16-bit integers in one exact sum; see quantise.inc */
  LW_INTEGER_ROW_BLOCK = 96, /* rows that are quantised together */
  LW_INTEGER_WINOGRAD_PART = 160 /* the same in a Winograd plane, so that a slice of its filters fits the L2 cache */
};

static inline size_t lw_least(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t lw_greatest(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t lw_ceiling(size_t a, size_t b) { return (a + b - 1) / b; }

/* Threads (thread_pool.c) ------------------------------------------------------------------------------ */

typedef void (*lw_body)(void *context, size_t begin, size_t end, void *scratch);

/** Work over the indices [0, count), cut into contiguous ranges. */
typedef struct {
  size_t count;
  size_t threads; /* at most so many */
  lw_body body;
  void *context;
  char *scratch;        /* an area for each of `threads` threads, one after the other; NULL if the body needs none */
  size_t scratch_bytes; /* of each area */
} lw_job;

/** Runs a job on the pool; returns when it is done. */
void lw_dispatch(const lw_job *job);
/** `bytes` rounded up, so that areas of different threads share no page. */
size_t lw_scratch_bytes(size_t bytes);
/** The part of a workspace behind `offset` bytes as scratch areas of `bytes` each: for at most `threads` threads,
 *  and as many as fit. */
void lw_give_scratch(lw_job *job, lw_workspace workspace, size_t offset, size_t bytes, size_t threads);
/** How many threads so many simple operations are worth: 1 where waking another takes longer than it saves. */
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
  const lw_matrix_product_arguments *matrix;     /* of a matrix product, else NULL */
  const lw_convolution_arguments *convolution;   /* of a convolution, else NULL */
} lw_product;

/** Bytes of workspace that a product needs. */
size_t lw_product_workspace(const lw_product *product);
/** Runs a product on the pool. */
void lw_run_product(const lw_product *product, lw_workspace workspace);
/** The number of panels of such weights. */
size_t lw_panel_count(const lw_weights *weights);

/* The layout of a thread's scratch area for a product (matrix_product.c). */
typedef struct {
  lw_part *parts;
  size_t part_count;
  const float **pointers; /* [segment][row of the block] */
  float *zeros;
  float *totals;          /* [panel of the group][row of the block][16] */
  /* Of a product of 16-bit integers, else NULL: */
  int16_t *integers;      /* [row of the block][lw_integer_stride] */
  float *row_scales;      /* [row of the block] */
  float *row;             /* a row whose segments lie apart, in one piece */
} lw_product_scratch;

/** Pairs of 16-bit integers in a column of packed weights. */
static inline size_t lw_integer_pairs(const lw_weights *weights) { return (weights->taps * weights->channels + 1) / 2; }
/** Integers from row to row: whole vectors, and a cache line more, so that rows of 2048 values do not share a set. */
static inline size_t lw_integer_stride(const lw_weights *weights) {
  return lw_ceiling(2 * lw_integer_pairs(weights), 2 * LW_LANES) * 2 * LW_LANES + 2 * LW_LANES;
}
/** The scales behind packed panels. */
const float *lw_panel_scales(const lw_weights *weights);

/** The address of a source's pixel, or `zeros` for a point outside the picture. y and x count in the upsampled
 *  picture, if it is upsampled; left of and above it they wrap around to huge numbers, which are outside as well. */
static inline const float *lw_source_pixel(
  const lw_convolution_arguments *arguments, size_t source, size_t image, size_t y, size_t x, const float *zeros) {
  const bool upsamples = arguments->upsampled_height > 0;
  if (y >= (upsamples ? arguments->upsampled_height : arguments->height)) return zeros;
  if (x >= (upsamples ? arguments->upsampled_width : arguments->width)) return zeros;
  const size_t scale = upsamples ? 2 : 1;
  const size_t pixel = (image * arguments->height + y / scale) * arguments->width + x / scale;
  return arguments->sources[source].data + pixel * arguments->sources[source].channels;
}

/* Winograd convolution (winograd.c) -------------------------------------------------------------------- */

struct lw_kernel_table;
struct lw_winograd_kernels;

/** A 3x3 convolution cut into tiles of 4 x 4 outputs. */
typedef struct {
  const lw_product *product;
  size_t height, width; /* of the output */
  size_t tile_rows, tile_columns, tiles; /* of a picture; of all pictures */
  size_t channels, panels;
  size_t part; /* the most channels in one chain of additions; from the shape alone, like every order of additions */
  size_t first_panel, last_panel; /* the panels of this round */
  size_t first_tile, tile_count;  /* the tiles of this round */
  const struct lw_kernel_table *table;
  const struct lw_winograd_kernels *kernels; /* in float32 or in 16-bit integers */
  const float *zeros;  /* a pixel outside the picture */
  char *filters;       /* filters first: transformed taps, [panel][plane][channel][16] (integers: see below) */
  char *inputs;        /* inputs first: transformed inputs, [plane][tile][channel] */
  float *input_scales; /* inputs first, integers: [plane][tile] */
} lw_winograd;

/** The first output of a tile. */
typedef struct {
  size_t image, y, x;
} lw_winograd_tile;

static inline lw_winograd_tile lw_winograd_origin(const lw_winograd *job, size_t tile) {
  const size_t per_image = job->tile_rows * job->tile_columns, own = tile % per_image;
  return (lw_winograd_tile){tile / per_image, 4 * (own / job->tile_columns), 4 * (own % job->tile_columns)};
}

/** Some tiles and some panels that are multiplied together, in each plane: m[panel][tile][16] = v[tile][channel]
 *  u[panel][channel][16]. Distances count values, which are floats or 16-bit integers. */
typedef struct {
  size_t first_tile, tile_count, first_panel, panel_count;
  const void *v; /* the tiles' inputs in the first plane, one after the other */
  size_t v_plane; /* from plane to plane */
  const float *v_scales; /* [plane][tile_count], of integers */
  const void *u; /* integers: [panel][channel / 2][16][2] */
  size_t u_plane, u_panel;
  float *m;
  size_t m_plane, m_panel;
  const float **rows; /* [tile_count], for the products to fill in */
} lw_winograd_block;

/** Transforms and products of Winograd planes, in float32 or in 16-bit integers. */
typedef struct lw_winograd_kernels {
  size_t value_bytes;    /* of a transformed input or tap */
  size_t panels_at_once; /* in a register block */
  size_t part;           /* the most channels in one chain of additions, or 0: see lw_winograd.part */
  /** Transforms the taps of a panel for `count` channels from `first` on. */
  void (*filters)(const lw_winograd *job, size_t panel, size_t first, size_t count, void *u, size_t u_plane);
  /** Transforms the inputs of `count` tiles from `first` on. Of integers also their scales, [plane][scale_plane], with
   *  scratch for 36 * (channels + 16) floats. */
  void (*inputs)(
    const lw_winograd *job, size_t first, size_t count, void *v, size_t v_plane, float *scales, size_t scale_plane,
    float *scratch);
  /** m = or += v u, over some channels. */
  void (*products)(
    const lw_winograd *job, const lw_winograd_block *block, size_t first_channel, size_t last_channel);
} lw_winograd_kernels;

/** Bytes of workspace that a convolution needs which is computed this way. */
size_t lw_winograd_workspace(const lw_product *product);
void lw_run_winograd(const lw_product *product, lw_workspace workspace);

/* Attention (attention.c) ------------------------------------------------------------------------------ */

/** Keys and values of one head in 16-bit integers. */
typedef struct {
  int16_t *keys;       /* [key][key_stride], zeros behind a head's width */
  float *key_scales;   /* [key] */
  int16_t *values;     /* transposed: [head_width][value_stride], zeros behind the last key up to a pair */
  float *value_scales; /* [head_width] */
  size_t key_stride, value_stride;
} lw_packed_head;

/** Some queries of one head of one image. */
typedef struct {
  const lw_attention_arguments *arguments;
  size_t image, head, first_query, query_count;
  const lw_packed_head *packed; /* of 16-bit integers, else NULL */
} lw_attention_task;

/* Norms (norms.c) -------------------------------------------------------------------------------------- */

/** What group norm does to each of `channels` channels: y = ((x - mean_high) - mean_low) * slope + shift, then SiLU
 *  where it follows. The mean comes in two floats so that inputs far from zero keep their digits. */
typedef struct {
  size_t channels;
  const float *mean_high, *mean_low, *slope, *shift;
  bool silu;
  bool large; /* the picture will have left every cache before it is read again */
} lw_group_coefficients;

/* The table -------------------------------------------------------------------------------------------- */

typedef struct lw_kernel_table {
  size_t panels_at_once; /* 2 where a register block spans two panels */
  void (*product)(
    const lw_product *product, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end,
    const lw_product_scratch *scratch);
  /** The same with inputs and weights in 16-bit integers. */
  size_t integer_panels_at_once;
  void (*integer_product)(
    const lw_product *product, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end,
    const lw_product_scratch *scratch);
  /** The scale with which numbers become 16-bit integers whose products with others such may be summed exactly in
   *  parts of `part` (at most LW_INTEGER_PART). */
  float (*integer_scale)(const float *x, size_t count, size_t part);
  /** Rounds x / scale to integers. Writes whole vectors of 16, with zeros behind `count`. */
  void (*quantise)(int16_t *y, const float *x, size_t count, float scale);
  lw_winograd_kernels winograd, integer_winograd;
  /** scales[36][16] of the transformed taps of a panel, [9][channels][16]. */
  void (*winograd_filter_scales)(float *scales, const void *panel, size_t channels, lw_element element);
  void (*winograd_outputs)(const lw_winograd *job, const lw_winograd_block *block);
  void (*attention)(const lw_attention_task *task, void *scratch);
  /** The same in 16-bit integers, and what it reads: a head's keys and values. */
  void (*integer_attention)(const lw_attention_task *task, void *scratch);
  void (*pack_head)(
    const lw_attention_arguments *arguments, size_t image, size_t head, const lw_packed_head *packed);
  /** Adds x and x * x of `pixels` rows into sums[channels] and squares[channels]. */
  void (*channel_sums)(const float *x, size_t pixels, size_t channels, double *sums, double *squares);
  /** Normalises `pixels` rows of inputs into y, whose rows are y_stride apart. */
  void (*normalise)(
    float *y, size_t y_stride, const float *x, size_t pixels, const lw_group_coefficients *coefficients);
  void (*layer_norm)(const lw_layer_norm_arguments *arguments, size_t first_row, size_t rows);
  void (*activate)(float *y, const float *x, size_t count, lw_activation activation);
  void (*mix)(float *y, float a, const float *x1, float b, const float *x2, size_t count);
  void (*to_float32)(float *y, const void *x, lw_element element, size_t count);
  /** Runs fused multiply-adds only; returns how many floating-point operations that was. */
  double (*multiply_add)(size_t iterations);
} lw_kernel_table;

extern const lw_kernel_table lw_portable_kernels;
#if defined(__x86_64__)
extern const lw_kernel_table lw_avx2_kernels, lw_avx512_kernels, lw_avx512_vnni_kernels;
#endif
/** The table of the active instruction set. */
const lw_kernel_table *lw_kernels(void);

#endif

/* The arithmetic of LatentWalk: what must be fast, in C, on plain pointers.
 *
 * Layout: activations are NHWC float32, so a picture of h x w pixels with c channels is a matrix of h * w rows and c
 * columns. Weights are packed once into panels of 16 output columns, in the precision of the checkpoint.
 *
 * Every function gives the same bits whatever the batch, the thread count and the instruction set. All memory comes
 * from the caller: nothing here allocates, so no kernel can fail. Nothing here depends on a model. */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Processor ------------------------------------------------------------------------------------------- */

/** `LW_ISA_AVX512_VNNI` is AVX-512 with the dot products of 16-bit integers that Ice Lake and Zen 4 brought. */
typedef enum { LW_ISA_PORTABLE = 0, LW_ISA_AVX2 = 1, LW_ISA_AVX512 = 2, LW_ISA_AVX512_VNNI = 3 } lw_isa;

/** The best instruction set that processor and operating system support (CPUID and XGETBV). */
lw_isa lw_isa_best(void);
/** The one in use: the best one, unless LATENTWALK_ISA=portable|avx2|avx512|avx512vnni or lw_isa_select chose another. */
lw_isa lw_isa_active(void);
/** Chooses one; false, and no change, if this machine lacks it. Not while a kernel runs. */
bool lw_isa_select(lw_isa isa);
const char *lw_isa_name(lw_isa isa);
/** The value of LATENTWALK_ISA if it names no instruction set of this machine, else NULL. */
const char *lw_isa_refused(void);
/** Whether the kernels were compiled with optimisation (they are some fifty times slower without). */
bool lw_kernels_optimised(void);
/** Measured fused multiply-add throughput of all threads, in GFLOP/s (2 operations each); takes `seconds`. */
double lw_measure_peak(double seconds);

/* Threads --------------------------------------------------------------------------------------------- */

/** Threads used by each kernel, the caller included. Default: the cores this process may use. */
size_t lw_thread_count(void);
void lw_set_thread_count(size_t count);
/** Runs body(context, begin, end) over [0, count) in static contiguous ranges on the pool; returns when all are done.
 *  Calls from several threads wait for each other. */
void lw_parallel(size_t count, void (*body)(void *context, size_t begin, size_t end), void *context);

/* Weights --------------------------------------------------------------------------------------------- */

typedef enum { LW_FLOAT32 = 0, LW_FLOAT16 = 1, LW_BFLOAT16 = 2 } lw_element;

/** How many bytes a value takes: 4, 2, 2. */
size_t lw_element_bytes(lw_element element);
/** Converts `count` values to float32; source need not be aligned. */
void lw_to_float32(float *destination, const void *source, lw_element element, size_t count);
/** Converts to float16 with round to nearest even. */
void lw_to_float16(uint16_t *destination, const float *source, size_t count);

/** How a layer multiplies, decided when its weights are packed. */
typedef enum {
  /** In float32. */
  LW_ARITHMETIC_FLOAT32 = 0,
  /** With rows of inputs and columns of weights scaled to 16-bit integers (quantise.inc): a matrix product or a direct
   *  convolution. The sums of products are exact. */
  LW_ARITHMETIC_INT16,
  /** A 3x3 convolution with stride 1 whose Winograd planes are multiplied in 16-bit integers. Pictures for which
   *  Winograd's transforms are not used are convolved in float32. */
  LW_ARITHMETIC_INT16_WINOGRAD
} lw_arithmetic;

/** Weights as panels of 16 columns, padded with zero columns, 64-byte aligned. A linear layer has one tap, a 3x3
 *  convolution nine. With `gated` the columns are two halves (value, gate), each padded to panels of its own, and the
 *  panels alternate value, gate, value, gate (GEGLU).
 *
 *  - Float32: [panel][taps][channels][16] in the checkpoint's precision.
 *  - Int16: [panel][ceil(taps * channels / 2)][16][2] in int16, then the columns' scales, [panel][16] in float32.
 *  - Int16 Winograd: as for float32, then the scales of the transformed filters, [panel][36][16] in float32. */
typedef struct {
  const void *panels;
  lw_element element; /* of the checkpoint */
  lw_arithmetic arithmetic;
  size_t columns; /* outputs; with gated: both halves together */
  size_t taps;
  size_t channels;
  bool gated;
} lw_weights;

/** The size in bytes of the panels for such weights, scales included (their `panels` is not read). */
size_t lw_panels_bytes(const lw_weights *weights);
/** Packs source [columns][channels][taps] (PyTorch's order for both Linear and Conv2d; any alignment) into `panels`
 *  (= weights->panels, of lw_panels_bytes). */
void lw_pack_panels(const lw_weights *weights, void *panels, const void *source);
/** Whether a convolution's weights can be packed as LW_ARITHMETIC_INT16_WINOGRAD. */
bool lw_weights_fit_winograd(const lw_weights *weights);

/* Matrix product and convolution ---------------------------------------------------------------------- */

typedef enum {
  LW_IDENTITY = 0,
  LW_SILU,       /* x / (1 + exp(-x)) */
  LW_GELU,       /* x/2 (1 + erf(x / sqrt 2)) */
  LW_QUICK_GELU, /* x / (1 + exp(-1.702 x)) */
  LW_GEGLU       /* value * gelu(gate); only with gated weights: half as many columns come out */
} lw_activation;

/** What happens to a product before it is stored, in this order. */
typedef struct {
  const float *bias;       /* [columns] (gated: value half, then gate half, as in the checkpoint), or NULL */
  const float *image_bias; /* [images][columns]: added to every row of an image (the time term), or NULL */
  size_t rows_per_image;   /* read with image_bias; lw_convolution fills in its own */
  const float *residual;   /* [rows][residual_stride], or NULL; may be the output itself */
  size_t residual_stride;
  lw_activation activation;
} lw_epilogue;

/** Memory that a kernel uses while it runs, with any contents, aligned to 64 bytes: at least as many bytes as the
 *  kernel's `_workspace` function returns for the same arguments. With more threads it would be larger, so a thread
 *  count that rises between the two calls takes effect at the next. */
typedef struct {
  void *memory;
  size_t bytes;
} lw_workspace;

typedef struct {
  float *y;
  size_t y_stride; /* floats from row to row */
  const float *x;
  size_t x_stride;
  size_t rows;
  const lw_weights *weights;   /* one tap */
  const lw_epilogue *epilogue; /* or NULL */
} lw_matrix_product_arguments;

size_t lw_matrix_product_workspace(const lw_matrix_product_arguments *arguments);
/** y = epilogue(x * weights) */
void lw_matrix_product(const lw_matrix_product_arguments *arguments, lw_workspace workspace);

/** One of the tensors, [n][h][w][channels], that are concatenated along the channels. */
typedef struct {
  const float *data;
  size_t channels;
} lw_source;

typedef struct {
  float *y;
  lw_source sources[2]; /* the second may have no channels; together they are weights->channels */
  size_t batch, height, width; /* of the sources */
  size_t kernel;               /* 1 or 3; taps = kernel * kernel, row by row */
  size_t stride;               /* 1 or 2 */
  size_t pad_before;           /* zero rows above and columns to the left: 0 or 1 */
  size_t pad_after;            /* below and to the right: 0 or 1 */
  /* The sources are first doubled in both directions, nearest neighbour, and cropped to this size: 2 h or 2 h - 1 by
   * 2 w or 2 w - 1. Both 0: they are not. */
  size_t upsampled_height, upsampled_width;
  bool direct;                 /* without Winograd's transforms, which the larger 3x3 convolutions otherwise take */
  const lw_weights *weights;
  const lw_epilogue *epilogue; /* or NULL */
} lw_convolution_arguments;

/** Height and width of the output. */
size_t lw_convolved_height(const lw_convolution_arguments *arguments);
size_t lw_convolved_width(const lw_convolution_arguments *arguments);
/** Whether Winograd's transforms are used: decided from the shape of one picture, not from the batch. */
bool lw_convolution_is_winograd(const lw_convolution_arguments *arguments);
size_t lw_convolution_workspace(const lw_convolution_arguments *arguments);
/** y[batch][h'][w'][columns] = epilogue(convolution of the sources). */
void lw_convolution(const lw_convolution_arguments *arguments, lw_workspace workspace);

/* Attention ------------------------------------------------------------------------------------------- */

/** Head h of a token lies at h * head_width from the token's first value. */
typedef struct {
  float *out;
  const float *q, *k, *v;
  size_t batch, heads, head_width, queries, keys;
  size_t q_stride, k_stride, v_stride, out_stride; /* floats from token to token */
  size_t q_image, k_image, v_image, out_image;     /* floats from image to image; 0 shares keys and values */
  float scale;
  bool causal; /* query i attends to keys 0...i */
  lw_arithmetic arithmetic; /* float32, or int16: for heads from 32 values on; narrower ones stay in float32 */
} lw_attention_arguments;

size_t lw_attention_workspace(const lw_attention_arguments *arguments);
/** out = softmax(scale * q k^T) v for every image and head, without the full score matrix. */
void lw_attention(const lw_attention_arguments *arguments, lw_workspace workspace);

/* Normalisation --------------------------------------------------------------------------------------- */

typedef struct {
  float *y;             /* [batch][pixels][channels of both sources] */
  lw_source sources[2]; /* the second may have no channels; groups may straddle them */
  size_t batch, pixels, groups;
  float epsilon;
  const float *scale, *shift; /* [channels of both sources] */
  bool silu;
} lw_group_norm_arguments;

size_t lw_group_norm_workspace(const lw_group_norm_arguments *arguments);
/** y = (x - mean) / sqrt(variance + epsilon) * scale + shift per image and group of channels, then SiLU if
 *  `silu` is set. */
void lw_group_norm(const lw_group_norm_arguments *arguments, lw_workspace workspace);

typedef struct {
  float *y;
  const float *x; /* [rows][channels] */
  size_t rows, channels;
  float epsilon;
  const float *scale, *shift; /* [channels] */
} lw_layer_norm_arguments;

/** The same for each row over its channels. */
void lw_layer_norm(const lw_layer_norm_arguments *arguments);

/* Element by element ---------------------------------------------------------------------------------- */

/** y = activation(x) (not GEGLU). y may be x. */
void lw_activate(float *y, const float *x, size_t count, lw_activation activation);
/** y = a * x1 + b * x2, as fma(a, x1, b * x2). y may be either. */
void lw_mix(float *y, float a, const float *x1, float b, const float *x2, size_t count);

#endif

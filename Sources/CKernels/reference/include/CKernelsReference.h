/* The kernels once more, from their formulas: scalar, in double precision, one loop an index. For the tests, which
 * compare the fast kernels with them; the program does not contain them. They take the kernels' own arguments and
 * write tightly packed results.
 *
 * Weights are given as in a checkpoint, [columns][channels][taps], because packed panels are what is to be tested. */
#ifndef CKERNELS_REFERENCE_H
#define CKERNELS_REFERENCE_H

#include "CKernels.h"

/** activation(x), but for GEGLU, which is no function of one number. */
double lw_reference_activation(double x, lw_activation activation);

/** y[rows][outputs] = epilogue(x W^T); with GEGLU half as many outputs as weights have columns. `weights`:
 *  [columns][channels]. */
void lw_reference_matrix_product(double *y, const lw_matrix_product_arguments *arguments, const double *weights);

/** y[batch][h'][w'][columns], `weights`: [columns][channels][taps]. */
void lw_reference_convolution(double *y, const lw_convolution_arguments *arguments, const double *weights);

/** A row of inputs or a column of weights as the products of 16-bit integers see it: rounded to multiples of its scale.
 *  `part`: the most products in one exact sum. */
void lw_reference_quantise(double *values, size_t count, size_t part);

/** out[batch][queries][heads * head_width] */
void lw_reference_attention(double *out, const lw_attention_arguments *arguments);

/** y[batch][pixels][channels] */
void lw_reference_group_norm(double *y, const lw_group_norm_arguments *arguments);

/** y[rows][channels] */
void lw_reference_layer_norm(double *y, const lw_layer_norm_arguments *arguments);

#endif

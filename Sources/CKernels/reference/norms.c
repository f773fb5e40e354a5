#include "CKernelsReference.h"
#include <math.h>

static double input(const lw_group_norm_arguments *a, size_t pixel, size_t channel) {
  const lw_source *first = &a->sources[0], *second = &a->sources[1];
  return (double)(channel < first->channels ? first->data[pixel * first->channels + channel]
                                            : second->data[pixel * second->channels + channel - first->channels]);
}

/* Wu & He, arXiv 1803.08494, equation 1, with the mean taken first and the squares of the differences after it. */
void lw_reference_group_norm(double *y, const lw_group_norm_arguments *a) {
  const size_t channels = a->sources[0].channels + a->sources[1].channels, width = channels / a->groups;
  for (size_t image = 0; image < a->batch; image++)
    for (size_t group = 0; group < a->groups; group++) {
      const size_t first = image * a->pixels, last = first + a->pixels, channel = group * width;
      const double count = (double)(a->pixels * width);
      double mean = 0, variance = 0;
      for (size_t p = first; p < last; p++)
        for (size_t c = channel; c < channel + width; c++) mean += input(a, p, c) / count;
      for (size_t p = first; p < last; p++)
        for (size_t c = channel; c < channel + width; c++) variance += pow(input(a, p, c) - mean, 2) / count;
      for (size_t p = first; p < last; p++)
        for (size_t c = channel; c < channel + width; c++) {
          const double normal = (input(a, p, c) - mean) / sqrt(variance + (double)a->epsilon);
          const double value = normal * (double)a->scale[c] + (double)a->shift[c];
          y[p * channels + c] = a->silu ? lw_reference_activation(value, LW_SILU) : value;
        }
    }
}

/* Ba et al., arXiv 1607.06450, equation 4. */
void lw_reference_layer_norm(double *y, const lw_layer_norm_arguments *a) {
  for (size_t row = 0; row < a->rows; row++) {
    const float *x = a->x + row * a->channels;
    double mean = 0, variance = 0;
    for (size_t c = 0; c < a->channels; c++) mean += (double)x[c] / (double)a->channels;
    for (size_t c = 0; c < a->channels; c++) variance += pow((double)x[c] - mean, 2) / (double)a->channels;
    for (size_t c = 0; c < a->channels; c++)
      y[row * a->channels + c] =
        ((double)x[c] - mean) / sqrt(variance + (double)a->epsilon) * (double)a->scale[c] + (double)a->shift[c];
  }
}

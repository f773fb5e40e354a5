/* Functions of single elements on the pool. The arithmetic is in pointwise.inc. */
#include "kernels.h"

typedef struct {
  float *y;
  float a, b;
  const float *x1, *x2;
  size_t count;
  lw_activation activation;
  const lw_kernel_table *kernels;
} pointwise;

/* Shares are counted in vectors of 16 values. */

static void activate_share(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const pointwise *job = context;
  const size_t first = begin * LW_LANES, last = lw_least(end * LW_LANES, job->count);
  job->kernels->activate(job->y + first, job->x1 + first, last - first, job->activation);
}

static void mix_share(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const pointwise *job = context;
  const size_t first = begin * LW_LANES, last = lw_least(end * LW_LANES, job->count);
  job->kernels->mix(job->y + first, job->a, job->x1 + first, job->b, job->x2 + first, last - first);
}

static void run(pointwise *job, lw_body share) {
  lw_dispatch(&(lw_job){
    .count = lw_ceiling(job->count, LW_LANES),
    .threads = lw_useful_threads(job->count),
    .body = share,
    .context = job,
  });
}

void lw_activate(float *y, const float *x, size_t count, lw_activation activation) {
  pointwise job = {.y = y, .x1 = x, .count = count, .activation = activation, .kernels = lw_kernels()};
  run(&job, activate_share);
}

void lw_mix(float *y, float a, const float *x1, float b, const float *x2, size_t count) {
  pointwise job = {.y = y, .a = a, .b = b, .x1 = x1, .x2 = x2, .count = count, .kernels = lw_kernels()};
  run(&job, mix_share);
}

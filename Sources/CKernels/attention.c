/* Attention on the pool. The arithmetic is in attention.inc. */
#include "kernels.h"

enum { MOST_QUERIES = 128, WIDEST_GROUP = 32, SCRATCH_WISH = 256 * 1024 };

size_t lw_attention_scratch(size_t queries, size_t head_width) {
  const size_t block = 2 * LW_KEY_BLOCK * LW_LANES * sizeof(float) + LW_KEY_BLOCK * sizeof(float *) +
                       2 * LW_LANES * sizeof(float);
  return block + queries * (2 * head_width + 2) * sizeof(float);
}

typedef struct {
  const lw_attention_shape *shape;
  const lw_kernel_table *kernels;
  size_t queries; /* of one task */
  size_t tasks_per_head;
} attention_job;

static void run_tasks(void *context, size_t begin, size_t end, void *scratch) {
  const attention_job *job = context;
  const lw_attention_shape *shape = job->shape;
  for (size_t i = begin; i < end; i++) {
    const size_t head = i / job->tasks_per_head, first = i % job->tasks_per_head * job->queries;
    const lw_attention_task task = {
      shape, head / shape->heads, head % shape->heads, first, lw_least(job->queries, shape->queries - first)};
    job->kernels->attention(&task, scratch);
  }
}

void lw_attention(const lw_attention_shape *shape) {
  const size_t heads = shape->batch * shape->heads;
  if (heads == 0 || shape->queries == 0) return;
  attention_job job = {shape, lw_kernels(), MOST_QUERIES, 0};
  const size_t threads = lw_useful_threads(heads * shape->queries * shape->keys * shape->head_width / 4);
  /* Fewer queries a task where heads are wide, and where there would be too few tasks to share out evenly. */
  while (job.queries > WIDEST_GROUP && (lw_attention_scratch(job.queries, shape->head_width) > SCRATCH_WISH ||
                                        heads * lw_ceiling(shape->queries, job.queries) < 4 * threads))
    job.queries /= 2;
  job.tasks_per_head = lw_ceiling(shape->queries, job.queries);
  const size_t bytes = lw_attention_scratch(job.queries, shape->head_width), tasks = heads * job.tasks_per_head;
  lw_dispatch(tasks, threads, bytes, run_tasks, &job);
}

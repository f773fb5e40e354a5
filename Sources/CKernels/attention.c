/* Attention on the pool. The arithmetic is in attention.inc. */
#include "kernels.h"

enum { MOST_QUERIES = 128, WIDEST_GROUP = 32, SCRATCH_LIMIT = 256 * 1024 };

size_t lw_attention_scratch(size_t queries, size_t head_width) {
  const size_t block = 2 * LW_KEY_BLOCK * LW_LANES * sizeof(float) + LW_KEY_BLOCK * sizeof(float *) +
                       2 * LW_LANES * sizeof(float);
  return block + queries * (2 * head_width + 2) * sizeof(float);
}

typedef struct {
  const lw_attention_arguments *arguments;
  const lw_kernel_table *kernels;
  size_t threads; /* worth waking */
  size_t queries; /* of one task */
  size_t tasks_per_head;
} attention_job;

static attention_job describe(const lw_attention_arguments *arguments) {
  const size_t heads = arguments->batch * arguments->heads, width = arguments->head_width;
  attention_job job = {.arguments = arguments, .kernels = lw_kernels(), .queries = MOST_QUERIES};
  job.threads = lw_useful_threads(heads * arguments->queries * arguments->keys * width / 4);
  /* Fewer queries a task where heads are wide, and where there would be too few tasks to share out evenly. */
  while (job.queries > WIDEST_GROUP && (lw_attention_scratch(job.queries, width) > SCRATCH_LIMIT ||
                                        heads * lw_ceiling(arguments->queries, job.queries) < 4 * job.threads))
    job.queries /= 2;
  job.tasks_per_head = lw_ceiling(arguments->queries, job.queries);
  return job;
}

static void run_tasks(void *context, size_t begin, size_t end, void *scratch) {
  const attention_job *job = context;
  const lw_attention_arguments *arguments = job->arguments;
  for (size_t i = begin; i < end; i++) {
    const size_t head = i / job->tasks_per_head, first = i % job->tasks_per_head * job->queries;
    const lw_attention_task task = {
      arguments, head / arguments->heads, head % arguments->heads, first,
      lw_least(job->queries, arguments->queries - first)};
    job->kernels->attention(&task, scratch);
  }
}

size_t lw_attention_workspace(const lw_attention_arguments *arguments) {
  const attention_job job = describe(arguments);
  /* With other threads a task might have more queries: the largest area is at most SCRATCH_LIMIT, or that of the
   * least queries. */
  const size_t least = lw_attention_scratch(WIDEST_GROUP, arguments->head_width);
  return job.threads * lw_scratch_bytes(lw_greatest(SCRATCH_LIMIT, least));
}

void lw_attention(const lw_attention_arguments *arguments, lw_workspace workspace) {
  attention_job attention = describe(arguments);
  lw_job job = {.body = run_tasks, .context = &attention};
  job.count = arguments->batch * arguments->heads * attention.tasks_per_head;
  lw_give_scratch(
    &job, workspace, 0, lw_attention_scratch(attention.queries, arguments->head_width), attention.threads);
  lw_dispatch(&job);
}

/* Attention on the pool. The arithmetic is in attention.inc and integer_attention.inc. */
#include "kernels.h"

enum {
  MOST_QUERIES = 128, WIDEST_GROUP = 32, SCRATCH_LIMIT = 256 * 1024,
  LEAST_INTEGER_WIDTH = 32,  /* of a head: narrower ones are faster in float32 */
  MOST_PANELS = 4,           /* of a group of queries */
  MOST_PACKED_BYTES = 8 << 20 /* of keys and values in integers at the same time, or one head's */
};

/** Bytes of scratch for `queries` queries of a task (a multiple of 32), in either arithmetic. */
static size_t task_scratch(size_t queries, size_t head_width) {
  const size_t block = MOST_PANELS * LW_KEY_BLOCK * LW_LANES * sizeof(float) + LW_KEY_BLOCK * sizeof(float *) +
                       2 * LW_LANES * sizeof(float);
  const size_t rows = 4 * lw_ceiling(head_width, LW_LANES) * LW_LANES * sizeof(int16_t);
  return block + rows + queries * (2 * head_width + 3) * sizeof(float);
}

typedef struct {
  const lw_attention_arguments *arguments;
  const lw_kernel_table *kernels;
  size_t threads; /* worth waking */
  size_t queries; /* of one task */
  size_t tasks_per_head;
  size_t first_head, heads_together; /* integers: the heads, of all images, that are packed at the same time */
  char *packed;
} attention_job;

static bool is_integer(const lw_attention_arguments *arguments) {
  return arguments->arithmetic == LW_ARITHMETIC_INT16 && arguments->head_width >= LEAST_INTEGER_WIDTH;
}

/* Integers --------------------------------------------------------------------------------------------- */

/** Where the keys and values of head number `index` of this round lie; returns where they end. */
static char *packed_head(const attention_job *job, size_t index, lw_packed_head *head) {
  const lw_attention_arguments *arguments = job->arguments;
  const size_t width = arguments->head_width, keys = arguments->keys;
  head->key_stride = lw_ceiling(width, LW_LANES) * LW_LANES;
  /* a cache line more: the rows of 4096 keys would share one set */
  head->value_stride = lw_ceiling(keys, 2 * LW_LANES) * 2 * LW_LANES + 2 * LW_LANES;
  const size_t integers = keys * head->key_stride + width * head->value_stride;
  const size_t bytes = lw_ceiling(integers * sizeof(int16_t) + (keys + width) * sizeof(float), 64) * 64;
  head->keys = (int16_t *)(job->packed + index * bytes);
  head->values = head->keys + keys * head->key_stride;
  head->key_scales = (float *)(head->values + width * head->value_stride);
  head->value_scales = head->key_scales + keys;
  return job->packed + (index + 1) * bytes;
}

static size_t packed_bytes(const attention_job *job, size_t heads) {
  lw_packed_head head;
  const attention_job empty = {.arguments = job->arguments};
  return heads == 0 ? 0 : (size_t)packed_head(&empty, heads - 1, &head);
}

static void pack_heads(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const attention_job *job = context;
  for (size_t i = begin; i < end; i++) {
    const size_t number = job->first_head + i;
    lw_packed_head head;
    packed_head(job, i, &head);
    job->kernels->pack_head(
      job->arguments, number / job->arguments->heads, number % job->arguments->heads, &head);
  }
}

/* Both ------------------------------------------------------------------------------------------------- */

static attention_job describe(const lw_attention_arguments *arguments) {
  const size_t heads = arguments->batch * arguments->heads, width = arguments->head_width;
  attention_job job = {.arguments = arguments, .kernels = lw_kernels(), .queries = MOST_QUERIES};
  job.threads = lw_useful_threads(heads * arguments->queries * arguments->keys * width / 4);
  /* Fewer queries a task where heads are wide, and where there would be too few tasks to share out evenly. */
  while (job.queries > WIDEST_GROUP && (task_scratch(job.queries, width) > SCRATCH_LIMIT ||
                                        heads * lw_ceiling(arguments->queries, job.queries) < 4 * job.threads))
    job.queries /= 2;
  job.tasks_per_head = lw_ceiling(arguments->queries, job.queries);
  job.heads_together = heads;
  if (is_integer(arguments) && heads > 0) {
    const size_t most = lw_greatest(1, MOST_PACKED_BYTES / packed_bytes(&job, 1));
    job.heads_together = lw_ceiling(heads, lw_ceiling(heads, most));
  }
  return job;
}

static void run_tasks(void *context, size_t begin, size_t end, void *scratch) {
  const attention_job *job = context;
  const lw_attention_arguments *arguments = job->arguments;
  for (size_t i = begin; i < end; i++) {
    const size_t index = i / job->tasks_per_head, head = job->first_head + index;
    const size_t first = i % job->tasks_per_head * job->queries;
    lw_packed_head packed;
    lw_attention_task task = {
      arguments, head / arguments->heads, head % arguments->heads, first,
      lw_least(job->queries, arguments->queries - first), NULL};
    if (is_integer(arguments)) {
      packed_head(job, index, &packed);
      task.packed = &packed;
      job->kernels->integer_attention(&task, scratch);
    } else {
      job->kernels->attention(&task, scratch);
    }
  }
}

/** Bytes that all threads share. */
static size_t shared_bytes(const attention_job *job) {
  return is_integer(job->arguments) ? packed_bytes(job, job->heads_together) : 0;
}

size_t lw_attention_workspace(const lw_attention_arguments *arguments) {
  const attention_job job = describe(arguments);
  /* With other threads a task might have more queries: the largest area is at most SCRATCH_LIMIT, or that of the
   * least queries. */
  const size_t least = task_scratch(WIDEST_GROUP, arguments->head_width);
  return shared_bytes(&job) + job.threads * lw_scratch_bytes(lw_greatest(SCRATCH_LIMIT, least));
}

void lw_attention(const lw_attention_arguments *arguments, lw_workspace workspace) {
  attention_job attention = describe(arguments);
  attention.packed = workspace.memory;
  lw_job job = {.context = &attention};
  lw_give_scratch(
    &job, workspace, shared_bytes(&attention), task_scratch(attention.queries, arguments->head_width),
    attention.threads);
  const size_t heads = arguments->batch * arguments->heads, together = attention.heads_together;
  for (; attention.first_head < heads; attention.first_head += together) {
    const size_t count = lw_least(together, heads - attention.first_head);
    if (is_integer(arguments)) {
      job.body = pack_heads;
      job.count = count;
      lw_dispatch(&job);
    }
    job.body = run_tasks;
    job.count = count * attention.tasks_per_head;
    lw_dispatch(&job);
  }
}

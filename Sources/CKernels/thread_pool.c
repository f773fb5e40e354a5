/* A persistent pool: count - 1 workers and the caller. Work is cut into contiguous ranges in advance, so the
 * assignment never depends on timing. Waiting threads spin for a moment, since the next layer follows at once, and
 * then sleep. */
#define _GNU_SOURCE
#include "kernels.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum { MOST_THREADS = 256, LINE = 128 };
static const int64_t SPIN_NANOSECONDS = 60000;

/** A thread of the pool, in its own cache lines. */
typedef struct {
  _Alignas(LINE) pthread_t handle;
  size_t index;
} worker;

static struct {
  pthread_mutex_t lock; /* held while a dispatch runs */
  size_t count;         /* threads, the caller included; 0: not yet decided */
  size_t started;       /* workers running */
  worker workers[MOST_THREADS];
  lw_job job;           /* the one that runs */
  bool stopping;
  _Alignas(LINE) atomic_uint generation; /* rises by one with each job */
  _Alignas(LINE) atomic_uint unfinished; /* workers that have not yet finished it */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local bool inside; /* this thread is running a body */

/* Waiting ---------------------------------------------------------------------------------------------- */

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void pause_briefly(void) {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/** Returns the value of `word` once it is no longer `old`. */
static unsigned wait_for_change(atomic_uint *word, unsigned old) {
  unsigned value;
  const int64_t limit = nanoseconds() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 64; i++) {
      if ((value = atomic_load_explicit(word, memory_order_acquire)) != old) return value;
      pause_briefly();
    }
  } while (nanoseconds() < limit);
  while ((value = atomic_load(word)) == old) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  return value;
}

static void wake_all(atomic_uint *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

/* Denormals -------------------------------------------------------------------------------------------- */

/** Sets flush-to-zero and denormals-are-zero (a denormal costs a hundred cycles on some processors); returns what
 *  was. */
static unsigned flush_denormals(void) {
#if defined(__x86_64__)
  const unsigned old = _mm_getcsr();
  _mm_setcsr(old | 0x8040);
  return old;
#else
  return 0;
#endif
}

static void restore_denormals(unsigned old) {
#if defined(__x86_64__)
  _mm_setcsr(old);
#else
  (void)old;
#endif
}

/* Workers ---------------------------------------------------------------------------------------------- */

static void run_share(size_t index) {
  const lw_job *job = &pool.job;
  const size_t begin = job->count * index / job->threads, end = job->count * (index + 1) / job->threads;
  if (begin < end) job->body(job->context, begin, end, job->scratch ? job->scratch + index * job->scratch_bytes : NULL);
}

static void *work(void *argument) {
  const worker *self = argument;
  inside = true;
  flush_denormals();
  unsigned generation = atomic_load(&pool.generation);
  atomic_fetch_sub(&pool.unfinished, 1); /* ready: the starter waits for it, so no job is missed */
  wake_all(&pool.unfinished);
  for (;;) {
    generation = wait_for_change(&pool.generation, generation);
    const bool stopping = pool.stopping;
    if (!stopping && self->index < pool.job.threads) run_share(self->index);
    if (atomic_fetch_sub(&pool.unfinished, 1) == 1) wake_all(&pool.unfinished);
    if (stopping) return NULL;
  }
}

static void wait_for_workers(void) {
  unsigned left = atomic_load(&pool.unfinished);
  while (left != 0) left = wait_for_change(&pool.unfinished, left);
}

static void stop_workers(void) {
  pool.stopping = true;
  atomic_store(&pool.unfinished, (unsigned)pool.started);
  atomic_fetch_add(&pool.generation, 1);
  wake_all(&pool.generation);
  for (size_t i = 1; i <= pool.started; i++) pthread_join(pool.workers[i].handle, NULL);
  pool.started = 0;
  pool.stopping = false;
}

/** If a thread cannot be created, the others take its share. */
static void start_workers(void) {
  while (pool.started + 1 < pool.count) {
    worker *next = &pool.workers[pool.started + 1];
    next->index = pool.started + 1;
    atomic_store(&pool.unfinished, 1);
    if (pthread_create(&next->handle, NULL, work, next) != 0) {
      pool.count = pool.started + 1;
      return;
    }
    wait_for_workers();
    pool.started++;
  }
}

/* Counting --------------------------------------------------------------------------------------------- */

/** The cores that affinity and the control group's quota allow. */
static size_t allowed_cores(void) {
  cpu_set_t set;
  size_t cores = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file) {
    unsigned long quota, period; /* "max 100000" where there is no quota */
    if (fscanf(file, "%lu %lu", &quota, &period) == 2 && period > 0)
      cores = lw_least(cores, lw_greatest(1, lw_ceiling(quota, period)));
    fclose(file);
  }
  return lw_least(lw_greatest(cores, 1), MOST_THREADS);
}

static size_t decided_count(void) {
  if (pool.count == 0) pool.count = allowed_cores();
  return pool.count;
}

size_t lw_thread_count(void) {
  if (inside) return pool.count;
  pthread_mutex_lock(&pool.lock);
  const size_t count = decided_count();
  pthread_mutex_unlock(&pool.lock);
  return count;
}

void lw_set_thread_count(size_t count) {
  if (inside) return;
  pthread_mutex_lock(&pool.lock);
  count = lw_least(lw_greatest(count, 1), MOST_THREADS);
  if (count != pool.count) stop_workers();
  pool.count = count;
  pthread_mutex_unlock(&pool.lock);
}

/* Dispatch --------------------------------------------------------------------------------------------- */

void lw_dispatch(const lw_job *job) {
  if (job->count == 0) return;
  if (inside) { /* a body that dispatches again runs alone */
    job->body(job->context, 0, job->count, job->scratch);
    return;
  }
  pthread_mutex_lock(&pool.lock);
  inside = true;
  const size_t threads = lw_greatest(1, lw_least(job->count, job->threads));
  if (lw_least(threads, decided_count()) > 1) start_workers();
  pool.job = *job;
  pool.job.threads = lw_least(threads, pool.count);
  const unsigned old = flush_denormals();
  const bool shared = pool.job.threads > 1;
  if (shared) {
    atomic_store(&pool.unfinished, (unsigned)pool.started);
    atomic_fetch_add(&pool.generation, 1);
    wake_all(&pool.generation);
  }
  run_share(0);
  if (shared) wait_for_workers();
  restore_denormals(old);
  inside = false;
  pthread_mutex_unlock(&pool.lock);
}

size_t lw_scratch_bytes(size_t bytes) { return lw_ceiling(bytes, 4096) * 4096; }

void lw_give_scratch(lw_job *job, lw_workspace workspace, size_t offset, size_t bytes, size_t threads) {
  job->scratch = (char *)workspace.memory + offset;
  job->scratch_bytes = lw_scratch_bytes(bytes);
  job->threads = lw_greatest(1, lw_least(threads, (workspace.bytes - offset) / job->scratch_bytes));
}

size_t lw_useful_threads(size_t operations) {
  return lw_greatest(1, lw_least(lw_thread_count(), operations / 65536)); /* about 2 microseconds of work for each */
}

typedef struct {
  void (*body)(void *context, size_t begin, size_t end);
  void *context;
} plain_body;

static void run_plain(void *context, size_t begin, size_t end, void *scratch) {
  (void)scratch;
  const plain_body *plain = context;
  plain->body(plain->context, begin, end);
}

void lw_parallel(size_t count, void (*body)(void *context, size_t begin, size_t end), void *context) {
  plain_body plain = {body, context};
  lw_dispatch(&(lw_job){.count = count, .threads = MOST_THREADS, .body = run_plain, .context = &plain});
}

#include "console/worker.h"

#include <sys/socket.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/util.h>

#include "console/auth.h"
#include "console/context.h"

struct job {
    TAILQ_ENTRY(job) link; /* the loop's, as are the next two */
    struct context *ctx;   /* NULL: nobody waits any more */
    worker_then *then;
    bool check; /* else: hash */
    bool right;
    char hash[AUTH_HASH_SIZE];
    size_t n;
    char password[AUTH_PASSWORD_MAX_BYTES];
};

struct worker {
    struct console *console;
    struct loop_io *io;
    int here, there; /* the two ends */
    pthread_t thread;
    bool running;
    atomic_bool stop; /* what still waits need not be done */
    TAILQ_HEAD(, job) jobs;
    size_t njobs;
};

/* --- in the thread --- */

static void
job_do(struct job *job)
{
    struct str password = {job->password, job->n};

    if (job->check)
        job->right = auth_password_verify(str_of(job->hash), password);
    else
        job->right = auth_password_hash(password, job->hash) == 0;
    sodium_memzero(job->password, sizeof job->password);
}

static void *
worker_run(void *arg)
{
    struct worker *worker = arg;
    struct job *job;

    for (;;) {
        ssize_t n = read(worker->there, &job, sizeof job);

        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof job || atomic_load(&worker->stop))
            return NULL;
        job_do(job);
        while (write(worker->there, &job, sizeof job) < 0)
            if (errno != EINTR)
                return NULL;
    }
}

/* --- in the loop --- */

static void
job_free(struct worker *worker, struct job *job)
{
    TAILQ_REMOVE(&worker->jobs, job, link);
    worker->njobs--;
    sodium_memzero(job, sizeof *job);
    free(job);
}

static void
job_finished(struct worker *worker, struct job *job)
{
    struct context *ctx = job->ctx;
    worker_then *then = job->then;
    bool right = job->right, check = job->check;
    char hash[AUTH_HASH_SIZE];

    memcpy(hash, job->hash, sizeof hash);
    job_free(worker, job);
    if (!ctx)
        return;
    ctx->now = loop_wall(worker->console->loop);
    ctx->mono = loop_mono(worker->console->loop);
    then(ctx, right, check || !right ? NULL : hash);
}

static void
ready_cb(void *arg, int what)
{
    struct worker *worker = arg;
    struct job *job;

    (void)what;
    while (read(worker->here, &job, sizeof job) == (ssize_t)sizeof job)
        job_finished(worker, job);
}

static void
refuse_busy(struct context *ctx)
{
    (void)exchange_header(ctx->exchange, "Retry-After", STR("1"));
    reply_error(ctx, 429, "login_wait");
}

static void
worker_put(struct context *ctx, bool check, struct str hash,
    struct str password, worker_then *then)
{
    struct worker *worker = ctx->console->worker;
    struct job *job = worker->njobs < WORKER_MAX_JOBS &&
                              password.n <= AUTH_PASSWORD_MAX_BYTES &&
                              hash.n < AUTH_HASH_SIZE
                          ? calloc(1, sizeof *job)
                          : NULL;

    if (!job) {
        refuse_busy(ctx);
        return;
    }
    job->ctx = ctx;
    job->then = then;
    job->check = check;
    if (hash.n > 0)
        memcpy(job->hash, hash.p, hash.n);
    job->n = password.n;
    if (password.n > 0)
        memcpy(job->password, password.p, password.n);
    TAILQ_INSERT_TAIL(&worker->jobs, job, link);
    worker->njobs++;
    if (write(worker->here, &job, sizeof job) != (ssize_t)sizeof job) {
        job_free(worker, job);
        refuse_busy(ctx);
    }
}

void
worker_check(struct context *ctx, struct str hash, struct str password,
    worker_then *then)
{
    if (hash.n == 0)
        hash = str_of(ctx->console->dummy_hash);
    worker_put(ctx, true, hash, password, then);
}

void
worker_hash(struct context *ctx, struct str password, worker_then *then)
{
    worker_put(ctx, false, STR_NONE, password, then);
}

void
worker_forget(struct worker *worker, const struct context *ctx)
{
    struct job *job;

    TAILQ_FOREACH (job, &worker->jobs, link) {
        if (job->ctx == ctx)
            job->ctx = NULL;
    }
}

/* --- life --- */

int
worker_new(struct console *console, struct worker **ret)
{
    struct worker *worker = calloc(1, sizeof *worker);
    int ends[2], err;

    if (!worker)
        return E_NOMEM;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
        free(worker);
        return E_IO;
    }
    worker->console = console;
    worker->here = ends[0];
    worker->there = ends[1];
    atomic_init(&worker->stop, false);
    TAILQ_INIT(&worker->jobs);
    err = evutil_make_socket_nonblocking(worker->here) ? E_IO : 0;
    if (!err)
        err = loop_io_new(
            console->loop, worker->here, ready_cb, worker, &worker->io);
    if (!err)
        err = loop_io_want(worker->io, LOOP_READ);
    if (err) {
        worker_free(worker);
        return err;
    }
    *ret = worker;
    return 0;
}

/* Signals are for the loop. */
int
worker_start(struct worker *worker)
{
    pthread_attr_t attr;
    sigset_t all, before;
    int err;

    if (pthread_attr_init(&attr))
        return E_NOMEM;
    (void)pthread_attr_setstacksize(&attr, WORKER_STACK_BYTES);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    err = pthread_create(&worker->thread, &attr, worker_run, worker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attr);
    worker->running = err == 0;
    return err ? E_NOMEM : 0;
}

void
worker_free(struct worker *worker)
{
    struct job *job;

    if (!worker)
        return;
    atomic_store(&worker->stop, true);
    if (worker->io)
        loop_io_free(worker->io);
    (void)shutdown(worker->here, SHUT_RDWR);
    if (worker->running)
        (void)pthread_join(worker->thread, NULL);
    (void)close(worker->here);
    (void)close(worker->there);
    while ((job = TAILQ_FIRST(&worker->jobs)))
        job_free(worker, job);
    free(worker);
}

/*
 * match_limits: what it takes to be ready, what a process holds, what hostile
 * text and a new rule set cost.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench.h"
#include "match.h"
#include "rules/compile.h"

enum { READY_RUNS = 3, HOSTILE_ITEMS = 5, RELOAD_ITEMS = 4000, RELOADS = 8 };

/* Seconds to read the rule file, and to compile what was read. */
static int
time_ready(const struct rule_file *file, double *ret_read, double *ret_compile)
{
    const struct rule_options options = {.region = NULL};
    struct arena *arena = arena_new((size_t)1 << 30);
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    struct model model;
    double begin = bench_cpu(), read;
    int err;

    if (!arena)
        return E_NOMEM;
    model_init(&model, arena, &errors);
    err = model_read(&model, file, 1, &options);
    read = bench_cpu();
    if (err == 0)
        err = compile_from_model(&model, arena, &errors, &set);
    *ret_compile = bench_cpu() - read;
    *ret_read = read - begin;
    toc_errors_print(&errors, stderr);
    toc_errors_done(&errors);
    ruleset_free(set);
    arena_free(arena);
    return err;
}

static int
measure_ready(struct bench *bench, uint32_t nrules)
{
    struct rule_file file = {.name = "bench.yaml"};
    double least_read = 1e9, least_compile = 1e9;
    struct buf yaml;
    int err = 0;

    buf_init(&yaml, MATCH_YAML_MAX);
    rulegen_yaml(&yaml, RULEGEN_PROVINCE, nrules);
    file.text = buf_str(&yaml);
    for (int i = 0; i < READY_RUNS && err == 0; i++) {
        double read, compile;
        err = time_ready(&file, &read, &compile);
        least_read = read < least_read ? read : least_read;
        least_compile = compile < least_compile ? compile : least_compile;
    }
    buf_done(&yaml);
    printf("ready     %u rules: %.3f s to read the YAML, %.3f s to compile\n",
        nrules, least_read, least_compile);
    targets_add(&bench->targets, "20,000 rules compiled, when read", "-",
        least_compile, AT_MOST, 0.3, "s");
    return err;
}

/* KiB of a line of /proc/self/smaps_rollup. */
static long
memory_kib(const char *what)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "r");
    size_t len = strlen(what);
    char line[256];
    long kib = 0;

    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, what, len) == 0)
            kib = strtol(line + len, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* What a process of its own has more after it has mapped the image and matched
 * all items; written to fd. */
static void
hold(const struct samples *samples, int image_fd, size_t size, int fd)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    long before[2] = {memory_kib("Rss:"), memory_kib("Private_Dirty:")};
    long more[2] = {-1, -1};
    void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, image_fd, 0);
    struct matcher *m = NULL;
    struct ruleset *set = NULL;
    struct verdict v;

    if (p != MAP_FAILED && arena &&
        ruleset_open((struct str){p, size}, &set) == 0 &&
        matcher_new(set, &m) == 0) {
        for (size_t i = 0; i < MATCH_ITEMS; i++) {
            arena_clear(arena);
            (void)match_item(m, &samples->sample[i].item, arena, &v);
        }
        more[0] = memory_kib("Rss:") - before[0];
        more[1] = memory_kib("Private_Dirty:") - before[1];
    }
    if (write(fd, more, sizeof(more)) != sizeof(more))
        _exit(1);
    _exit(0);
}

static int
measure_memory(struct bench *bench, const struct ruleset *set)
{
    struct str image = ruleset_image(set);
    int fd = memfd_create("bench", MFD_CLOEXEC), p[2];
    long more[2] = {-1, -1};
    pid_t pid;

    if (fd < 0 || write(fd, image.p, image.n) != (ssize_t)image.n ||
        pipe(p) != 0)
        return E_IO;
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        hold(&bench->samples, fd, image.n, p[1]);
    close(p[1]);
    if (pid > 0 && read(p[0], more, sizeof(more)) != sizeof(more))
        more[0] = -1;
    close(p[0]);
    close(fd);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    if (more[0] < 0)
        return E_IO;
    printf("memory    image %.1f MiB, shared; a process has %.1f MiB more with "
           "it, %.1f MiB of it its own\n",
        (double)image.n / (1024 * 1024), (double)more[0] / 1024,
        (double)more[1] / 1024);
    targets_add(&bench->targets, "resident with 20,000 rules", "-",
        (double)more[0] / 1024, AT_MOST, 40, "MiB");
    return 0;
}

/* The dearest item of one pattern, microseconds. */
static int
try_hostile(
    const char *pattern, struct str text, int64_t *most, int64_t *quarantined)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct rule_item item = {
        .title = STR("毒x b"), .text = text, .published = WALL_NONE};
    struct toc_errors errors = {.n = 0};
    struct rule_file file = {.name = "hostile"};
    struct ruleset *set = NULL;
    struct matcher *m = NULL;
    uint32_t slow[MATCH_MAX_SLOW];
    char yaml[512];
    int64_t spent = 0;
    int err;

    snprintf(yaml, sizeof(yaml),
        "rules: [{id: r, title: t, category: c, points: 1, any: ['/%s/']}]",
        pattern);
    file.text = str_of(yaml);
    err = ruleset_compile(&file, 1, NULL, &errors, &set);
    if (err == 0)
        err = matcher_new(set, &m);
    if (err == 0)
        matcher_limit(m, &MATCH_LIMITS(clock_cpu_us));
    for (int i = 0; i < HOSTILE_ITEMS && err == 0; i++) {
        int64_t begin = clock_cpu_us();
        struct verdict v;
        arena_clear(arena);
        err = match_item(m, &item, arena, &v);
        begin = clock_cpu_us() - begin;
        spent += begin;
        *most = begin > *most ? begin : *most;
        if (matcher_slow_rules(m, slow) > 0 && spent > *quarantined)
            *quarantined = spent;
    }
    toc_errors_print(&errors, stderr);
    toc_errors_done(&errors);
    matcher_free(m);
    ruleset_free(set);
    arena_free(arena);
    return err;
}

static int
measure_hostile(struct bench *bench)
{
    static const char *const patterns[] = {"[^毒]*[^毒]*毒y", "(?:中|校){2,}毒",
        "(中.{0,200}){3}毒y", "中.{0,2000}毒y", "(a+)+b", "(a|aa)+$",
        ".*.*.*毒y", "(?=(\\w+))\\1:", "(中|校|中校)*毒y", "[^毒]*[^毒]*毒"};
    int64_t most = 0, quarantined = 0;
    struct buf text;
    int err = 0;

    buf_init(&text, 1024 * 1024);
    for (int i = 0; i < 5000; i++)
        buf_add_cstr(&text, "中校");
    for (int i = 0; i < 2000; i++)
        buf_add_char(&text, 'a');
    buf_add_cstr(&text, "!");
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]) && err == 0;
         i++)
        err = try_hostile(patterns[i], buf_str(&text), &most, &quarantined);
    buf_done(&text);
    targets_add(&bench->targets, "hostile expression, one item", "-",
        (double)most / 1000, AT_MOST, 20, "ms");
    if (quarantined > 0)
        targets_add(&bench->targets, "hostile expression, until given up", "-",
            (double)quarantined / 1e6, AT_MOST, 1, "s");
    else
        targets_skip(&bench->targets, "hostile expression, until given up", "-",
            "none took long enough");
    return err;
}

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Costs of items in turn; reload: a new set is opened every so many, which the
 * item after it waits for.  The 99th percentile, seconds. */
static int
time_items(const struct samples *samples, const struct ruleset *set,
    bool reload, double *costs, double *ret)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct ruleset *open = NULL;
    struct matcher *m = NULL;
    struct verdict v;
    int err = arena ? matcher_new(set, &m) : E_NOMEM;

    for (size_t i = 0; i < RELOAD_ITEMS && err == 0; i++) {
        double begin = bench_cpu();
        if (reload && i % (RELOAD_ITEMS / RELOADS) == 0) {
            matcher_free(m);
            ruleset_free(open);
            m = NULL;
            open = NULL;
            err = ruleset_open(ruleset_image(set), &open);
            err = err ? err : matcher_new(open, &m);
        }
        arena_clear(arena);
        if (err == 0)
            err = match_item(
                m, &samples->sample[i % MATCH_ITEMS].item, arena, &v);
        costs[i] = bench_cpu() - begin;
    }
    matcher_free(m);
    ruleset_free(open);
    arena_free(arena);
    qsort(costs, RELOAD_ITEMS, sizeof(*costs), by_value);
    *ret = costs[RELOAD_ITEMS * 99 / 100];
    return err;
}

static int
measure_reload(struct bench *bench, const struct ruleset *set)
{
    static double costs[RELOAD_ITEMS];
    double steady = 1e9, during = 1e9, p99;
    int err = 0;

    for (int i = 0; i < READY_RUNS && err == 0; i++) {
        err = time_items(&bench->samples, set, false, costs, &p99);
        steady = p99 < steady ? p99 : steady;
        if (err == 0)
            err = time_items(&bench->samples, set, true, costs, &p99);
        during = p99 < during ? p99 : during;
    }
    printf("reload    99th percentile %.0f us steady, %.0f us with %d reloads "
           "in %d items; opening takes %.1f ms\n",
        steady * 1e6, during * 1e6, RELOADS, RELOAD_ITEMS,
        costs[RELOAD_ITEMS - 1] * 1e3);
    targets_add(&bench->targets, "item while rules are reloaded, 99 %",
        "the same without", during / steady, AT_MOST, 1.2, "times");
    return err;
}

int
bench_limits(struct bench *bench)
{
    uint32_t n = bench->tiny ? 200 : RULEGEN_MAX;
    struct ruleset *set = NULL;
    int err = measure_ready(bench, n);

    if (err == 0)
        err = bench_compile(RULEGEN_PROVINCE, n, NULL, &set);
    if (err == 0)
        err = measure_memory(bench, set);
    if (err == 0)
        err = measure_hostile(bench);
    if (err == 0)
        err = measure_reload(bench, set);
    ruleset_free(set);
    return err;
}

/*
 * match: what folding, scanning and deciding cost, beside the obvious ways and
 * the best known peers, and whether the targets of docs are reached.
 *
 *     bench_match [--tiny] [--json FILE] [pipeline|scan|fold|limits]…
 *
 * Exit 1 when ours and the loop disagree on which rules hold; a target that is
 * missed is shown, and does not fail the run.
 */
#include "match.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "bench.h"

static const struct part {
    const char *name;
    int (*run)(struct bench *);
} parts[] = {{"pipeline", bench_pipeline}, {"scan", bench_scan},
    {"fold", bench_fold}, {"limits", bench_limits}};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

struct arguments {
    bool tiny, some, chosen[PARTS];
    const char *json;
};

static bool
read_arguments(int argc, char **argv, struct arguments *ret)
{
    for (int i = 1; i < argc; i++) {
        bool known = false;

        for (size_t p = 0; p < PARTS; p++)
            if (strcmp(argv[i], parts[p].name) == 0)
                known = ret->some = ret->chosen[p] = true;
        if (strcmp(argv[i], "--tiny") == 0)
            known = ret->tiny = true;
        if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
            known = true;
            ret->json = argv[++i];
        }
        if (!known)
            return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    static struct bench bench;
    struct arguments a = {.json = NULL};
    int err;

    if (!read_arguments(argc, argv, &a)) {
        fprintf(stderr, "usage: bench_match [--tiny] [--json FILE] [PART]…\n");
        return 2;
    }
    bench.tiny = a.tiny;
    bench.samples.arena = arena_new(ARENA_CAP_DEFAULT);
    if (!bench.samples.arena)
        return 1;
    bench_wall();
    bench_print_load();
    err = samples_make(&bench.samples);
    for (size_t p = 0; p < PARTS && err == 0; p++)
        if (!a.some || a.chosen[p])
            err = parts[p].run(&bench);
    targets_print(&bench.targets);
    if (err == 0 && a.json)
        err = targets_write(&bench.targets, a.json);
    bench_print_load();
    arena_free(bench.samples.arena);
    if (err != 0)
        fprintf(stderr, "bench_match: %s\n", err_text(err));
    return err == 0 ? 0 : 1;
}

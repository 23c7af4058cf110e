/*
 * replay: every target on its seeds and on what once broke it.
 *
 *     fuzz_replay FOLDER [TARGET…]
 *
 * FOLDER holds seeds/TARGET and regressions/TARGET.  A seed is also fed cut
 * short at some places.  The name of each file is said before it is fed, so
 * that the last one is the one that broke.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

enum { FILE_MAX_BYTES = 1024 * 1024, CUTS = 8 };

static const struct target {
    const char *name;
    void (*run)(struct str input);
} targets[] = {
#define X(name) {#name, fuzz_##name},
    FUZZ_TARGETS(X)
#undef X
};

/* Feed a copy that ends where its memory does. */
static void
feed(const struct target *target, struct str bytes)
{
    char *copy = malloc(bytes.n ? bytes.n : 1);

    HOLD(copy != NULL);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    target->run((struct str){copy, bytes.n});
    free(copy);
}

static void
feed_file(const struct target *target, const char *path, bool cut)
{
    _cleanup_(buf_done) struct buf bytes;

    buf_init(&bytes, FILE_MAX_BYTES);
    HOLD(file_read(path, &bytes, NULL) == 0);
    printf("%s\n", path);
    fflush(stdout);
    feed(target, buf_str(&bytes));
    for (size_t i = 1; i < CUTS && cut; i++)
        feed(target, str_first(buf_str(&bytes), bytes.n * i / CUTS));
}

/* Feed all files of a folder; how many there were. */
static size_t
feed_folder(const struct target *target, const char *folder, const char *kind)
{
    struct arena *arena = fuzz_arena();
    bool cut = strcmp(kind, "seeds") == 0;
    const char **names = NULL;
    struct str path;
    size_t n = 0;

    path = arena_printf(arena, "%s/%s/%s", folder, kind, target->name);
    HOLD(file_list(arena, path.p, "", &names, &n) == 0);
    for (size_t i = 0; i < n; i++)
        feed_file(
            target, arena_printf(arena, "%s/%s", path.p, names[i]).p, cut);
    arena_free(arena);
    return n;
}

static bool
is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc <= 2;
}

int
main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: fuzz_replay FOLDER [TARGET...]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const struct target *target = &targets[i];

        if (!is_wanted(target->name, argc, argv))
            continue;
        feed(target, STR_NONE);
        if (feed_folder(target, argv[1], "seeds") == 0) {
            fprintf(stderr, "%s has no seeds\n", target->name);
            status = 1;
        }
        feed_folder(target, argv[1], "regressions");
    }
    return status;
}

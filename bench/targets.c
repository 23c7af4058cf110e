#include "targets.h"

#include <stdio.h>

#include "base/err.h"

void
targets_add(struct targets *t, const char *name, const char *peer, double value,
    enum target_sense sense, double bound, const char *unit)
{
    if (t->n < TARGETS_MAX)
        t->target[t->n++] =
            (struct target){name, peer, unit, value, bound, sense, NULL};
}

void
targets_skip(
    struct targets *t, const char *name, const char *peer, const char *why)
{
    if (t->n < TARGETS_MAX)
        t->target[t->n++] =
            (struct target){name, peer, "", 0, 0, AT_LEAST, why};
}

static bool
is_reached(const struct target *t)
{
    return t->sense == AT_LEAST ? t->value >= t->bound : t->value <= t->bound;
}

size_t
targets_print(const struct targets *t)
{
    size_t missed = 0;

    printf("\n%-40s %-24s %11s    %9s\n", "target", "beside", "measured",
        "wanted");
    for (size_t i = 0; i < t->n; i++) {
        const struct target *x = &t->target[i];

        if (x->skipped) {
            printf("%-40s %-24s left out: %s\n", x->name, x->peer, x->skipped);
            continue;
        }
        missed += !is_reached(x);
        printf("%-40s %-24s %11.2f %s %8g %-6s %s\n", x->name, x->peer,
            x->value, x->sense == AT_LEAST ? ">=" : "<=", x->bound, x->unit,
            is_reached(x) ? "reached" : "MISSED");
    }
    return missed;
}

int
targets_write(const struct targets *t, const char *path)
{
    FILE *f = fopen(path, "w");

    if (!f)
        return E_IO;
    fprintf(f, "[");
    for (size_t i = 0; i < t->n; i++) {
        const struct target *x = &t->target[i];

        fprintf(f, "%s\n {\"target\": \"%s\", \"beside\": \"%s\", ",
            i > 0 ? "," : "", x->name, x->peer);
        if (x->skipped)
            fprintf(f, "\"left_out\": \"%s\"}", x->skipped);
        else
            fprintf(f,
                "\"measured\": %.3f, \"%s\": %g, \"unit\": \"%s\", "
                "\"reached\": %s}",
                x->value, x->sense == AT_LEAST ? "at_least" : "at_most",
                x->bound, x->unit, is_reached(x) ? "true" : "false");
    }
    fprintf(f, "\n]\n");
    return fclose(f) == 0 ? 0 : E_IO;
}

/*
 * metrics_sources: figures of sources for /metrics: conditions and polls.
 */
#include <inttypes.h>

#include "console/rows.h"
#include "feeds/condition.h"

/* Every kind has its line, also with 0, so that an alarm can be set on it. */
static void
metrics_conditions(struct context *ctx, struct buf *out)
{
    static const char *const words[] = {
#define X(name, word, severity, bad, good) word,
        CONDITION_KINDS(X)
#undef X
    };
    uint64_t counts[CONDITION_COUNT] = {0};

    if (view_condition_counts(ctx->console->view, counts))
        return;
    (void)buf_add_cstr(out,
        "# HELP tocsin_source_conditions Open conditions by kind.\n"
        "# TYPE tocsin_source_conditions gauge\n");
    for (int i = 0; i < CONDITION_COUNT; i++)
        (void)buf_printf(out,
            "tocsin_source_conditions{kind=\"%s\"} %" PRIu64 "\n", words[i],
            counts[i]);
}

static void
metrics_polls(struct context *ctx, struct buf *out)
{
    static const char *const names[] = {
        "polls_total", "poll_seconds_total", "poll_bytes_total"};
    static const char *const helps[] = {"Polls by what they came to.",
        "Time that their answers took.", "Bytes of their answers."};
    struct poll_sum *sums;
    size_t n = 0;

    if (view_poll_sums(ctx->console->view, ctx->arena, &sums, &n))
        return;
    for (size_t i = 0; i < 3 && n > 0; i++) {
        (void)buf_printf(out,
            "# HELP tocsin_%s %s\n# TYPE tocsin_%s counter\n", names[i],
            helps[i], names[i]);
        for (size_t k = 0; k < n; k++) {
            (void)buf_printf(out, "tocsin_%s{outcome=\"%.*s\"} ", names[i],
                STR_ARG(sums[k].outcome));
            if (i == 1)
                (void)buf_printf(out, "%.3f\n", (double)sums[k].ms / 1000);
            else
                (void)buf_printf(out, "%" PRIu64 "\n",
                    i == 0 ? sums[k].polls : sums[k].bytes);
        }
    }
}

void
metrics_sources(struct context *ctx, struct buf *out)
{
    metrics_conditions(ctx, out);
    metrics_polls(ctx, out);
}

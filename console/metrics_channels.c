/*
 * metrics_channels: figures of channels for /metrics, and the heartbeat's.
 */
#include <inttypes.h>

#include "console/rows.h"
#include "store/view_deliveries.h"

enum figure {
    FIGURE_PENDING,
    FIGURE_DEAD,
    FIGURE_DELIVERED,
    FIGURE_UP,
    FIGURE_LAST,
    FIGURE_CANARY,
    FIGURE_COUNT
};

static const struct {
    const char *name, *type, *help;
} figures[FIGURE_COUNT] = {
    [FIGURE_PENDING] = {"pending", "gauge", "Messages that wait."},
    [FIGURE_DEAD] = {"dead", "gauge", "Messages given up."},
    [FIGURE_DELIVERED] = {"delivered", "gauge", "Messages accepted and kept."},
    [FIGURE_UP] = {"up", "gauge", "1 unless broken or disabled."},
    [FIGURE_LAST] = {"accepted_timestamp_seconds", "gauge",
        "When it last accepted a message."},
    [FIGURE_CANARY] = {"canary_accepted_timestamp_seconds", "gauge",
        "When it last accepted the daily message."},
};

static int64_t
seconds(struct wall t)
{
    return wall_is_set(t) ? t.ms / MS_SECOND : 0;
}

static int64_t
figure_of(const struct channel_row *row, enum figure figure)
{
    switch (figure) {
    case FIGURE_PENDING:
        return (int64_t)row->pending;
    case FIGURE_DEAD:
        return (int64_t)row->dead;
    case FIGURE_DELIVERED:
        return (int64_t)row->delivered;
    case FIGURE_UP:
        return !row->state.disabled && !wall_is_set(row->state.broken);
    case FIGURE_LAST:
        return seconds(row->last);
    case FIGURE_CANARY:
        return seconds(row->state.canary_ok);
    case FIGURE_COUNT:
        break;
    }
    return 0;
}

void
metrics_channels(struct context *ctx, struct buf *out)
{
    struct channel_row *rows;
    struct pulse_row pulse;
    size_t n = 0;

    if (view_channels(ctx->console->view, ctx->arena, &rows, &n))
        return;
    for (int i = 0; i < FIGURE_COUNT && n > 0; i++) {
        (void)buf_printf(out,
            "# HELP tocsin_channel_%s %s\n# TYPE tocsin_channel_%s %s\n",
            figures[i].name, figures[i].help, figures[i].name, figures[i].type);
        for (size_t k = 0; k < n; k++)
            (void)buf_printf(out,
                "tocsin_channel_%s{channel=\"%.*s\"} %" PRId64 "\n",
                figures[i].name, STR_ARG(rows[k].state.channel),
                figure_of(&rows[k], (enum figure)i));
    }
    if (view_pulse(ctx->console->view, STR("heartbeat"), ctx->arena, &pulse) ==
        0)
        (void)buf_printf(out,
            "# HELP tocsin_heartbeat_timestamp_seconds When it last went "
            "well.\n# TYPE tocsin_heartbeat_timestamp_seconds gauge\n"
            "tocsin_heartbeat_timestamp_seconds %" PRId64 "\n",
            seconds(pulse.ok));
}

/*
 * engine_storm: what waits for one channel becomes one digest.
 *
 * Only what the receiver certainly has not is put together: a message whose
 * attempt may have arrived goes again by itself, under its own id.  The rows
 * stay, with the number of the digest that says them, and share its fate.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "base/err.h"
#include "daemon/channel.h"
#include "daemon/engine_calls.h"
#include "daemon/engine_outbox.h"
#include "notify/body.h"
#include "notify/fold.h"

enum {
    STORM_ROWS = FOLD_MAX_ROWS,
    /* What a kind adds to the words, and what its JSON makes longer. */
    STORM_MARGIN_BYTES = 400,
    STORM_MARGIN_PERCENT = 15
};

struct storm {
    struct engine *engine;
    const struct channel *channel;
    const struct line *line;
    struct delivery *rows; /* that may be put together, as they are told */
    size_t n;
    struct fold *fold;
    const struct delivery **taken; /* rows that the fold took, in order */
    size_t ntaken;
};

bool
engine_storm_may_fold(const struct engine *engine, const struct line *line,
    const struct delivery *delivery)
{
    /* Without a limit attempts are not written down: one that was made just
     * before the engine was killed is not known. */
    bool forgotten = !line->limited && delivery->attempts == 0 &&
                     delivery->created.ms < engine->outbox->begun.ms;

    return !delivery->unsure && !forgotten &&
           (delivery->incident != 0 ||
               str_eq(delivery->type, STR("source.condition")) ||
               str_eq(delivery->type, STR("channel.condition")));
}

/* --- gathering
 * ------------------------------------------------------------------ */

/* Those of one incident one after the other, where the first of them was. */
static int
by_incident(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;

    if (x->next.ms != y->next.ms)
        return x->next.ms < y->next.ms ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void
storm_order(struct storm *storm)
{
    /* next, which is past for all of them, becomes the place. */
    for (size_t i = 0; i < storm->n; i++) {
        struct delivery *row = &storm->rows[i];

        row->next.ms = (int64_t)i;
        for (size_t k = 0; row->incident && k < i; k++) {
            if (storm->rows[k].incident != row->incident)
                continue;
            row->next = storm->rows[k].next;
            break;
        }
    }
    qsort(storm->rows, storm->n, sizeof *storm->rows, by_incident);
}

static int
storm_gather(struct storm *storm, bool urgent)
{
    struct engine *engine = storm->engine;
    size_t kept = 0;
    int r = store_delivery_due(engine->store, storm->channel->id,
        engine_now(engine), STORM_ROWS, engine->arena, &storm->rows, &storm->n);

    if (r != 0)
        return r;
    for (size_t i = 0; i < storm->n; i++) {
        const struct delivery *row = &storm->rows[i];

        if (delivery_is_urgent(row) == urgent &&
            !engine_send_find(engine, row->id) &&
            engine_storm_may_fold(engine, storm->line, row))
            storm->rows[kept++] = *row;
    }
    storm->n = kept;
    storm_order(storm);
    return kept > 1 ? 0 : E_STATE;
}

static int
storm_fold(struct storm *storm)
{
    struct engine *engine = storm->engine;
    int r = 0;

    storm->taken =
        ARENA_ARRAY(engine->arena, storm->n + 1, const struct delivery *);
    if (storm->taken == NULL)
        return E_NOMEM;
    for (size_t i = 0; i < storm->n && r == 0; i++) {
        struct delivery row;

        r = store_delivery_load(
            engine->store, storm->rows[i].id, engine->arena, &row);
        if (r == 0)
            r = fold_add(storm->fold, row.body);
        if (r == 0)
            storm->taken[storm->ntaken++] = &storm->rows[i];
        else if (r == E_STATE)
            r = 0;
    }
    if (r == E_LIMIT)
        r = 0;
    return r == 0 && storm->ntaken < 2 ? E_STATE : r;
}

/* --- writing
 * --------------------------------------------------------------------- */

static int
storm_write(struct storm *storm, struct str body, size_t n)
{
    struct engine *engine = storm->engine;
    struct wall now = engine_now(engine);
    struct delivery digest = {.channel = storm->channel->id,
        .type = str_of(incident_event_name(INCIDENT_EVENT_DIGEST)),
        .body = body,
        .calls = STR_NONE,
        .state = DELIVERY_PENDING,
        .created = now,
        .next = now,
        .finished = WALL_NONE};
    uint8_t random[16];
    char id[BODY_ID_SIZE];
    int r;

    for (size_t i = 0; i < n; i++) {
        const struct delivery *row = storm->taken[i];

        if (row->level > digest.level)
            digest.level = row->level;
        if (row->created.ms < digest.created.ms)
            digest.created = row->created;
        if (engine_calls_add(engine->arena, &digest.calls, row->calls) != 0)
            return E_NOMEM;
    }
    digest_random(random, sizeof random);
    digest.message_id = str_of(body_message_id(random, id));
    r = store_delivery_add(engine->store, &digest, &digest.id);
    for (size_t i = 0; i < n && r == 0; i++)
        r = store_delivery_fold(engine->store, storm->taken[i]->id, digest.id);
    if (r == 0)
        r = engine_write_then(engine, &(struct pending){.kind = PENDING_SEND});
    if (r == 0)
        engine_changed(engine, "delivery", digest.id);
    return r;
}

/* The words as they will be: of the kind's longest dialect, for as many bytes
 * as it bears. */
static struct text_style
storm_style(const struct storm *storm)
{
    const struct channel_limits *limits = channel_limits(storm->channel->kind);
    struct channel_message message = {.form = TEXT_FORM_FULL};
    struct channel_config config;
    struct text_style style;

    channel_fill(
        storm->engine->config, storm->channel, storm->engine->zone, &config);
    style = channel_style(&config, &message);
    style.markup = TEXT_MARKUP_DINGTALK;
    style.max_bytes = limits->max_bytes > 2 * STORM_MARGIN_BYTES
                          ? limits->max_bytes -
                                limits->max_bytes * STORM_MARGIN_PERCENT / 100 -
                                STORM_MARGIN_BYTES
                          : limits->max_bytes;
    return style;
}

static int
storm_make(struct storm *storm, bool urgent)
{
    struct engine *engine = storm->engine;
    size_t rows, entries;
    struct buf body;
    int r = storm_gather(storm, urgent);

    if (r == 0)
        r = storm_fold(storm);
    if (r != 0)
        return r;
    buf_init(&body, BODY_MAX_BYTES);
    r = fold_write(storm->fold, &body, engine_now(engine), &rows, &entries);
    if (r == 0 && rows < 2)
        r = E_STATE;
    if (r == 0)
        r = engine_write_begin(engine);
    if (r == 0)
        r = engine_write_end(engine, storm_write(storm, buf_str(&body), rows));
    buf_done(&body);
    return r;
}

int
engine_storm_fold(struct engine *engine, const struct channel *channel,
    struct line *line, bool urgent)
{
    struct storm storm = {.engine = engine, .channel = channel, .line = line};
    struct text_style style = storm_style(&storm);
    int r;

    storm.fold = fold_new(&style);
    if (storm.fold == NULL)
        return E_NOMEM;
    r = storm_make(&storm, urgent);
    fold_free(storm.fold);
    return r;
}

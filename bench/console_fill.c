/*
 * console_fill: a store as a province has it after some years, to measure the
 * console on (console.py).
 *
 *     bench_console_fill FILE NOW_MS [ITEMS [INCIDENTS]]
 *
 * With 0 ITEMS only what is not yet indexed is.  Every row is written by the
 * store's own functions, as the engine does, in larger transactions.  Texts are
 * invented, and the same in every run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/num.h"
#include "bench.h"
#include "store/search.h"
#include "store/store.h"
#include "text.h"

enum {
    FILL_ITEMS = 1000000,
    FILL_INCIDENTS = 100000,
    FILL_SOURCES = 500,
    FILL_STEP = 5000, /* items in a transaction */
    FILL_DAYS = 700,  /* that they are spread over */
    FILL_OPEN = 300,  /* incidents that are not closed */
    FILL_TITLE_CHARS = 22,
    FILL_TEXT_CHARS = 160,
    FILL_OUT_BYTES = 64 * 1024
};

struct fill {
    struct store *store;
    struct bench_chance chance;
    int64_t nitems, nincidents;
    int64_t began, ended; /* the days of it, in ms */
    struct source sources[FILL_SOURCES];
    char names[FILL_SOURCES][3][96];
};

static void
check(struct fill *fill, int err, const char *what)
{
    if (!err)
        return;
    (void)fprintf(stderr, "bench_console_fill: %s: %s (%s)\n", what,
        err_text(err), store_error(fill->store));
    exit(1);
}

static struct str
printed(struct buf *out)
{
    return buf_str(out);
}

static void
add_sources(struct fill *fill)
{
    _cleanup_(buf_done) struct buf title;

    buf_init(&title, FILL_OUT_BYTES);
    for (size_t i = 0; i < FILL_SOURCES; i++) {
        char(*name)[96] = fill->names[i];

        buf_clear(&title);
        text_school(&title, (uint32_t)i * 53);
        (void)snprintf(name[0], 96, "bench-%03zu", i);
        (void)snprintf(name[1], 96, "https://s%03zu.bench.example/rss.xml", i);
        (void)snprintf(name[2], 96, "%.*s", STR_ARG(buf_str(&title)));
        fill->sources[i] = (struct source){.id = str_of(name[0]),
            .url = str_of(name[1]),
            .title = str_of(name[2]),
            .tier = i % 3 ? STR("own") : STR("press"),
            .interval_ms = 10 * MS_MINUTE};
    }
    check(fill,
        store_source_sync(fill->store, fill->sources, FILL_SOURCES,
            (struct wall){fill->ended}),
        "sources");
}

/* What one event is; its words are those of the topic. */
struct event {
    uint32_t topic, school;
    enum level level;
    struct wall at;
};

static const char *const categories[TEXT_TOPICS] = {"accident", "food",
    "health", "violence", "building_fire", "transport", "drowning", "fees",
    "exams", "weather", "site_integrity", "privacy"};

static struct event
some_event(struct fill *fill, int64_t at)
{
    uint32_t roll = bench_roll(&fill->chance, 100);
    struct event event = {.topic = bench_roll(&fill->chance, TEXT_TOPICS),
        .school = bench_skewed(&fill->chance, TEXT_SCHOOLS),
        .level = roll < 55   ? LEVEL_BLUE
                 : roll < 85 ? LEVEL_YELLOW
                 : roll < 97 ? LEVEL_ORANGE
                             : LEVEL_RED,
        .at = {at}};

    return event;
}

static void
write_title(struct fill *fill, struct buf *out, const struct event *event)
{
    buf_clear(out);
    if (!event) {
        text_item(out, &fill->chance, FILL_TITLE_CHARS);
        return;
    }
    text_school(out, event->school);
    text_event(out, event->topic, bench_roll(&fill->chance, TEXT_TOPIC_WORDS));
    text_prose(out, &fill->chance, FILL_TITLE_CHARS / 2);
}

static int64_t
add_item(struct fill *fill, int64_t number, const struct event *event,
    int64_t at, int64_t *ret_revision)
{
    _cleanup_(buf_done) struct buf title, text, url;
    const struct source *source =
        &fill->sources[bench_roll(&fill->chance, FILL_SOURCES)];
    struct score score = {.points = event ? 20 * (int)event->level + 5 : 0,
        .level = event ? event->level : LEVEL_NONE};
    struct item item = {.published = {at - MS_HOUR}, .updated = WALL_NONE};
    struct item_put put = {.source = source->id,
        .item = &item,
        .seen = {at},
        .score = event ? &score : NULL,
        .generation = 1};
    enum item_outcome outcome;
    int64_t id;

    buf_init(&title, FILL_OUT_BYTES);
    buf_init(&text, FILL_OUT_BYTES);
    buf_init(&url, FILL_OUT_BYTES);
    write_title(fill, &title, event);
    text_item(&text, &fill->chance, FILL_TEXT_CHARS);
    (void)buf_printf(
        &url, "https://news.bench.example/%" PRId64 ".html", number);
    item.url = printed(&url);
    item.title = printed(&title);
    item.text = printed(&text);
    digest_sha256(item.url, item.identity);
    digest_sha256(item.text, item.digest);
    check(fill, store_item_put(fill->store, &put, &id, ret_revision, &outcome),
        "item");
    return id;
}

static void
add_finding(struct fill *fill, int64_t revision, const struct event *event)
{
    struct span span = {.field = FIELD_TITLE, .start = 0, .end = 4};
    struct finding_put put = {.revision = revision,
        .rule = str_of(categories[event->topic]),
        .title = str_of(categories[event->topic]),
        .category = str_of(categories[event->topic]),
        .rule_version = 1,
        .generation = 1,
        .points = 20 * (int)event->level + 5,
        .spans = &span,
        .nspans = 1};

    check(fill, store_finding_put(fill->store, &put), "finding");
}

static void
add_ledger(struct fill *fill, int64_t incident, const char *kind, int64_t at)
{
    struct ledger_entry entry = {.at = {at},
        .kind = str_of(kind),
        .incident = incident,
        .by = STR("system"),
        .from = STR("road"),
        .text = STR("{\"reason\":\"已电话联系学校核实\"}")};

    check(fill, store_ledger_add(fill->store, &entry), "ledger");
}

static void
add_delivery(struct fill *fill, int64_t incident, const struct event *event)
{
    char id[40];
    uint32_t roll = bench_roll(&fill->chance, 1000);
    struct delivery delivery = {.channel = STR("desk"),
        .type = STR("incident.opened"),
        .incident = incident,
        .level = event->level,
        .body = STR("{}"),
        .state = roll == 0 ? DELIVERY_DEAD : DELIVERY_DELIVERED,
        .attempts = 1,
        .created = event->at,
        .next = WALL_NONE,
        .finished = {event->at.ms + 2 * MS_SECOND}};

    (void)snprintf(id, sizeof id, "msg_bench%08" PRId64, incident);
    delivery.message_id = str_of(id);
    check(fill, store_delivery_add(fill->store, &delivery, &delivery.id),
        "delivery");
    check(fill, store_delivery_save(fill->store, &delivery), "delivery");
}

static void
set_state(struct fill *fill, struct incident *incident, int64_t number)
{
    bool open = number >= fill->nincidents - FILL_OPEN;

    incident->until = incident->acknowledged = incident->closed = WALL_NONE;
    incident->state = open ? INCIDENT_NEW : INCIDENT_CLOSED;
    if (open && number % 3)
        return;
    incident->acknowledged.ms = incident->opened.ms + 9 * MS_MINUTE;
    incident->assignee = STR("duty");
    if (open) {
        incident->state = INCIDENT_ACKNOWLEDGED;
        return;
    }
    if (number % 5 == 0)
        incident->state = INCIDENT_FALSE_ALARM;
    incident->reason = STR("已核实并处置，学校已向家长说明情况。");
    incident->closed.ms = incident->opened.ms + 3 * (int64_t)MS_HOUR;
}

static int64_t
add_incident(struct fill *fill, int64_t number, const struct event *event)
{
    _cleanup_(buf_done) struct buf title;
    struct incident incident = {.level = event->level,
        .score = 20 * (int)event->level + 5,
        .category = str_of(categories[event->topic]),
        .first_seen = event->at,
        .last_seen = event->at,
        .opened = event->at,
        .explanation =
            STR("[{\"rule\":\"bench\",\"points\":45,\"text\":\"\"}]"),
        .generation = 1};
    int64_t id;

    buf_init(&title, FILL_OUT_BYTES);
    write_title(fill, &title, event);
    incident.title = printed(&title);
    set_state(fill, &incident, number);
    check(fill, store_incident_add(fill->store, &incident, &id), "incident");
    add_ledger(fill, id, "incident.opened", event->at.ms);
    if (incident.state == INCIDENT_CLOSED)
        add_ledger(fill, id, "incident.closed", incident.closed.ms);
    if (event->level >= LEVEL_YELLOW)
        add_delivery(fill, id, event);
    return id;
}

/* Item number, and with every tenth an incident that it and its like are of. */
static void
add_one(struct fill *fill, int64_t number)
{
    int64_t per = fill->nitems / fill->nincidents, revision, item, incident;
    int64_t at =
        fill->began + (fill->ended - fill->began) / fill->nitems * number;
    struct event event;
    uint32_t n;

    if (number % per != 0) {
        (void)add_item(fill, number, NULL, at, &revision);
        return;
    }
    event = some_event(fill, at);
    incident = add_incident(fill, number / per, &event);
    n = 1 + bench_skewed(&fill->chance, 4);
    for (uint32_t i = 0; i < n; i++) {
        item = add_item(fill, number + i * fill->nitems, &event,
            at + (int64_t)i * 13 * MS_MINUTE, &revision);
        add_finding(fill, revision, &event);
        check(fill,
            store_incident_attach(fill->store, incident, item,
                i ? STR("标题与正文相似，同一学校") : STR_NONE, i ? 0.83 : 0,
                (struct wall){at}),
            "attach");
    }
}

/* The daemon does this between its polls. */
static void
index_items(struct fill *fill)
{
    bool left = true;

    for (unsigned steps = 0; left; steps++) {
        check(fill, store_begin(fill->store), "begin");
        for (size_t i = 0; left && i < FILL_STEP / SEARCH_SLICE; i++)
            check(fill, store_search_fill(fill->store, &left), "index");
        check(fill, store_commit(fill->store), "commit");
        if (steps % 20 == 19)
            (void)fprintf(stderr, "%u indexed, %.0f s\n",
                (steps + 1) * FILL_STEP, bench_wall());
    }
}

int
main(int argc, char **argv)
{
    static struct fill fill = {
        .nitems = FILL_ITEMS, .nincidents = FILL_INCIDENTS};
    struct toc_error error = {0};
    uint64_t generation;
    int64_t now;

    if (argc < 3 || num_parse_i64(str_of(argv[2]), 1, INT64_MAX / 2, &now) ||
        (argc > 3 &&
            num_parse_i64(str_of(argv[3]), 0, 1 << 30, &fill.nitems)) ||
        (argc > 4 && num_parse_i64(
                         str_of(argv[4]), 10, fill.nitems, &fill.nincidents))) {
        (void)fprintf(stderr, "usage: bench_console_fill FILE NOW_MS [ITEMS "
                              "[INCIDENTS]]\n");
        return 2;
    }
    (void)bench_wall(); /* it counts from its first question */
    fill.ended = now;
    fill.began = now - FILL_DAYS * (int64_t)MS_DAY;
    fill.chance = bench_seed(BENCH_SEED);
    if (store_open(argv[1], &error, &fill.store)) {
        (void)fprintf(stderr, "bench_console_fill: %s\n", error.text);
        return 1;
    }
    check(&fill,
        store_generation_add(fill.store,
            STR("0123456789abcdef0123456789abcdef"), (struct wall){now},
            &generation),
        "generation");
    add_sources(&fill);
    for (int64_t i = 0; i < fill.nitems; i++) {
        if (i % FILL_STEP == 0)
            check(&fill, store_begin(fill.store), "begin");
        add_one(&fill, i);
        if ((i + 1) % FILL_STEP == 0 || i + 1 == fill.nitems)
            check(&fill, store_commit(fill.store), "commit");
        if ((i + 1) % (20 * FILL_STEP) == 0)
            (void)fprintf(
                stderr, "%" PRId64 " items, %.0f s\n", i + 1, bench_wall());
    }
    index_items(&fill);
    (void)store_idle(fill.store);
    store_close(fill.store);
    return 0;
}

/*
 * Figures of a small invented week, counted by hand, and its five forms beside
 * golden files.  Run with TOCSIN_DRAW=1 to write these anew after a change, and
 * read what changed.
 */
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "incidents/report.h"
#include "incidents/report_case.h"
#include "incidents/report_figures.h"

enum { DAYS = 7, ARENA = 64 * 1024 * 1024 };

struct week {
    struct arena *arena;
    struct zone *zone;
    struct report_range range;
    struct wall starts[DAYS + 1];
    struct report_span span;
    struct report_rows rows;
};

/* Minutes after the week's beginning. */
static struct wall
at(const struct week *w, int64_t minutes)
{
    return (struct wall){w->range.from.ms + minutes * MS_MINUTE};
}

static struct report_entry
entry(const struct week *w, int64_t minutes, const char *kind, const char *by,
    const char *text)
{
    return (struct report_entry){
        at(w, minutes), str_of(kind), str_of(by), str_of(text)};
}

/* --- the week --------------------------------------------------------------
 */

static void
add_sources(struct week *w)
{
    static uint32_t news[DAYS] = {5, 4, 0, 3, 2, 0, 1};
    static uint32_t forum[DAYS] = {1, 0, 0, 2, 0, 0, 0};
    static struct report_source_row sources[2];

    sources[0] = (struct report_source_row){.id = STR("forum"),
        .title = STR("云溪论坛"),
        .tier = STR("forum"),
        .added = at(w, -100000),
        .removed = WALL_NONE,
        .before = 6,
        .items = forum};
    sources[1] = (struct report_source_row){.id = STR("news"),
        .title = STR("云溪新闻 <b>"),
        .tier = STR("press"),
        .added = at(w, -100000),
        .removed = WALL_NONE,
        .baseline = 40,
        .before = 14,
        .items = news};
    w->rows.sources = sources;
    w->rows.nsources = 2;
}

static void
add_matches(struct week *w)
{
    static struct report_match_row matches[4], before[2];
    static const struct {
        int64_t minutes;
        uint32_t source;
        enum level level;
        const char *category;
    } rows[] = {{60, 1, LEVEL_RED, "food"}, {90, 0, LEVEL_ORANGE, "food"},
        {4400, 1, LEVEL_YELLOW, "transport"}, {4500, 0, LEVEL_NONE, "fees"}};

    for (size_t i = 0; i < 4; i++)
        matches[i] = (struct report_match_row){at(w, rows[i].minutes),
            rows[i].source, rows[i].level, str_of(rows[i].category)};
    before[0] = (struct report_match_row){
        at(w, -3000), 1, LEVEL_BLUE, STR("transport")};
    before[1] =
        (struct report_match_row){at(w, -2000), 1, LEVEL_BLUE, STR("fees")};
    w->rows.matches = matches;
    w->rows.nmatches = 4;
    w->rows.matches_before = before;
    w->rows.nmatches_before = 2;
}

/* One that was open before; a red one, taken after 20 minutes and closed after
 * the week; one that was merged into it; a false alarm; one that nobody took.
 */
static void
add_incidents(struct week *w)
{
    static struct report_incident_row rows[5];
    static struct report_entry old[2], red[6], child[2], wrong[4], fresh[1];
    static struct report_item items[2];

    old[0] = entry(w, -3000, "incident.opened", "system",
        "{\"level\":\"blue\",\"score\":21,\"source\":\"news\"}");
    old[1] = entry(w, 300, "incident.close", "王敏",
        "{\"text\":\"已回复家长\",\"cause\":\"responded\"}");
    red[0] = entry(w, 60, "incident.opened", "system",
        "{\"level\":\"orange\",\"score\":70,\"source\":\"news\"}");
    red[1] = entry(w, 70, "incident.snooze", "王敏", "{}");
    red[2] = entry(w, 75, "incident.expire", "system", "{}");
    red[3] = entry(w, 80, "incident.acknowledge", "王敏", "{}");
    red[4] = entry(
        w, 90, "incident.item", "system", "{\"level\":\"red\",\"score\":84}");
    red[5] = entry(w, 10081, "incident.close", "王敏", "{\"text\":\"太晚\"}");
    child[0] = entry(w, 65, "incident.opened", "system",
        "{\"level\":\"yellow\",\"score\":45,\"source\":\"forum\"}");
    child[1] = entry(w, 100, "incident.merge", "王敏", "{\"into\":2}");
    wrong[0] = entry(w, 4400, "incident.opened", "system",
        "{\"level\":\"yellow\",\"score\":44,\"source\":\"news\"}");
    wrong[1] = entry(w, 4410, "incident.respond", "李强", "{}");
    wrong[2] = entry(
        w, 4500, "incident.note", "李强", "{\"text\":\"=cmd|' /C calc'!A0\"}");
    wrong[3] = entry(w, 4520, "incident.false_alarm", "李强",
        "{\"text\":\"是演练\",\"cause\":\"drill\"}");
    fresh[0] = entry(w, 10000, "incident.opened", "system",
        "{\"level\":\"blue\",\"score\":30,\"source\":\"forum\"}");
    items[0] = (struct report_item){at(w, 60), 1};
    items[1] = (struct report_item){at(w, 90), 0};
    for (size_t i = 0; i < 5; i++)
        rows[i] = (struct report_incident_row){.id = (int64_t)i + 1,
            .told = WALL_NONE,
            .acknowledged = WALL_NONE,
            .closed = WALL_NONE,
            .state = STR("closed")};
    rows[0].opened = at(w, -3000);
    rows[0].title = STR("=1+1");
    rows[0].category = STR("fees");
    rows[0].entries = old;
    rows[0].nentries = 2;
    rows[1].opened = at(w, 60);
    rows[1].title = STR("学生午餐后呕吐 <script>alert(1)</script> | x");
    rows[1].category = STR("food");
    rows[1].owner = STR("明德小学");
    rows[1].explanation = STR("[{\"rule\":\"food-poisoning\",\"points\":45,"
                              "\"text\":\"疑似食物中毒\"},{\"rule\":\"far\","
                              "\"points\":-5,\"text\":\"转载\"}]");
    rows[1].asked = true;
    rows[1].told = at(w, 61);
    rows[1].entries = red;
    rows[1].nentries = 6;
    rows[1].items = items;
    rows[1].nitems = 2;
    rows[2].opened = at(w, 65);
    rows[2].category = STR("food");
    rows[2].merged_into = 2;
    rows[2].entries = child;
    rows[2].nentries = 2;
    rows[3].opened = at(w, 4400);
    rows[3].title = STR("校车剐蹭");
    rows[3].category = STR("transport");
    rows[3].owner = STR("明德小学");
    rows[3].asked = rows[3].held = true;
    rows[3].entries = wrong;
    rows[3].nentries = 4;
    rows[4].opened = at(w, 10000);
    rows[4].title = STR("夜间鸣笛");
    rows[4].category = STR("transport");
    rows[4].entries = fresh;
    rows[4].nentries = 1;
    w->rows.incidents = rows;
    w->rows.nincidents = 5;
    w->rows.incidents_before = rows;
    w->rows.nincidents_before = 1;
}

static void
add_others(struct week *w)
{
    static struct report_rule_row rules[3], before[1];
    static struct report_delivery_row sent[3];
    static struct report_condition_row wrong[4];
    static struct report_clock_row clocks[2];

    rules[0] = (struct report_rule_row){STR("bus"), STR("校车事故"), 4, 1};
    rules[1] = (struct report_rule_row){
        STR("food-poisoning"), STR("疑似食物中毒"), 0, 2};
    rules[2] = (struct report_rule_row){
        STR("food-poisoning"), STR("疑似食物中毒"), 2, 2};
    before[0] = (struct report_rule_row){STR("fees"), STR("违规收费"), 1, 3};
    sent[0] = (struct report_delivery_row){
        STR("desk"), STR("delivered"), at(w, 60), at(w, 61), 1};
    sent[1] = (struct report_delivery_row){
        STR("desk"), STR("delivered"), at(w, 4400), at(w, 4410), 3};
    sent[2] = (struct report_delivery_row){
        STR("desk"), STR("dead"), at(w, 9000), at(w, 10090), 9};
    /* Overlapping: 10 h in all; and what was before the week is left out. */
    wrong[0] = (struct report_condition_row){STR("source:forum"), STR("down"),
        STR("is down"), STR("打不开"), REPORT_BLIND, at(w, -600), at(w, 240)};
    wrong[1] =
        (struct report_condition_row){STR("source:forum"), STR("blocked"),
            STR("x"), STR("x"), REPORT_BLIND, at(w, 180), at(w, 600)};
    wrong[2] = (struct report_condition_row){STR("source:news"), STR("gap"),
        STR("x"), STR("x"), REPORT_TROUBLE, at(w, 700), at(w, 900)};
    wrong[3] = (struct report_condition_row){STR("daemon"),
        STR("configuration"), STR("the configuration is wrong"),
        STR("配置有误"), REPORT_TROUBLE, at(w, 800), WALL_NONE};
    clocks[0] = (struct report_clock_row){STR("first"), STR("首次响应"),
        STR("国办发〔2016〕61号"), 2, at(w, 60), at(w, 120), WALL_NONE,
        at(w, 80)};
    clocks[1] = (struct report_clock_row){STR("first"), STR("首次响应"),
        STR("国办发〔2016〕61号"), 4, at(w, 4400), at(w, 4405), at(w, 4405),
        at(w, 4410)};
    w->rows.rules = rules;
    w->rows.nrules = 3;
    w->rows.rules_before = before;
    w->rows.nrules_before = 1;
    w->rows.deliveries = sent;
    w->rows.ndeliveries = 3;
    w->rows.conditions = wrong;
    w->rows.nconditions = 4;
    w->rows.clocks = clocks;
    w->rows.nclocks = 2;
    w->rows.since = at(w, -50000);
}

/* Two own sites: one opens badly and leaks, the other was mended. */
static void
add_own_sites(struct week *w)
{
    static struct report_site_row sites[2];

    sites[0] = (struct report_site_row){.id = STR("qingshi"),
        .title = STR("青石镇中心小学 <i>"),
        .owner = STR("青石镇中心校"),
        .visits = 168,
        .failed = 2,
        .found = {0, 2, 0, 0, 0},
        .mended = {0, 2, 0, 0, 1}};
    sites[1] = (struct report_site_row){.id = STR("shiyan"),
        .title = STR("实验小学"),
        .visits = 168,
        .failed = 12,
        .found = {1, 0, 0, 1, 0},
        .open = {1, 0, 0, 1, 3}};
    w->rows.sites = sites;
    w->rows.nsites = 2;
}

static void
week_begin(struct week *w, const char *range)
{
    memset(w, 0, sizeof *w);
    w->arena = arena_new(ARENA);
    assert_non_null(w->arena);
    assert_int_equal(digest_init(), 0);
    assert_int_equal(zone_load("Asia/Shanghai", &w->zone), 0);
    assert_int_equal(report_range_parse(str_of(range), w->zone,
                         (struct wall){4000000000000}, &w->range),
        0);
    for (int i = 0; i <= DAYS; i++)
        w->starts[i] = report_range_day(&w->range, w->zone, i);
    w->span = (struct report_span){.starts = w->starts,
        .days = DAYS,
        .before = {w->range.from.ms - 7LL * MS_DAY},
        .until = w->range.until};
    w->rows.since = WALL_NONE;
}

static void
week_end(struct week *w)
{
    zone_free(w->zone);
    arena_free(w->arena);
}

static json_t *
count(struct week *w)
{
    struct report_input input = {.range = &w->range,
        .span = &w->span,
        .rows = &w->rows,
        .zone = w->zone,
        .bureau = STR("云溪县教育局")};
    json_t *figures = NULL;

    assert_int_equal(report_figures(&input, w->arena, &figures), 0);
    return figures;
}

static json_t *
full(struct week *w)
{
    week_begin(w, "2026-W39");
    add_sources(w);
    add_matches(w);
    add_incidents(w);
    add_others(w);
    add_own_sites(w);
    return count(w);
}

/* --- figures ---------------------------------------------------------------
 */

static int64_t
n_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const json_t *
row_of(
    const json_t *figures, const char *list, const char *key, const char *value)
{
    const json_t *rows = json_object_get(figures, list);

    for (size_t i = 0; i < json_array_size(rows); i++)
        if (str_eq(jsonx_get_str(json_array_get(rows, i), key), str_of(value)))
            return json_array_get(rows, i);
    fail_msg("%s has no %s %s", list, key, value);
    return NULL;
}

static void
it_counts_as_by_hand(void **state)
{
    struct week w;
    json_t *f = full(&w);
    const json_t *volume = json_object_get(f, "volume"), *row;
    (void)state;

    assert_int_equal(n_of(volume, "items"), 18);
    assert_int_equal(n_of(volume, "matches"), 4);
    assert_int_equal(n_of(volume, "incidents"), 3); /* the merged one is not */
    assert_int_equal(n_of(volume, "merged"), 1);
    assert_int_equal(n_of(volume, "baseline"), 40);
    assert_int_equal(n_of(json_object_get(volume, "before"), "items"), 20);
    assert_int_equal(n_of(json_object_get(volume, "before"), "incidents"), 1);
    assert_int_equal(n_of(row_of(f, "levels", "level", "red"), "incidents"), 1);
    assert_int_equal(
        n_of(row_of(f, "levels", "level", "orange"), "incidents"), 0);
    assert_int_equal(n_of(json_object_get(f, "opened"), "n"), 3);
    assert_int_equal(n_of(json_object_get(f, "ended"), "n"), 2);
    assert_int_equal(n_of(json_object_get(f, "carried"), "n"), 2);
    assert_int_equal(n_of(json_object_get(f, "important"), "n"), 1);
    row = row_of(f, "rules", "rule", "bus");
    assert_int_equal(n_of(row, "right"), 0);
    assert_int_equal(n_of(row, "wrong"), 1);
    row = row_of(f, "rules", "rule", "food-poisoning");
    assert_int_equal(n_of(row, "items"), 4);
    assert_int_equal(n_of(row, "right"), 0); /* closed after the week */
    (void)row_of(f, "rules_silent", "rule", "fees");
    row = row_of(f, "deliveries", "channel", "desk");
    assert_int_equal(n_of(row, "sent"), 3);
    assert_int_equal(n_of(row, "accepted"), 2);
    assert_int_equal(n_of(row, "late"), 1);
    assert_int_equal(n_of(row, "dead"), 0); /* given up after the week */
    assert_int_equal(n_of(row, "pending"), 1);
    json_decref(f);
    week_end(&w);
}

static void
times_leave_out_what_they_say(void **state)
{
    struct week w;
    json_t *f = full(&w);
    const json_t *row = row_of(f, "times", "point", "acknowledged");
    (void)state;

    /* 20 minutes less 5 snoozed, and 10; one that nobody took. */
    assert_int_equal(n_of(row, "n"), 2);
    assert_int_equal(n_of(row, "median_ms"), (15 + 10) * MS_MINUTE / 2);
    assert_int_equal(n_of(row, "p90_ms"), 15 * MS_MINUTE);
    assert_int_equal(n_of(row, "open"), 1);
    row = row_of(f, "times", "point", "told");
    assert_int_equal(n_of(row, "n"), 1);
    assert_int_equal(n_of(row, "median_ms"), MS_MINUTE);
    assert_int_equal(n_of(row, "held"), 1);
    assert_int_equal(n_of(row, "untold"), 1);
    /* A false alarm is no time to a close, nor is what was closed later. */
    row = row_of(f, "times", "point", "closed");
    assert_int_equal(n_of(row, "n"), 0);
    assert_int_equal(n_of(row, "false_alarms"), 1);
    assert_int_equal(n_of(row, "open"), 2);
    row = row_of(f, "clocks", "clock", "first");
    assert_int_equal(n_of(row, "runs"), 2);
    assert_int_equal(n_of(row, "missed"), 1);
    json_decref(f);
    week_end(&w);
}

static void
own_sites_are_summed(void **state)
{
    struct week w;
    json_t *f = full(&w);
    const json_t *all = json_object_get(f, "own_sites"), *worst;
    (void)state;

    assert_int_equal(n_of(all, "sites"), 2);
    assert_int_equal(n_of(all, "bad"), 1);
    assert_int_equal(n_of(all, "found"), 4);
    assert_int_equal(n_of(all, "mended"), 3);
    assert_int_equal(n_of(all, "open"), 5);
    worst = json_array_get(json_object_get(all, "list"), 0);
    assert_true(str_eq(jsonx_get_str(worst, "id"), STR("shiyan")));
    assert_int_equal(n_of(json_object_get(worst, "open"), "right"), 3);
    json_decref(f);
    w.rows.nsites = 0;
    f = count(&w);
    assert_null(json_object_get(f, "own_sites"));
    json_decref(f);
    week_end(&w);
}

static void
blind_time_counts_once(void **state)
{
    struct week w;
    json_t *f = full(&w);
    const json_t *coverage = json_object_get(f, "coverage");
    (void)state;

    assert_int_equal(n_of(coverage, "blind_ms"), 10LL * MS_HOUR);
    assert_int_equal(n_of(coverage, "watched_ms"), 14LL * MS_DAY);
    assert_int_equal(n_of(coverage, "gaps_all"), 1);
    assert_int_equal(json_array_size(json_object_get(coverage, "house")), 1);
    json_decref(f);
    week_end(&w);
}

/* What happened after the end, and in which order rows of no order came, is
 * all the same. */
static void
what_comes_later_changes_nothing(void **state)
{
    struct week w;
    json_t *first = full(&w), *second;
    struct report_incident_row rows[5];
    struct buf a, b;
    uint8_t hash[DIGEST_SIZE], other[DIGEST_SIZE];
    (void)state;

    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    memcpy(rows, w.rows.incidents, sizeof rows);
    rows[1].nentries = 5; /* it was never closed */
    rows[1].state = STR("new");
    rows[1].level = LEVEL_BLUE;
    rows[4].closed = at(&w, 20000);
    w.rows.incidents = rows;
    second = count(&w);
    assert_int_equal(report_figures_dump(first, &a, hash), 0);
    assert_int_equal(report_figures_dump(second, &b, other), 0);
    assert_string_equal(buf_cstr(&a), buf_cstr(&b));
    assert_memory_equal(hash, other, sizeof hash);
    json_decref(first);
    json_decref(second);
    buf_done(&a);
    buf_done(&b);
    week_end(&w);
}

/* --- forms -----------------------------------------------------------------
 */

static void
write_it(const struct week *w, const json_t *figures, enum lang lang,
    enum report_format format, struct buf *out)
{
    struct report_form form = {
        .lang = lang, .url = STR("https://desk.example/"), .zone = w->zone};
    struct arena *arena = arena_new(ARENA);

    buf_clear(out);
    assert_int_equal(
        report_write(figures, STR("00112233445566778899aabbccddeeff"), &form,
            format, arena, out),
        0);
    arena_free(arena);
}

static void
golden(struct str got, const char *name)
{
    char path[256];
    struct buf want;

    snprintf(path, sizeof path, TESTS_DIR "/incidents/golden/%s", name);
    if (getenv("TOCSIN_DRAW")) {
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(got.p, 1, got.n, f), got.n);
        fclose(f);
        return;
    }
    buf_init(&want, 1 << 20);
    assert_int_equal(file_read(path, &want, NULL), 0);
    if (!str_eq(got, buf_str(&want)))
        fail_msg("%s differs from what is written now", name);
    buf_done(&want);
}

static void
forms_are_those_of_the_golden_files(void **state)
{
    static const struct {
        enum lang lang;
        enum report_format format;
        const char *name;
    } forms[] = {{LANG_ZH, REPORT_HTML, "week-zh.html"},
        {LANG_EN, REPORT_HTML, "week-en.html"},
        {LANG_ZH, REPORT_MARKDOWN, "week-zh.md"},
        {LANG_EN, REPORT_MARKDOWN, "week-en.md"},
        {LANG_ZH, REPORT_CSV, "week-zh.csv"},
        {LANG_EN, REPORT_JSON, "week.json"}};
    struct week w;
    json_t *f = full(&w);
    struct buf out, again;
    (void)state;

    buf_init(&out, REPORT_MAX_BYTES);
    buf_init(&again, REPORT_MAX_BYTES);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        write_it(&w, f, forms[i].lang, forms[i].format, &out);
        golden(buf_str(&out), forms[i].name);
    }
    write_it(&w, f, LANG_ZH, REPORT_DOCX, &out);
    write_it(&w, f, LANG_ZH, REPORT_DOCX, &again);
    assert_true(str_eq(buf_str(&out), buf_str(&again)));
    buf_done(&out);
    buf_done(&again);
    json_decref(f);
    week_end(&w);
}

static void
nothing_foreign_becomes_markup(void **state)
{
    struct week w;
    json_t *f = full(&w);
    struct buf out;
    (void)state;

    buf_init(&out, REPORT_MAX_BYTES);
    write_it(&w, f, LANG_ZH, REPORT_HTML, &out);
    assert_null(strstr(buf_cstr(&out), "<script"));
    assert_non_null(strstr(buf_cstr(&out), "&lt;script&gt;"));
    assert_null(strstr(buf_cstr(&out), "http://"
                                       "fonts"));
    write_it(&w, f, LANG_ZH, REPORT_MARKDOWN, &out);
    assert_null(strstr(buf_cstr(&out), "<script"));
    assert_non_null(strstr(buf_cstr(&out), "\\| x"));
    write_it(&w, f, LANG_ZH, REPORT_CSV, &out);
    assert_null(strstr(buf_cstr(&out), "\"=1+1"));
    assert_non_null(strstr(buf_cstr(&out), "\"'=1+1"));
    json_decref(f);
    buf_done(&out);
    week_end(&w);
}

/* An empty week is sentences, not empty tables. */
static void
an_empty_week_says_so(void **state)
{
    struct week w;
    json_t *f;
    struct buf out;
    (void)state;

    week_begin(&w, "2026-W39");
    f = count(&w);
    buf_init(&out, REPORT_MAX_BYTES);
    write_it(&w, f, LANG_ZH, REPORT_MARKDOWN, &out);
    assert_non_null(strstr(buf_cstr(&out), "没有收到新发布的信息"));
    assert_non_null(strstr(buf_cstr(&out), "本期没有新发事件。"));
    assert_non_null(strstr(buf_cstr(&out), "期末没有未办结的事件。"));
    golden(buf_str(&out), "empty-zh.md");
    write_it(&w, f, LANG_EN, REPORT_MARKDOWN, &out);
    golden(buf_str(&out), "empty-en.md");
    json_decref(f);
    buf_done(&out);
    week_end(&w);
}

static void
figures_of_another_schema_are_refused(void **state)
{
    struct week w;
    json_t *f = full(&w);
    struct report_form form = {.zone = w.zone};
    struct buf out;
    (void)state;

    buf_init(&out, REPORT_MAX_BYTES);
    json_object_set_new(f, "schema", json_integer(REPORT_SCHEMA + 1));
    assert_int_equal(
        report_write(f, STR("x"), &form, REPORT_HTML, w.arena, &out),
        E_CORRUPT);
    json_decref(f);
    buf_done(&out);
    week_end(&w);
}

/* --- more than lists hold
 * --------------------------------------------------------- */

enum { MANY = 1500, MANY_OWNERS = 250 };

/* A third of them open and untaken, a third closed, a third false alarms; of
 * more owners than are listed. */
static void
add_many(struct week *w)
{
    static struct report_incident_row rows[MANY];
    static struct report_entry entries[MANY][2];
    static char owners[MANY_OWNERS][16];

    for (int i = 0; i < MANY; i++) {
        struct report_incident_row *row = &rows[i];
        bool open = i % 3 == 0;

        snprintf(owners[i % MANY_OWNERS], sizeof owners[0], "第%d小学",
            i % MANY_OWNERS);
        entries[i][0] = entry(w, 10 + i, "incident.opened", "system",
            i % 2 ? "{\"level\":\"orange\",\"score\":60}"
                  : "{\"level\":\"yellow\",\"score\":40}");
        entries[i][1] = entry(w, 20 + i,
            i % 3 == 1 ? "incident.close" : "incident.false_alarm", "li",
            "{\"text\":\"x\",\"cause\":\"responded\"}");
        *row = (struct report_incident_row){.id = i + 1,
            .title = STR("一件事"),
            .category = STR("food"),
            .owner = str_of(owners[i % MANY_OWNERS]),
            .state = STR("new"),
            .opened = at(w, 10 + i),
            .told = WALL_NONE,
            .acknowledged = WALL_NONE,
            .closed = WALL_NONE,
            .entries = entries[i],
            .nentries = open ? 1 : 2};
    }
    w->rows.incidents = rows;
    w->rows.nincidents = MANY;
}

static void
expect_number(
    const json_t *figures, const char *list, const char *key, json_int_t wanted)
{
    json_int_t n = json_integer_value(
        json_object_get(json_object_get(figures, list), key));

    if (n != wanted)
        fail_msg("%s.%s is %lld", list, key, (long long)n);
}

static void
lists_are_cut_and_figures_are_not(void **state)
{
    struct week w;
    struct report_form form = {.zone = NULL};
    struct str text;
    json_t *f;
    (void)state;

    week_begin(&w, "2026-W39");
    form.zone = w.zone;
    add_sources(&w);
    add_many(&w);
    f = count(&w);
    expect_number(f, "volume", "incidents", MANY);
    expect_number(f, "opened", "n", MANY);
    expect_number(f, "ended", "n", MANY / 3 * 2);
    expect_number(f, "ended", "false_alarms", MANY / 3);
    expect_number(f, "carried", "n", MANY / 3);
    expect_number(f, "carried", "untaken", MANY / 3);
    expect_number(f, "carried", "serious", MANY / 6);
    expect_number(f, "carried", "serious_taken", 0);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(f, "opened"), "ids")),
        500);
    text = report_overview(f, &form, w.arena);
    assert_true(
        str_find(text, STR("办结 1000 起（其中误报 500 起）")) < text.n);
    assert_true(
        str_find(text, STR("期末还有 500 起未办结，其中橙色以上 250 起")) <
        text.n);
    text = report_summary(f, &form, w.arena);
    assert_true(str_find(text, STR("有 500 起事件没有人认领")) < text.n);
    json_decref(f);
    week_end(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_counts_as_by_hand),
        cmocka_unit_test(times_leave_out_what_they_say),
        cmocka_unit_test(own_sites_are_summed),
        cmocka_unit_test(blind_time_counts_once),
        cmocka_unit_test(what_comes_later_changes_nothing),
        cmocka_unit_test(forms_are_those_of_the_golden_files),
        cmocka_unit_test(nothing_foreign_becomes_markup),
        cmocka_unit_test(an_empty_week_says_so),
        cmocka_unit_test(lists_are_cut_and_figures_are_not),
        cmocka_unit_test(figures_of_another_schema_are_refused)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

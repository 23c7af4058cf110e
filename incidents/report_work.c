/* report_work: what the rules were worth, what was not seen, what was sent. */
#include <stdlib.h>

#include "incidents/report_count.h"

/* --- rules -----------------------------------------------------------------
 */

struct rule {
    struct str id, title;
    uint64_t items, incidents, right, wrong;
};

static int
rule_order(const void *a, const void *b)
{
    const struct rule *x = a, *y = b;

    if (x->items != y->items)
        return x->items < y->items ? 1 : -1;
    return str_cmp(x->id, y->id);
}

/* Add up the rows of one rule, from *at on.  seen of a case is the last rule
 * that counted it: what was merged is one incident. */
static void
add_rule(const struct counting *c, size_t *at, size_t *seen, struct rule *ret)
{
    const struct report_rule_row *rows = c->rows->rules;
    size_t i = *at;

    *ret = (struct rule){.id = rows[i].rule, .title = rows[i].title};
    for (; i < c->rows->nrules && str_eq(rows[i].rule, ret->id); i++) {
        size_t number = rows[i].incident ? count_find(c, rows[i].incident)
                                         : c->rows->nincidents;

        ret->items += rows[i].items;
        if (number == c->rows->nincidents) {
            ret->incidents += rows[i].incident != 0;
            continue;
        }
        number = count_root(c, number);
        if (seen[number] == *at + 1)
            continue;
        seen[number] = *at + 1;
        ret->incidents++;
        ret->right += c->cases[number].state == INCIDENT_CLOSED;
        ret->wrong += c->cases[number].state == INCIDENT_FALSE_ALARM;
    }
    *at = i;
}

static void
set_rule(struct counting *c, json_t *list, const struct rule *rule)
{
    json_t *row = json_object();

    count_str(c, row, "rule", rule->id);
    count_str(c, row, "title", rule->title);
    count_number(c, row, "items", rule->items);
    count_number(c, row, "incidents", rule->incidents);
    count_number(c, row, "right", rule->right);
    count_number(c, row, "wrong", rule->wrong);
    (void)json_array_append_new(list, row);
}

/* Rules that held in the range before, and in this one on nothing. */
static void
count_silent(struct counting *c)
{
    const struct report_rule_row *now = c->rows->rules;
    const struct report_rule_row *then = c->rows->rules_before;
    json_t *list = json_array();
    size_t k = 0;

    for (size_t i = 0; i < c->rows->nrules_before; i++) {
        json_t *row;
        uint64_t items = then[i].items;

        while (i + 1 < c->rows->nrules_before &&
               str_eq(then[i + 1].rule, then[i].rule))
            items += then[++i].items;
        while (k < c->rows->nrules && str_cmp(now[k].rule, then[i].rule) < 0)
            k++;
        if (k < c->rows->nrules && str_eq(now[k].rule, then[i].rule))
            continue;
        row = json_object();
        count_str(c, row, "rule", then[i].rule);
        count_str(c, row, "title", then[i].title);
        count_number(c, row, "before", items);
        (void)json_array_append_new(list, row);
    }
    count_set(c, c->out, "rules_silent", list);
}

void
count_rules(struct counting *c)
{
    struct rule *rules =
        ARENA_ARRAY(c->arena, c->rows->nrules + 1, struct rule);
    size_t *seen = ARENA_ARRAY(c->arena, c->rows->nincidents + 1, size_t);
    json_t *list = json_array();
    size_t n = 0;

    for (size_t i = 0; rules && seen && i < c->rows->nrules;)
        add_rule(c, &i, seen, &rules[n++]);
    if (n > 1)
        qsort(rules, n, sizeof *rules, rule_order);
    for (size_t i = 0; i < n && i < REPORT_MAX_RULES; i++)
        set_rule(c, list, &rules[i]);
    count_set(c, c->out, "rules", list);
    count_silent(c);
}

/* --- coverage --------------------------------------------------------------
 */

struct blind {
    size_t source;
    int64_t ms;
    struct str kind; /* of the longest */
    int64_t longest;
    bool open;
};

static int
blind_order(const void *a, const void *b)
{
    const struct blind *x = a, *y = b;

    if (x->ms != y->ms)
        return x->ms < y->ms ? 1 : -1;
    return x->source < y->source ? -1 : x->source > y->source;
}

static int64_t
later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The part of a condition that lies in the range. */
static void
clip(const struct counting *c, const struct report_condition_row *row,
    int64_t *ret_from, int64_t *ret_until)
{
    *ret_from = later(row->opened.ms, c->from.ms);
    *ret_until = wall_is_set(row->closed) ? earlier(row->closed.ms, c->until.ms)
                                          : c->until.ms;
}

static size_t
subject_source(const struct counting *c, struct str subject)
{
    struct str prefix = STR("source:");

    if (!str_starts(subject, prefix))
        return c->rows->nsources;
    subject = str_from(subject, prefix.n);
    for (size_t i = 0; i < c->rows->nsources; i++)
        if (str_eq(c->rows->sources[i].id, subject))
            return i;
    return c->rows->nsources;
}

/* Time in which nothing was seen of the source that the rows from *at on are
 * of: overlapping conditions count once. */
static void
add_blind(const struct counting *c, size_t *at, struct blind *ret)
{
    const struct report_condition_row *rows = c->rows->conditions;
    struct str subject = rows[*at].subject;
    int64_t covered = c->from.ms;
    size_t i = *at;

    *ret = (struct blind){.source = subject_source(c, subject)};
    for (; i < c->rows->nconditions && str_eq(rows[i].subject, subject); i++) {
        int64_t from, until;

        if (rows[i].severity < REPORT_BLIND)
            continue;
        clip(c, &rows[i], &from, &until);
        if (until - from > ret->longest) {
            ret->longest = until - from;
            ret->kind = rows[i].kind;
        }
        from = later(from, covered);
        if (until > from)
            ret->ms += until - from;
        covered = later(covered, until);
        ret->open = ret->open || !wall_is_set(rows[i].closed) ||
                    rows[i].closed.ms >= c->until.ms;
    }
    *at = i;
}

/* Time in which the sources were to be watched, all together. */
static uint64_t
watched(const struct counting *c, uint64_t *ret_sources)
{
    uint64_t ms = 0;

    *ret_sources = 0;
    for (size_t i = 0; i < c->rows->nsources; i++) {
        const struct report_source_row *s = &c->rows->sources[i];
        int64_t from = later(s->added.ms, c->from.ms);
        int64_t until = wall_is_set(s->removed)
                            ? earlier(s->removed.ms, c->until.ms)
                            : c->until.ms;

        if (until <= from)
            continue;
        (*ret_sources)++;
        ms += (uint64_t)(until - from);
    }
    return ms;
}

static void
set_gaps(struct counting *c, json_t *object)
{
    json_t *list = json_array();
    uint64_t n = 0;

    for (size_t i = 0; i < c->rows->nconditions; i++) {
        const struct report_condition_row *row = &c->rows->conditions[i];
        size_t source = subject_source(c, row->subject);
        json_t *gap;

        if (!str_eq(row->kind, STR("gap")) || source == c->rows->nsources ||
            row->opened.ms < c->from.ms)
            continue;
        if (n++ >= REPORT_MAX_SOURCES)
            continue;
        gap = json_object();
        count_str(c, gap, "id", c->rows->sources[source].id);
        count_str(c, gap, "title", c->rows->sources[source].title);
        count_time(c, gap, "at", row->opened);
        (void)json_array_append_new(list, gap);
    }
    count_set(c, object, "gaps", list);
    count_number(c, object, "gaps_all", n);
}

/* What was wrong with tocsin itself and with its channels. */
static void
set_house(struct counting *c, json_t *object)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->rows->nconditions; i++) {
        const struct report_condition_row *row = &c->rows->conditions[i];
        int64_t from, until;
        json_t *one;

        if (str_starts(row->subject, STR("source:")) ||
            row->severity < REPORT_TROUBLE ||
            json_array_size(list) >= REPORT_MAX_SOURCES)
            continue;
        clip(c, row, &from, &until);
        one = json_object();
        count_str(c, one, "subject", row->subject);
        count_str(c, one, "kind", row->kind);
        count_str(c, one, "text", row->text);
        count_str(c, one, "text_zh", row->text_zh);
        count_time(c, one, "at", (struct wall){from});
        count_set(c, one, "ms", json_integer(until - from));
        (void)json_array_append_new(list, one);
    }
    count_set(c, object, "house", list);
}

static void
set_blind(struct counting *c, json_t *list, const struct blind *blind)
{
    const struct report_source_row *s = &c->rows->sources[blind->source];
    json_t *row = json_object();

    count_str(c, row, "id", s->id);
    count_str(c, row, "title", s->title);
    count_str(c, row, "kind", blind->kind);
    count_set(c, row, "ms", json_integer(blind->ms));
    count_set(c, row, "open", json_boolean(blind->open));
    (void)json_array_append_new(list, row);
}

void
count_coverage(struct counting *c)
{
    struct blind *blind =
        ARENA_ARRAY(c->arena, c->rows->nconditions + 1, struct blind);
    json_t *object = json_object(), *list = json_array();
    uint64_t total = 0, sources, ms = watched(c, &sources);
    size_t n = 0;

    for (size_t i = 0; blind && i < c->rows->nconditions;) {
        add_blind(c, &i, &blind[n]);
        if (blind[n].ms > 0 && blind[n].source < c->rows->nsources)
            total += (uint64_t)blind[n++].ms;
    }
    if (n > 1)
        qsort(blind, n, sizeof *blind, blind_order);
    for (size_t i = 0; i < n && i < REPORT_MAX_SOURCES; i++)
        set_blind(c, list, &blind[i]);
    count_number(c, object, "sources", sources);
    count_number(c, object, "watched_ms", ms);
    count_number(c, object, "blind_ms", total);
    count_number(c, object, "blind_sources", n);
    count_set(c, object, "blind", list);
    set_gaps(c, object);
    set_house(c, object);
    count_set(c, c->out, "coverage", object);
}

/* --- deliveries ------------------------------------------------------------
 */

struct sent {
    uint64_t sent, accepted, late, retried, dead, pending;
};

static void
add_delivery(const struct counting *c, const struct report_delivery_row *row,
    struct sent *sum)
{
    bool over = wall_is_set(row->finished) && row->finished.ms < c->until.ms;
    bool accepted = over && str_eq(row->state, STR("delivered"));
    bool dead = over && str_eq(row->state, STR("dead"));

    sum->sent++;
    sum->accepted += accepted;
    sum->late +=
        accepted && row->finished.ms - row->created.ms > REPORT_LATE_MS;
    sum->retried += row->attempts > 1;
    sum->dead += dead;
    sum->pending += !accepted && !dead;
}

void
count_deliveries(struct counting *c)
{
    const struct report_delivery_row *rows = c->rows->deliveries;
    json_t *list = json_array();

    for (size_t i = 0; i < c->rows->ndeliveries;) {
        struct str channel = rows[i].channel;
        struct sent sum = {0};
        json_t *row = json_object();

        for (; i < c->rows->ndeliveries && str_eq(rows[i].channel, channel);
             i++)
            add_delivery(c, &rows[i], &sum);
        count_str(c, row, "channel", channel);
        count_number(c, row, "sent", sum.sent);
        count_number(c, row, "accepted", sum.accepted);
        count_number(c, row, "late", sum.late);
        count_number(c, row, "retried", sum.retried);
        count_number(c, row, "dead", sum.dead);
        count_number(c, row, "pending", sum.pending);
        (void)json_array_append_new(list, row);
    }
    count_set(c, c->out, "deliveries", list);
}

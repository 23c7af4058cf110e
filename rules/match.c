/*
 * match: one item against all rules.
 *
 * Fold, scan, wake the rules whose terms occurred, decide, collect.  What a
 * rule set without hits costs is the fold and the scan.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/matcher.h"
#include "rules/scan.h"

enum { AHEAD = 8 }; /* how far ahead memory is asked for */

static int
alloc_state(struct matcher *m)
{
    size_t terms = IMAGE_COUNT(m->image, SEC_TERMS) + 1;
    size_t nodes = IMAGE_COUNT(m->image, SEC_NODES) + 1;
    size_t rules = IMAGE_COUNT(m->image, SEC_RULES) + 1;

    m->term = calloc(terms, sizeof(*m->term));
    m->memo = calloc(nodes, sizeof(*m->memo));
    m->walked = calloc(nodes, sizeof(*m->walked));
    m->rule = calloc(rules, sizeof(*m->rule));
    m->woken = calloc(rules, sizeof(*m->woken));
    m->seen = calloc(terms, sizeof(*m->seen));
    return m->seen && m->term && m->memo && m->walked && m->rule && m->woken
               ? 0
               : E_NOMEM;
}

int
matcher_new(const struct ruleset *set, struct matcher **ret)
{
    struct matcher *m = calloc(1, sizeof(*m));
    int err;

    if (!m)
        return E_NOMEM;
    m->set = set;
    m->image = &set->image;
    for (int v = 0; v < VIEW_COUNT; v++)
        folded_init(&m->view[v].f);
    squeezed_init(&m->side);
    for (int f = 0; f < FIELD_COUNT; f++)
        squeezed_init(&m->whole[f]);
    const struct image_rule *r =
        IMAGE_ARRAY(m->image, struct image_rule, SEC_RULES);
    for (size_t i = 0; i < ruleset_count(set); i++)
        m->has_raw = m->has_raw || r[i].flags & IMAGE_RULE_RAW;
    const struct image_term *t =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    for (uint32_t i = 0; i < IMAGE_COUNT(m->image, SEC_TERMS); i++)
        m->has_furniture = m->has_furniture || t[i].flags & TERM_FURNITURE;
    m->scan = scan_run;
    err = alloc_state(m);
    if (err == 0)
        err = regex_engine_new(m->image, &m->engine);
    if (err != 0) {
        matcher_free(m);
        return err;
    }
    *ret = m;
    return 0;
}

void
matcher_free(struct matcher *m)
{
    if (!m)
        return;
    regex_engine_free(m->engine);
    for (int v = 0; v < VIEW_COUNT; v++)
        folded_done(&m->view[v].f);
    squeezed_done(&m->side);
    for (int f = 0; f < FIELD_COUNT; f++)
        squeezed_done(&m->whole[f]);
    for (int i = 0; i < MODEL_MAX_NEAR; i++)
        ranges_done(&m->near[i]);
    for (int f = 0; f < FIELD_COUNT; f++)
        ranges_done(&m->gaps[f]);
    ranges_done(&m->windows);
    free(m->term);
    free(m->memo);
    free(m->walked);
    free(m->rule);
    free(m->woken);
    free(m->seen);
    free(m->hit);
    scan_hits_done(&m->found);
    free(m);
}

static void
begin_item(struct matcher *m, const struct rule_item *item)
{
    m->item = item;
    m->nhits = 1;
    m->nwoken = m->nseen = 0;
    m->hits_full = m->nomem = false;
    m->whole_made[FIELD_TITLE] = m->whole_made[FIELD_TEXT] = false;
    ledger_begin(regex_engine_ledger(m->engine));
    if (++m->stamp != 0)
        return;
    /* after 2^32 items: forget all stamps */
    for (size_t i = 0; i < IMAGE_COUNT(m->image, SEC_TERMS); i++)
        m->term[i].stamp = 0;
    for (size_t i = 0; i < IMAGE_COUNT(m->image, SEC_NODES); i++)
        m->memo[i].stamp = 0;
    for (size_t i = 0; i < IMAGE_COUNT(m->image, SEC_RULES); i++)
        m->rule[i].stamp = m->rule[i].woken = 0;
    m->stamp = 1;
}

/* Title, border, text.  E_LIMIT: what fits is there. */
static int
fold_view(struct matcher *m, enum image_view view)
{
    struct view_text *v = &m->view[view];
    int (*fold)(struct folded *, struct str) =
        view == VIEW_RAW ? fold_raw : fold_text;
    int err;

    v->f.n = 0;
    v->begin[FIELD_TITLE] = 0;
    err = fold(&v->f, m->item->title);
    v->end[FIELD_TITLE] = v->begin[FIELD_TEXT] = v->f.n;
    if (err == 0)
        err = fold_border(&v->f);
    if (err == 0) {
        v->begin[FIELD_TEXT] = v->f.n;
        err = fold(&v->f, m->item->text);
    }
    v->end[FIELD_TEXT] = v->f.n;
    return err;
}

static void
wake(struct matcher *m, uint32_t rule)
{
    if (m->rule[rule].woken == m->stamp)
        return;
    m->rule[rule].woken = m->stamp;
    m->woken[m->nwoken++] = rule;
}

/* The term occurred. */
static inline void
see(struct matcher *m, uint32_t term)
{
    if (m->term[term].stamp == m->stamp)
        return;
    m->term[term] = (struct term_state){.stamp = m->stamp};
    m->seen[m->nseen++] = term;
}

/* Whether something else that the rule needs occurred. */
static inline bool
is_open(struct matcher *m, const struct image_trigger *t)
{
    const uint32_t *term = IMAGE_ARRAY(m->image, uint32_t, SEC_GATES) + t->gate;

    for (uint16_t i = 0; i < t->n; i++)
        if (term_seen(m, term[i]))
            return true;
    return t->n == 0 && (t->gate == KID_NONE ||
                            eval_node(m, t->gate, t->fields) != ANSWER_FALSE);
}

/* Wake the rules of the terms that occurred, when all that occurs is known: a
 * rule whose gate is shut cannot hold. */
static void
wake_all(struct matcher *m)
{
    const struct image_term *term =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    const struct image_trigger *triggers =
        IMAGE_ARRAY(m->image, struct image_trigger, SEC_TRIGGERS);
    const uint32_t *always = IMAGE_ARRAY(m->image, uint32_t, SEC_ALWAYS);

    for (size_t i = 0; i < m->nseen; i++) {
        struct image_run run = term[m->seen[i]].triggers;
        const struct image_trigger *t = triggers + run.first;
        if (i + AHEAD < m->nseen)
            __builtin_prefetch(
                triggers + term[m->seen[i + AHEAD]].triggers.first);
        for (uint32_t k = 0; k < run.n; k++)
            if (is_open(m, &t[k]))
                wake(m, t[k].rule);
    }
    /* not all occurrences are known: no rule can be left out */
    for (uint32_t i = 0;
         m->hits_full && i < IMAGE_COUNT(m->image, SEC_TRIGGERS); i++)
        wake(m, triggers[i].rule);
    for (uint32_t i = 0; i < IMAGE_COUNT(m->image, SEC_ALWAYS); i++)
        wake(m, always[i]);
}

/* Room for more hits than there are. */
static bool
reserve_hits(struct matcher *m, size_t more)
{
    size_t cap =
        m->nhits + more > 2 * m->hits_cap ? m->nhits + more : 2 * m->hits_cap;
    struct hit *p;

    if (m->nhits + more <= m->hits_cap)
        return true;
    p = realloc(m->hit, cap * sizeof(*p));
    if (!p) {
        m->nomem = true;
        return false;
    }
    m->hit = p;
    m->hits_cap = cap;
    return true;
}

/* Believe a hit: add it to its term's list. */
static void
accept(struct matcher *m, uint32_t term, uint32_t begin, uint32_t end)
{
    uint32_t number = (uint32_t)m->nhits++;
    struct term_state *t = &m->term[term];

    see(m, term);
    m->hit[number] = (struct hit){term, begin, end, 0};
    if (t->last)
        m->hit[t->last].next = number;
    else
        t->first = number;
    t->last = number;
    t->count++;
}

/* Whether the word boundaries that the term wants are there. */
static bool
is_bounded(const struct matcher *m, const struct image_term *t, uint32_t begin,
    uint32_t end)
{
    const struct view_text *v = &m->view[t->view];
    const uint16_t *u = v->f.unit;

    if (t->flags & TERM_BOUND_LEFT && begin > 0 &&
        foldtab_class[u[begin - 1]] & UNIT_WORD)
        return false;
    return !(t->flags & TERM_BOUND_RIGHT && end < v->f.n &&
             foldtab_class[u[end]] & UNIT_WORD);
}

/* Whether a hit of the scan of view is an occurrence of its term. */
static bool
is_occurrence(const struct matcher *m, const struct image_term *t,
    enum image_view view, uint32_t begin)
{
    const struct view_text *v = &m->view[view];
    uint32_t end = begin + t->n;

    if (begin < v->begin[FIELD_TEXT] && end > v->end[FIELD_TITLE])
        return false; /* across the border */
    return !(t->flags & (TERM_BOUND_LEFT | TERM_BOUND_RIGHT)) ||
           is_bounded(m, t, begin, end);
}

/* Whether a squeezed occurrence of at[0 … n) is believed.  Two characters
 * alone are too easily neighbours by chance: a visible mark must part them, or
 * both stand alone; a line break only within a word of four or more. */
static bool
is_believed(const struct matcher *m, const uint32_t *at, uint32_t n)
{
    const uint16_t *u = m->view[VIEW_FOLDED].f.unit;
    size_t units = m->view[VIEW_FOLDED].f.n;
    uint32_t first = at[0], last = at[n - 1], characters = 0;
    bool visible = false, line_break = false;

    for (uint32_t i = 0; i < n; i++) {
        characters += !(foldtab_class[u[at[i]]] & UNIT_LOW);
        for (uint32_t k = at[i] + 1; i + 1 < n && k < at[i + 1]; k++) {
            unsigned class = foldtab_class[u[k]];
            line_break = line_break || class & UNIT_NEWLINE;
            visible = visible || !(class & (UNIT_SPACE | UNIT_NEWLINE));
        }
    }
    if (line_break && characters < 4)
        return false;
    if (characters > 2 || visible)
        return true;
    return !(first > 0 && fold_class(u, first - 1) & UNIT_HAN) &&
           !(last + 1 < units && foldtab_class[u[last + 1]] & UNIT_HAN);
}

/* Take what the scan of the squeezed text found. */
static void
take_squeezed(struct matcher *m)
{
    const struct image_term *term =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);

    if (!reserve_hits(m, m->found.n))
        return;
    for (size_t i = 0; i < m->found.n; i++) {
        const struct scan_hit *h = &m->found.hit[i];
        const struct image_term *t = &term[h->term];
        const uint32_t *unit = m->side.at + h->at;
        uint32_t begin = unit[0], end = unit[t->n - 1] + 1;
        if (end - begin == t->n)
            continue; /* no gap in it: found already */
        see(m, h->term);
        if (!(t->flags & (TERM_NEEDED | TERM_FURNITURE)) &&
            is_bounded(m, t, begin, end) && is_believed(m, unit, t->n))
            accept(m, h->term, begin, end);
    }
}

/* Hide what follows each furniture term, to the end of its line. */
static size_t
hide_furniture(struct matcher *m, struct range *ranges)
{
    const struct image_term *term =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    struct view_text *v = &m->view[VIEW_FOLDED];
    size_t n = 0;

    for (size_t i = 0; i < m->found.n && n < MATCH_FURNITURE_RANGES; i++) {
        const struct scan_hit *h = &m->found.hit[i];
        uint32_t end = h->at;
        if (!(term[h->term].flags & TERM_FURNITURE) ||
            h->at < v->begin[FIELD_TEXT])
            continue;
        while (end < v->end[FIELD_TEXT] && v->f.unit[end] != '\n' &&
               end - h->at < MATCH_FURNITURE_UNITS)
            end++;
        ranges[n++] = (struct range){h->at, end};
    }
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = ranges[i].begin; k < ranges[i].end; k++)
            v->f.unit[k] = '\n';
    return n;
}

static bool
is_hidden(const struct range *ranges, size_t n, uint32_t begin, uint32_t end)
{
    for (size_t i = 0; i < n; i++)
        if (begin < ranges[i].end && end > ranges[i].begin)
            return true;
    return false;
}

static void
run_scan(
    struct matcher *m, enum image_view view, const uint16_t *unit, size_t n)
{
    m->found.n = 0;
    m->found.full = false;
    m->scan(m->scan_arg, m->image, view, unit, n, &m->found);
    m->hits_full = m->hits_full || m->found.full;
}

/* Find the terms of view and believe them. */
static void
scan_view(struct matcher *m, enum image_view view)
{
    const struct image_term *term =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    struct view_text *v = &m->view[view];
    struct range hidden[MATCH_FURNITURE_RANGES];
    size_t nhidden = 0;

    run_scan(m, view, v->f.unit, v->f.n);
    if (view == VIEW_FOLDED && m->has_furniture)
        nhidden = hide_furniture(m, hidden);
    if (!reserve_hits(m, m->found.n))
        return;
    for (size_t i = 0; i < m->found.n; i++) {
        const struct scan_hit *h = &m->found.hit[i];
        const struct image_term *t = &term[h->term];
        if (i + AHEAD < m->found.n) {
            __builtin_prefetch(&term[h[AHEAD].term]);
            __builtin_prefetch(&m->term[h[AHEAD].term]);
        }
        if (is_occurrence(m, t, view, h->at) &&
            (nhidden == 0 || !is_hidden(hidden, nhidden, h->at, h->at + t->n)))
            accept(m, h->term, h->at, h->at + t->n);
    }
}

/* Find the terms that something stands in the middle of. */
static void
scan_squeezed(struct matcher *m)
{
    const struct view_text *v = &m->view[VIEW_FOLDED];
    uint32_t longest = m->image->header->longest_term;

    for (int f = 0; f < FIELD_COUNT; f++) {
        if (fold_squeeze(&m->side, &v->f, v->begin[f], v->end[f],
                longest > 0 ? longest - 1 : 0, true) != 0)
            m->nomem = true;
        if (m->side.n == 0)
            continue;
        run_scan(m, VIEW_FOLDED, m->side.unit, m->side.n);
        take_squeezed(m);
    }
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* How much a rule matters when not all can be told. */
struct weighed {
    uint32_t rule, weight;
};

static int
by_weight(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static uint32_t
weight_of(const struct image_rule *r)
{
    uint32_t weight = r->floor || r->ceiling < LEVEL_COUNT ? 1000000 : 0;

    for (int i = 0; i < 2; i++)
        weight += (uint32_t)(r->points[i] < 0 ? -r->points[i] : r->points[i]);
    return weight;
}

/* Of more rules than a verdict holds, those that change the score most. */
static int
keep_heaviest(struct matcher *m, size_t held)
{
    const struct image_rule *r =
        IMAGE_ARRAY(m->image, struct image_rule, SEC_RULES);
    struct weighed *list = calloc(held, sizeof(*list));

    if (!list)
        return E_NOMEM;
    for (size_t i = 0; i < held; i++)
        list[i] = (struct weighed){m->woken[i], weight_of(&r[m->woken[i]])};
    qsort(list, held, sizeof(*list), by_weight);
    for (size_t i = 0; i < VERDICT_MAX_FINDINGS; i++)
        m->woken[i] = list[i].rule;
    free(list);
    return 0;
}

/* Decide the woken rules, in the order of their numbers. */
static int
decide(struct matcher *m, struct arena *arena, struct verdict *ret)
{
    struct finding *list;
    size_t n = 0, held = 0;

    for (size_t i = 0; i < m->nwoken; i++)
        if (eval_rule(m, m->woken[i]) != ANSWER_FALSE)
            m->woken[held++] = m->woken[i];
    if (held > VERDICT_MAX_FINDINGS) {
        if (keep_heaviest(m, held) != 0)
            return E_NOMEM;
        held = VERDICT_MAX_FINDINGS;
        ret->truncated = true;
    }
    qsort(m->woken, held, sizeof(*m->woken), by_number);
    list = ARENA_ARRAY(arena, held ? held : 1, struct finding);
    if (!list)
        return E_NOMEM;
    for (; n < held; n++) {
        list[n].rule = m->woken[n];
        list[n].indeterminate = eval_rule(m, m->woken[n]) == ANSWER_UNKNOWN;
        int err = collect_spans(m, m->woken[n], arena, &list[n]);
        if (err != 0)
            return err;
    }
    ret->findings = list;
    ret->nfindings = n;
    return 0;
}

int
match_item(struct matcher *m, const struct rule_item *item, struct arena *arena,
    struct verdict *ret)
{
    struct verdict verdict = {.findings = NULL};
    int err;

    begin_item(m, item);
    err = fold_view(m, VIEW_FOLDED);
    if (err == E_NOMEM)
        return err;
    verdict.truncated = err != 0;
    scan_view(m, VIEW_FOLDED);
    scan_squeezed(m);
    if (m->has_raw) {
        err = fold_view(m, VIEW_RAW);
        if (err == E_NOMEM)
            return err;
        verdict.truncated = verdict.truncated || err != 0;
        scan_view(m, VIEW_RAW);
    }
    wake_all(m);
    err = decide(m, arena, &verdict);
    if (err == 0 && m->nomem)
        err = E_NOMEM;
    if (err == 0)
        *ret = verdict;
    return err;
}

void
matcher_limit(struct matcher *m, const struct match_limits *limits)
{
    regex_engine_ledger(m->engine)->limits = *limits;
}

/* Mark every node that needs the answer of a regex that was quarantined and is
 * not told yet; children lie before their parents. */
static void
mark_users(const struct image *im, struct ledger *l, uint8_t *uses)
{
    const struct image_node *d = IMAGE_ARRAY(im, struct image_node, SEC_NODES);
    const uint32_t *kids = IMAGE_ARRAY(im, uint32_t, SEC_KIDS);

    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_NODES); i++) {
        const uint32_t *kid = kids + d[i].kids.first;
        if (d[i].type == NODE_REGEX)
            uses[i] = l->entry[d[i].arg].quarantined &&
                      !l->entry[d[i].arg].told;
        for (uint32_t k = 0; k < d[i].kids.n && !uses[i]; k++)
            uses[i] = !(kid[k] & KID_TERM) && uses[kid[k]];
    }
}

size_t
matcher_slow_rules(struct matcher *m, uint32_t ret[MATCH_MAX_SLOW])
{
    struct ledger *l = regex_engine_ledger(m->engine);
    const struct image_try *y =
        IMAGE_ARRAY(m->image, struct image_try, SEC_TRIES);
    uint8_t *uses;
    size_t n = 0;

    if (l->nnews == 0)
        return 0;
    uses = calloc(IMAGE_COUNT(m->image, SEC_NODES) + 1, 1);
    if (!uses)
        return 0; /* they are told next time */
    mark_users(m->image, l, uses);
    for (uint32_t i = 0; i < ruleset_count(m->set) && n < MATCH_MAX_SLOW; i++)
        if (uses[y[i].root])
            ret[n++] = i;
    for (uint32_t i = 0; i < IMAGE_COUNT(m->image, SEC_REGEXES); i++)
        l->entry[i].told = l->entry[i].quarantined;
    free(uses);
    l->nnews = 0;
    return n;
}

int64_t
matcher_rule_us(const struct matcher *m, uint32_t rule)
{
    const struct ledger *l = regex_engine_ledger(m->engine);
    const struct image_node *d =
        IMAGE_ARRAY(m->image, struct image_node, SEC_NODES);
    const uint32_t *kids = IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS);
    uint32_t root =
        IMAGE_ARRAY(m->image, struct image_try, SEC_TRIES)[rule].root;
    uint8_t *needed = calloc((size_t)root + 1, 1);
    int64_t us = 0;

    if (!needed)
        return 0;
    needed[root] = 1;
    /* parents lie behind their children; a regex has one node */
    for (uint32_t i = root + 1; i-- > 0;) {
        if (!needed[i])
            continue;
        if (d[i].type == NODE_REGEX)
            us += l->entry[d[i].arg].total_us;
        for (uint32_t k = 0; k < d[i].kids.n; k++) {
            uint32_t kid = kids[d[i].kids.first + k];
            if (!(kid & KID_TERM))
                needed[kid] = 1;
        }
    }
    free(needed);
    return us;
}

int
match_folded(const struct matcher *m, enum rule_field field,
    struct arena *arena, struct str *ret)
{
    const struct view_text *v = &m->view[VIEW_FOLDED];
    size_t n = v->end[field] - v->begin[field], at = 0;
    const uint16_t *u = v->f.unit + v->begin[field];
    char *p = arena_alloc(arena, n * 3 + 1);

    if (!p)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = u[i];
        if ((c & 0xFC00) == 0xD800 && i + 1 < n)
            c = 0x10000 + ((c & 0x3FF) << 10) + (u[++i] & 0x3FFu);
        at += utf8_encode(c, p + at);
    }
    *ret = (struct str){p, at};
    return 0;
}

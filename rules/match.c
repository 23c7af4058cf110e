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

static int
alloc_state(struct matcher *m)
{
    size_t terms = IMAGE_COUNT(m->image, SEC_TERMS) + 1;
    size_t nodes = IMAGE_COUNT(m->image, SEC_NODES) + 1;
    size_t rules = IMAGE_COUNT(m->image, SEC_RULES) + 1;

    m->term = calloc(terms, sizeof(*m->term));
    m->memo = calloc(nodes, sizeof(*m->memo));
    m->rule = calloc(rules, sizeof(*m->rule));
    m->woken = calloc(rules, sizeof(*m->woken));
    return m->term && m->memo && m->rule && m->woken ? 0 : E_NOMEM;
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
    free(m->term);
    free(m->memo);
    free(m->rule);
    free(m->woken);
    free(m->hit);
    free(m);
}

static void
begin_item(struct matcher *m, const struct rule_item *item)
{
    m->item = item;
    m->nhits = 1;
    m->nwoken = 0;
    m->hits_full = m->nomem = false;
    m->whole_made[FIELD_TITLE] = m->whole_made[FIELD_TEXT] = false;
    regex_engine_begin(m->engine);
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

/* The term occurred: wake its rules the first time. */
static void
see(struct matcher *m, uint32_t term)
{
    const struct image_term *t =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS) + term;
    const uint32_t *rules =
        IMAGE_ARRAY(m->image, uint32_t, SEC_TRIGGERS) + t->triggers.first;

    if (m->term[term].stamp == m->stamp)
        return;
    m->term[term] = (struct term_state){.stamp = m->stamp};
    for (uint32_t i = 0; i < t->triggers.n; i++)
        wake(m, rules[i]);
}

/* Keep a hit; NULL when there are too many. */
static struct hit *
new_hit(struct matcher *m, uint32_t term, uint32_t begin, uint32_t end)
{
    if (m->nhits == MATCH_MAX_HITS) {
        m->hits_full = true;
        return NULL;
    }
    if (m->nhits >= m->hits_cap) {
        size_t cap = m->hits_cap ? m->hits_cap * 2 : 256;
        struct hit *p = realloc(m->hit, cap * sizeof(*p));
        if (!p) {
            m->nomem = true;
            return NULL;
        }
        m->hit = p;
        m->hits_cap = cap;
    }
    m->hit[m->nhits] = (struct hit){term, begin, end, 0};
    return &m->hit[m->nhits++];
}

/* Add a hit to its term's list. */
static void
accept(struct matcher *m, uint32_t number)
{
    struct term_state *t;

    see(m, m->hit[number].term);
    t = &m->term[m->hit[number].term];
    if (t->last)
        m->hit[t->last].next = number;
    else
        t->first = number;
    t->last = number;
    t->count++;
}

/* What a scan tells. */
struct catcher {
    struct matcher *m;
    enum image_view view;
    const struct squeezed *side; /* NULL: the folded text itself */
};

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

static void
catch_hit(void *arg, uint32_t term, size_t at)
{
    struct catcher *c = arg;
    struct matcher *m = c->m;
    const struct image_term *t =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS) + term;
    const struct view_text *v = &m->view[c->view];
    uint32_t begin = (uint32_t)at, end = begin + t->n;

    if (begin < v->begin[FIELD_TEXT] && end > v->end[FIELD_TITLE])
        return; /* across the border */
    if (!is_bounded(m, t, begin, end))
        return;
    new_hit(m, term, begin, end);
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

static void
catch_squeezed(void *arg, uint32_t term, size_t at)
{
    struct catcher *c = arg;
    struct matcher *m = c->m;
    const struct image_term *t =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS) + term;
    const uint32_t *unit = c->side->at + at;
    uint32_t begin = unit[0], end = unit[t->n - 1] + 1;

    if (end - begin == t->n)
        return; /* no gap in it: found already */
    see(m, term);
    if (t->flags & (TERM_NEEDED | TERM_FURNITURE) ||
        !is_bounded(m, t, begin, end) || !is_believed(m, unit, t->n))
        return;
    if (new_hit(m, term, begin, end))
        accept(m, (uint32_t)(m->nhits - 1));
}

/* Hide what follows each furniture term, to the end of its line. */
static size_t
hide_furniture(struct matcher *m, struct range *ranges)
{
    const struct image_term *term =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    struct view_text *v = &m->view[VIEW_FOLDED];
    size_t n = 0;

    for (size_t i = 1; i < m->nhits && n < MATCH_FURNITURE_RANGES; i++) {
        const struct hit *h = &m->hit[i];
        uint32_t end = h->begin;
        if (!(term[h->term].flags & TERM_FURNITURE) ||
            h->begin < v->begin[FIELD_TEXT])
            continue;
        while (end < v->end[FIELD_TEXT] && v->f.unit[end] != '\n' &&
               end - h->begin < MATCH_FURNITURE_UNITS)
            end++;
        ranges[n++] = (struct range){h->begin, end};
    }
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = ranges[i].begin; k < ranges[i].end; k++)
            v->f.unit[k] = '\n';
    return n;
}

static bool
is_hidden(const struct range *ranges, size_t n, const struct hit *h)
{
    for (size_t i = 0; i < n; i++)
        if (h->begin < ranges[i].end && h->end > ranges[i].begin)
            return true;
    return false;
}

static void
scan_folded(struct matcher *m)
{
    struct catcher c = {m, VIEW_FOLDED, NULL};
    struct view_text *v = &m->view[VIEW_FOLDED];
    struct range hidden[MATCH_FURNITURE_RANGES];
    size_t nhidden, n;
    uint32_t longest = m->image->header->longest_term;

    scan_run(m->image, VIEW_FOLDED, v->f.unit, v->f.n, catch_hit, &c);
    nhidden = hide_furniture(m, hidden);
    n = m->nhits;
    for (uint32_t i = 1; i < n; i++)
        if (!is_hidden(hidden, nhidden, &m->hit[i]))
            accept(m, i);
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (fold_squeeze(&m->side, &v->f, v->begin[f], v->end[f],
                longest > 0 ? longest - 1 : 0, true) != 0)
            m->nomem = true;
        c.side = &m->side;
        if (m->side.n > 0)
            scan_run(m->image, VIEW_FOLDED, m->side.unit, m->side.n,
                catch_squeezed, &c);
    }
}

static void
scan_raw(struct matcher *m)
{
    struct catcher c = {m, VIEW_RAW, NULL};
    struct view_text *v = &m->view[VIEW_RAW];
    size_t first = m->nhits;

    scan_run(m->image, VIEW_RAW, v->f.unit, v->f.n, catch_hit, &c);
    for (size_t i = first; i < m->nhits; i++)
        accept(m, (uint32_t)i);
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Decide the woken rules, in the order of their numbers. */
static int
decide(struct matcher *m, struct arena *arena, struct verdict *ret)
{
    struct finding *list;
    size_t n = 0, held = 0;

    qsort(m->woken, m->nwoken, sizeof(*m->woken), by_number);
    for (size_t i = 0; i < m->nwoken; i++)
        if (eval_rule(m, m->woken[i]) != ANSWER_FALSE)
            m->woken[held++] = m->woken[i];
    if (held > VERDICT_MAX_FINDINGS) {
        held = VERDICT_MAX_FINDINGS;
        ret->truncated = true;
    }
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
    const uint32_t *always = IMAGE_ARRAY(m->image, uint32_t, SEC_ALWAYS);
    struct verdict verdict = {.findings = NULL};
    int err;

    begin_item(m, item);
    err = fold_view(m, VIEW_FOLDED);
    if (err == E_NOMEM)
        return err;
    verdict.truncated = err != 0;
    scan_folded(m);
    if (m->has_raw) {
        err = fold_view(m, VIEW_RAW);
        if (err == E_NOMEM)
            return err;
        verdict.truncated = verdict.truncated || err != 0;
        scan_raw(m);
    }
    for (uint32_t i = 0; i < IMAGE_COUNT(m->image, SEC_ALWAYS); i++)
        wake(m, always[i]);
    err = decide(m, arena, &verdict);
    if (err == 0 && m->nomem)
        err = E_NOMEM;
    if (err == 0)
        *ret = verdict;
    return err;
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

/*
 * eval: whether a rule holds, from what occurred.
 *
 * Three answers: false, true, and unknown when an engine limit hides the
 * truth.  Unknown never becomes false: an author of hostile text must not be
 * able to talk a rule down.
 */
#include <stdlib.h>

#include "rules/matcher.h"

static enum answer
not_answer(enum answer a)
{
    return a == ANSWER_UNKNOWN ? a
           : a == ANSWER_TRUE  ? ANSWER_FALSE
                               : ANSWER_TRUE;
}

int
ranges_add(struct ranges *r, uint32_t begin, uint32_t end)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct range *p = realloc(r->r, cap * sizeof(*p));
        if (!p)
            return E_NOMEM;
        r->r = p;
        r->cap = cap;
    }
    r->r[r->n++] = (struct range){begin, end};
    return 0;
}

void
ranges_done(struct ranges *r)
{
    free(r->r);
    *r = (struct ranges){NULL, 0, 0};
}

static enum answer
eval_term(const struct matcher *m, uint32_t term, unsigned fields)
{
    const struct image_term *t =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS) + term;
    uint32_t h = term_first(m, term);

    if (fields == (FIELDS_TITLE | FIELDS_TEXT) && h)
        return ANSWER_TRUE;
    for (; h; h = m->hit[h].next)
        if (fields &
            1u << hit_field(m, (enum image_view)t->view, m->hit[h].begin))
            return ANSWER_TRUE;
    return m->hits_full ? ANSWER_UNKNOWN : ANSWER_FALSE;
}

/* Whether a word of each clause of the regex occurred. */
static bool
needs_met(const struct matcher *m, const struct image_regex *re)
{
    const struct image_run *clause =
        IMAGE_ARRAY(m->image, struct image_run, SEC_CLAUSES) +
        re->clauses.first;
    const uint32_t *needed = IMAGE_ARRAY(m->image, uint32_t, SEC_NEEDED);

    for (uint32_t i = 0; i < re->clauses.n; i++) {
        bool met = false;
        for (uint32_t k = 0; k < clause[i].n && !met; k++)
            met = term_seen(m, needed[clause[i].first + k]);
        if (!met)
            return false;
    }
    return true;
}

/* Search [from, to] of a subject and note what is found. */
struct search {
    struct matcher *m;
    uint32_t regex;
    const uint16_t *subject;
    size_t n;
    const uint32_t *at; /* squeezed: unit numbers; NULL otherwise */
    size_t base;        /* not squeezed: number of the first unit */
    bool first_only;
    struct ranges *out;
    size_t found;
    size_t resume; /* matches do not overlap: the next begins here or later */
};

static bool
spans_gap(const struct search *s, size_t begin, size_t end)
{
    return end > begin && s->at[end - 1] - s->at[begin] != end - 1 - begin;
}

static enum answer
search_run(struct search *s, size_t from, size_t to)
{
    enum answer answer = ANSWER_FALSE;
    size_t begin, end;

    if (from < s->resume)
        from = s->resume;
    while (from <= to && s->found < MATCH_MAX_MATCHES) {
        enum regex_answer r = regex_find(
            s->m->engine, s->regex, s->subject, s->n, from, to, &begin, &end);
        if (r == REGEX_LIMIT)
            return answer == ANSWER_TRUE ? answer : ANSWER_UNKNOWN;
        if (r == REGEX_NONE)
            break;
        bool wanted = !s->at || spans_gap(s, begin, end);
        from = wanted && end > begin ? end : begin + 1;
        if (from < s->n && (s->subject[from] & 0xFC00) == 0xDC00)
            from++;
        s->resume = from;
        if (!wanted)
            continue;
        answer = ANSWER_TRUE;
        s->found++;
        if (s->out && end > begin) {
            uint32_t b = (uint32_t)(s->at ? s->at[begin] : s->base + begin);
            uint32_t e = (uint32_t)(s->at ? s->at[end - 1] + 1 : s->base + end);
            if (ranges_add(s->out, b, e) != 0)
                s->m->nomem = true;
        }
        if (s->first_only)
            break;
    }
    return answer;
}

/* Hits of one clause in the field, as windows where a match may begin. */
static int
windows_of(struct matcher *m, const struct image_regex *re,
    const struct image_run *clause, size_t begin, size_t end,
    struct ranges *out)
{
    const uint32_t *needed = IMAGE_ARRAY(m->image, uint32_t, SEC_NEEDED);

    for (uint32_t k = 0; k < clause->n; k++) {
        uint32_t h = term_first(m, needed[clause->first + k]);
        for (; h; h = m->hit[h].next) {
            uint32_t b = m->hit[h].begin, low;
            if (b < begin || b >= end)
                continue;
            b -= (uint32_t)begin;
            low = b > re->max_width ? b - re->max_width : 0;
            if (ranges_add(out, low, b) != 0)
                return E_NOMEM;
        }
    }
    return 0;
}

static int
by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Join windows that meet. */
static void
join_windows(struct ranges *w)
{
    size_t n = 0;

    if (w->n == 0)
        return;
    qsort(w->r, w->n, sizeof(*w->r), by_begin);
    for (size_t i = 0; i < w->n; i++) {
        if (n > 0 && w->r[i].begin <= w->r[n - 1].end + 1) {
            if (w->r[i].end > w->r[n - 1].end)
                w->r[n - 1].end = w->r[i].end;
        } else
            w->r[n++] = w->r[i];
    }
    w->n = n;
}

/* The clause with the fewest hits, NULL when the regex has none. */
static const struct image_run *
rarest_clause(const struct matcher *m, const struct image_regex *re)
{
    const struct image_run *clause =
        IMAGE_ARRAY(m->image, struct image_run, SEC_CLAUSES) +
        re->clauses.first;
    const uint32_t *needed = IMAGE_ARRAY(m->image, uint32_t, SEC_NEEDED);
    const struct image_run *best = NULL;
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < re->clauses.n; i++) {
        uint64_t count = 0;
        for (uint32_t k = 0; k < clause[i].n; k++) {
            uint32_t t = needed[clause[i].first + k];
            count += term_seen(m, t) ? m->term[t].count : 0;
        }
        if (count < least) {
            least = count;
            best = &clause[i];
        }
    }
    return best;
}

/* Search the subject in the windows, joined; begin of each is where a match may
 * begin first, end where last. */
static enum answer
search_windows(struct search *s, struct ranges *windows)
{
    enum answer answer = ANSWER_FALSE;

    join_windows(windows);
    for (size_t i = 0; i < windows->n; i++) {
        size_t from = windows->r[i].begin;
        if (from < s->n && (s->subject[from] & 0xFC00) == 0xDC00)
            from++;
        enum answer a = search_run(s, from, windows->r[i].end);
        if (a == ANSWER_TRUE || answer == ANSWER_FALSE)
            answer = a;
        if (answer == ANSWER_TRUE && s->first_only)
            break;
    }
    return answer;
}

/* Search the field as it was folded. */
static enum answer
search_field(
    struct search *s, const struct image_regex *re, enum rule_field field)
{
    struct matcher *m = s->m;
    const struct view_text *v = &m->view[re->view];
    const struct image_run *clause = rarest_clause(m, re);

    s->base = v->begin[field];
    s->subject = v->f.unit + s->base;
    s->n = v->end[field] - s->base;
    if (!clause || m->hits_full)
        return search_run(s, 0, s->n);
    m->windows.n = 0;
    if (windows_of(m, re, clause, s->base, v->end[field], &m->windows) != 0)
        m->nomem = true;
    if (m->windows.n == 0)
        return ANSWER_FALSE; /* some word of it must be in this field */
    return re->max_width == UINT32_MAX ? search_run(s, 0, s->n)
                                       : search_windows(s, &m->windows);
}

/* The field without what hides between Han characters, and its gaps. */
static void
make_whole(struct matcher *m, enum rule_field field)
{
    struct view_text *v = &m->view[VIEW_FOLDED];
    struct squeezed *w = &m->whole[field];

    m->whole_made[field] = true;
    m->gaps[field].n = 0;
    if (fold_squeeze(
            w, &v->f, v->begin[field], v->end[field], SIZE_MAX, false) != 0)
        m->nomem = true;
    for (uint32_t i = 1; i < w->n; i++)
        if (w->at[i] != w->at[i - 1] + 1 &&
            ranges_add(&m->gaps[field], i - 1, i) != 0)
            m->nomem = true;
}

/* Search that text.  Only a match over a gap counts: it begins before one, and
 * no further before than it can be long. */
static enum answer
search_squeezed(
    struct search *s, const struct image_regex *re, enum rule_field field)
{
    struct matcher *m = s->m;
    struct squeezed *w = &m->whole[field];
    const struct ranges *gaps = &m->gaps[field];

    if (!m->whole_made[field])
        make_whole(m, field);
    if (gaps->n == 0)
        return ANSWER_FALSE;
    s->subject = w->unit;
    s->n = w->n;
    s->at = w->at;
    s->resume = 0;
    if (re->max_width == UINT32_MAX)
        return search_run(s, 0, s->n);
    m->windows.n = 0;
    for (size_t i = 0; i < gaps->n; i++) {
        uint32_t last = gaps->r[i].begin;
        uint32_t first = last > re->max_width ? last - re->max_width : 0;
        if (ranges_add(&m->windows, first, last) != 0)
            m->nomem = true;
    }
    return search_windows(s, &m->windows);
}

enum answer
eval_regex(struct matcher *m, uint32_t regex, enum rule_field field,
    bool first_only, struct ranges *out)
{
    const struct image_regex *re =
        IMAGE_ARRAY(m->image, struct image_regex, SEC_REGEXES) + regex;
    struct search s = {
        .m = m, .regex = regex, .first_only = first_only, .out = out};
    enum answer a, b;

    if (!m->hits_full && !needs_met(m, re))
        return ANSWER_FALSE;
    a = search_field(&s, re, field);
    if (re->view == VIEW_RAW || (a == ANSWER_TRUE && first_only))
        return a;
    b = search_squeezed(&s, re, field);
    if (a == ANSWER_TRUE || b == ANSWER_TRUE)
        return ANSWER_TRUE;
    return a == ANSWER_UNKNOWN || b == ANSWER_UNKNOWN ? ANSWER_UNKNOWN
                                                      : ANSWER_FALSE;
}

static enum answer
eval_fields_regex(struct matcher *m, uint32_t regex, unsigned fields)
{
    enum answer answer = ANSWER_FALSE;

    for (enum rule_field f = FIELD_TITLE; f <= FIELD_TEXT; f++) {
        if (!(fields & 1u << f))
            continue;
        enum answer a = eval_regex(m, regex, f, true, NULL);
        if (a == ANSWER_TRUE)
            return a;
        if (a == ANSWER_UNKNOWN)
            answer = a;
    }
    return answer;
}

enum answer
eval_kid(struct matcher *m, uint32_t kid, unsigned fields)
{
    return kid & KID_TERM ? eval_term(m, kid & ~KID_TERM, fields)
                          : eval_node(m, kid, fields);
}

/* Count the children that hold and those that are unknown, up to enough. */
static void
count_kids(struct matcher *m, const struct image_node *d, unsigned fields,
    uint32_t enough, uint32_t *held, uint32_t *unknown)
{
    const uint32_t *kids =
        IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS) + d->kids.first;

    *held = *unknown = 0;
    for (uint32_t k = 0; k < d->kids.n && *held < enough; k++) {
        enum answer a = eval_kid(m, kids[k], fields);
        *held += a == ANSWER_TRUE;
        *unknown += a == ANSWER_UNKNOWN;
    }
}

static enum answer
eval_all(struct matcher *m, const struct image_node *d, unsigned fields)
{
    const uint32_t *kids =
        IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS) + d->kids.first;
    enum answer answer = ANSWER_TRUE;

    for (uint32_t k = 0; k < d->kids.n; k++) {
        enum answer a = eval_kid(m, kids[k], fields);
        if (a == ANSWER_FALSE)
            return a;
        if (a == ANSWER_UNKNOWN)
            answer = a;
    }
    return answer;
}

static bool
has_any_text(const struct image *im, struct image_run run,
    const struct str *texts, size_t n)
{
    const struct image_text *t =
        IMAGE_ARRAY(im, struct image_text, SEC_TEXTS) + run.first;

    for (uint32_t i = 0; i < run.n; i++)
        for (size_t k = 0; k < n; k++)
            if (str_eq(image_str(im, t[i]), texts[k]))
                return true;
    return false;
}

static bool
source_fits(const struct matcher *m, uint32_t sources)
{
    const struct image_sources *r =
        IMAGE_ARRAY(m->image, struct image_sources, SEC_SOURCES) + sources;
    const struct rule_source *s = &m->item->source;

    if (r->tags.n > 0 && !has_any_text(m->image, r->tags, s->tags, s->ntags))
        return false;
    if (r->not_tags.n > 0 &&
        has_any_text(m->image, r->not_tags, s->tags, s->ntags))
        return false;
    return r->kinds.n == 0 || has_any_text(m->image, r->kinds, &s->kind, 1);
}

static enum answer
eval_fresh(struct matcher *m, uint32_t node, unsigned fields)
{
    const struct image_node *d =
        IMAGE_ARRAY(m->image, struct image_node, SEC_NODES) + node;
    uint32_t held, unknown;

    switch ((enum node_type)d->type) {
    case NODE_REGEX:
        return eval_fields_regex(m, d->arg, fields);
    case NODE_RULE:
        return eval_rule(m, d->arg);
    case NODE_SOURCE:
        return source_fits(m, d->arg) ? ANSWER_TRUE : ANSWER_FALSE;
    case NODE_ALL:
        return eval_all(m, d, fields);
    case NODE_NEAR:
        return near_eval(m, node, fields, NULL);
    case NODE_ANY:
        count_kids(m, d, fields, 1, &held, &unknown);
        return held ? ANSWER_TRUE : unknown ? ANSWER_UNKNOWN : ANSWER_FALSE;
    case NODE_NONE:
        count_kids(m, d, fields, 1, &held, &unknown);
        return not_answer(held      ? ANSWER_TRUE
                          : unknown ? ANSWER_UNKNOWN
                                    : ANSWER_FALSE);
    case NODE_AT_LEAST:
        count_kids(m, d, fields, d->arg, &held, &unknown);
        return held >= d->arg             ? ANSWER_TRUE
               : held + unknown >= d->arg ? ANSWER_UNKNOWN
                                          : ANSWER_FALSE;
    }
    return ANSWER_UNKNOWN;
}

enum answer
eval_node(struct matcher *m, uint32_t node, unsigned fields)
{
    struct node_memo *memo = &m->memo[node];
    unsigned shift = fields * 2;

    if (memo->stamp != m->stamp) {
        memo->stamp = m->stamp;
        memo->answers = 0xFF;
    }
    if ((memo->answers >> shift & 3) != 3)
        return (enum answer)(memo->answers >> shift & 3);
    enum answer a = eval_fresh(m, node, fields);
    memo->answers =
        (uint8_t)((memo->answers & ~(3u << shift)) | (unsigned)a << shift);
    return a;
}

/* Whether the item's time is one at which the rule holds. */
static bool
is_in_force(const struct matcher *m, const struct image_rule *r)
{
    struct wall t = m->item->published;

    if (!wall_is_set(t))
        t = m->item->seen;
    if (!wall_is_set(t) || t.ms == 0)
        return true;
    return t.ms >= r->since_ms && t.ms < r->until_ms;
}

enum answer
eval_rule(struct matcher *m, uint32_t rule)
{
    const struct image_rule *r =
        IMAGE_ARRAY(m->image, struct image_rule, SEC_RULES) + rule;
    const struct image_try *y =
        IMAGE_ARRAY(m->image, struct image_try, SEC_TRIES) + rule;
    struct rule_state *state = &m->rule[rule];

    if (state->stamp == m->stamp)
        return (enum answer)state->answer;
    enum answer a =
        y->plain || (is_in_force(m, r) && source_fits(m, r->sources))
            ? eval_node(m, y->root, y->fields)
            : ANSWER_FALSE;
    state->stamp = m->stamp;
    state->answer = (uint8_t)a;
    return a;
}

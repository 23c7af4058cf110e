/*
 * collect: the pieces of text that made a rule hold, for people to see.
 *
 * Every occurrence of every term and expression under a condition that holds
 * (not under none); of near, what took part.  The first FINDING_MAX_SPANS in
 * the order of the text, each once.
 */
#include <string.h>

#include "rules/matcher.h"

struct collector {
    struct matcher *m;
    struct span span[FINDING_MAX_SPANS];
    size_t n;
    unsigned fields;
};

static int
span_order(const struct span *a, const struct span *b)
{
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

/* Put span where it belongs among the first; the last may fall out. */
static void
insert(struct collector *c, struct span span)
{
    size_t i = c->n;

    while (i > 0 && span_order(&span, &c->span[i - 1]) < 0)
        i--;
    if (i > 0 && span_order(&span, &c->span[i - 1]) == 0)
        return;
    if (i == FINDING_MAX_SPANS)
        return;
    if (c->n == FINDING_MAX_SPANS)
        c->n--;
    memmove(&c->span[i + 1], &c->span[i], (c->n - i) * sizeof(span));
    c->span[i] = span;
    c->n++;
}

/* Add the units [begin, end) of a view as code points of the original. */
static void
add(struct collector *c, enum image_view view, uint32_t begin, uint32_t end)
{
    const struct view_text *v = &c->m->view[view];

    if (end <= begin)
        return;
    insert(c, (struct span){hit_field(c->m, view, begin), v->f.from[begin],
                  v->f.from[end - 1] + v->f.len[end - 1]});
}

static void
add_term(struct collector *c, uint32_t term)
{
    const struct image_term *t =
        IMAGE_ARRAY(c->m->image, struct image_term, SEC_TERMS) + term;
    enum image_view view = (enum image_view)t->view;

    for (uint32_t h = term_first(c->m, term); h; h = c->m->hit[h].next) {
        const struct hit *hit = &c->m->hit[h];
        if (!(c->fields & 1u << hit_field(c->m, view, hit->begin)))
            continue;
        add(c, view, hit->begin, hit->end);
    }
}

static void
add_regex(struct collector *c, uint32_t regex)
{
    const struct image_regex *re =
        IMAGE_ARRAY(c->m->image, struct image_regex, SEC_REGEXES) + regex;
    struct ranges found = {NULL, 0, 0};

    for (enum rule_field f = FIELD_TITLE; f <= FIELD_TEXT; f++)
        if (c->fields & 1u << f)
            eval_regex(c->m, regex, f, false, &found);
    for (size_t i = 0; i < found.n; i++)
        add(c, (enum image_view)re->view, found.r[i].begin, found.r[i].end);
    ranges_done(&found);
}

static void
add_near(struct collector *c, uint32_t node)
{
    struct ranges found = {NULL, 0, 0};

    near_eval(c->m, node, c->fields, &found);
    for (size_t i = 0; i < found.n; i++)
        add(c, near_view(c->m, node), found.r[i].begin, found.r[i].end);
    ranges_done(&found);
}

/* Whether this walk comes to node for the first time with these fields: rules
 * and lists are shared, and there are many ways to one. */
static bool
is_new(struct collector *c, uint32_t node)
{
    struct node_walk *w = &c->m->walked[node];
    uint8_t bit = (uint8_t)(1u << c->fields);

    if (w->walk != c->m->walk)
        *w = (struct node_walk){.walk = c->m->walk};
    if (w->fields & bit)
        return false;
    w->fields |= bit;
    return true;
}

/* A new walk; after 2^32 of them all are forgotten. */
static void
begin_walk(struct matcher *m)
{
    if (++m->walk != 0)
        return;
    for (size_t i = 0; i < IMAGE_COUNT(m->image, SEC_NODES); i++)
        m->walked[i].walk = 0;
    m->walk = 1;
}

static void walk_node(struct collector *c, uint32_t node);

/* Walk what holds; the depth is bounded by IMAGE_MAX_DEPTH. */
static void
walk(struct collector *c, uint32_t node)
{
    if (node & KID_TERM)
        add_term(c, node & ~KID_TERM);
    else
        walk_node(c, node);
}

static void
walk_node(struct collector *c, uint32_t node)
{
    const struct image *im = c->m->image;
    const struct image_node *d =
        IMAGE_ARRAY(im, struct image_node, SEC_NODES) + node;
    const uint32_t *kids = IMAGE_ARRAY(im, uint32_t, SEC_KIDS) + d->kids.first;
    const struct image_rule *rule;
    unsigned fields = c->fields;

    if (!is_new(c, node) || eval_node(c->m, node, fields) != ANSWER_TRUE)
        return;
    switch ((enum node_type)d->type) {
    case NODE_REGEX:
        add_regex(c, d->arg);
        return;
    case NODE_NEAR:
        add_near(c, node);
        return;
    case NODE_SOURCE:
    case NODE_NONE:
        return;
    case NODE_RULE:
        rule = IMAGE_ARRAY(im, struct image_rule, SEC_RULES) + d->arg;
        c->fields = rule->fields;
        walk(c, rule->root);
        c->fields = fields;
        return;
    case NODE_ALL:
    case NODE_ANY:
    case NODE_AT_LEAST:
        for (uint32_t k = 0; k < d->kids.n; k++)
            walk(c, kids[k]);
        return;
    }
}

int
collect_spans(struct matcher *m, uint32_t rule, struct arena *arena,
    struct finding *finding)
{
    const struct image_rule *r =
        IMAGE_ARRAY(m->image, struct image_rule, SEC_RULES) + rule;
    struct collector c = {.m = m, .fields = r->fields};
    struct span *spans;

    begin_walk(m);
    walk(&c, r->root);
    spans = ARENA_ARRAY(arena, c.n ? c.n : 1, struct span);
    if (!spans)
        return E_NOMEM;
    memcpy(spans, c.span, c.n * sizeof(*spans));
    finding->spans = spans;
    finding->nspans = c.n;
    return 0;
}

/*
 * trigger: which terms make a rule worth a look.
 *
 * A rule can only hold when something that it needs occurs.  For each rule the
 * cheapest such set of terms is chosen (cheap: terms that few rules use), and
 * each of its terms points at the rule.  An item then wakes only the rules that
 * one of its terms points at.  Rules that need nothing in particular are tried
 * on every item; they may be few.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/compile.h"

enum {
    TRIGGER_SINGLE_COST = 16,
    TRIGGER_MAX_GATE = 4 /* terms that are looked at one by one */
};
#define COST_NONE UINT64_MAX

struct chooser {
    struct compile *c;
    const struct image_node *node;
    const uint32_t *kids;
    const struct image_regex *regex;
    const struct image_run *clause;
    const uint32_t *needed;
    uint64_t *use;  /* by node: how many rules reach it */
    uint64_t *refs; /* by term: how many rules use it */
    uint64_t *cost; /* by node; COST_NONE: no set of terms is needed */
    struct image_trigger *gate; /* by rule */
    struct buf pairs;           /* struct pair */
    uint32_t *pointed; /* by node: 1 + the last rule that it was pointed at */
};

struct pair {
    uint32_t term, rule;
};

struct offer {
    const uint32_t *terms;
    uint32_t n, kid;
    uint64_t shared;
};

static uint64_t
cost_add(uint64_t a, uint64_t b)
{
    return a == COST_NONE || b == COST_NONE || a > COST_NONE - 1 - b ? COST_NONE
                                                                     : a + b;
}

/* Count how many rules use each node and term: parents first, which are behind
 * their children. */
static void
count_uses(struct chooser *h)
{
    const struct image_rule *rule =
        COMPILE_ARRAY(h->c, struct image_rule, SEC_RULES);

    for (uint32_t i = 0; i < COMPILE_COUNT(h->c, SEC_RULES); i++)
        if (rule[i].root != UINT32_MAX)
            h->use[rule[i].root]++;
    for (uint32_t i = COMPILE_COUNT(h->c, SEC_NODES); i-- > 0;) {
        const struct image_node *d = &h->node[i];
        for (uint32_t k = 0; k < d->kids.n; k++) {
            uint32_t kid = h->kids[d->kids.first + k];
            if (kid & KID_TERM)
                h->refs[kid & ~KID_TERM] += h->use[i];
            else
                h->use[kid] += h->use[i];
        }
        if (d->type == NODE_RULE)
            h->use[rule[d->arg].root] += h->use[i];
        if (d->type != NODE_REGEX)
            continue;
        const struct image_regex *r = &h->regex[d->arg];
        for (uint32_t k = 0; k < r->clauses.n; k++) {
            const struct image_run *run = &h->clause[r->clauses.first + k];
            for (uint32_t j = 0; j < run->n; j++)
                h->refs[h->needed[run->first + j]] += h->use[i];
        }
    }
}

/* A term of one character occurs in most texts. */
static uint64_t
cost_of_term(const struct chooser *h, uint32_t term)
{
    const struct image_term *t =
        COMPILE_ARRAY(h->c, struct image_term, SEC_TERMS) + term;

    return (1 + h->refs[term]) * (t->n == 1 ? TRIGGER_SINGLE_COST : 1);
}

static uint64_t
cost_of_kid(const struct chooser *h, uint32_t kid)
{
    return kid & KID_TERM ? cost_of_term(h, kid & ~KID_TERM) : h->cost[kid];
}

/* The cheapest clause of a regex. */
static const struct image_run *
best_clause(
    const struct chooser *h, const struct image_regex *r, uint64_t *ret_cost)
{
    const struct image_run *best = NULL;

    *ret_cost = COST_NONE;
    for (uint32_t k = 0; k < r->clauses.n; k++) {
        const struct image_run *run = &h->clause[r->clauses.first + k];
        uint64_t cost = 0;
        for (uint32_t j = 0; j < run->n; j++)
            cost = cost_add(cost, cost_of_term(h, h->needed[run->first + j]));
        if (cost < *ret_cost) {
            *ret_cost = cost;
            best = run;
        }
    }
    return best;
}

static int
by_cost(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Of n kids with at least count holding, one of any n - count + 1 holds: the
 * cheapest of them; *ret_limit is the dearest cost that is among them. */
static uint64_t
cost_at_least(
    const struct chooser *h, const struct image_node *d, uint64_t *ret_limit)
{
    uint64_t *costs, sum = 0;
    uint32_t take;

    *ret_limit = COST_NONE;
    if (d->arg > d->kids.n)
        return 0; /* never holds */
    costs = calloc(d->kids.n, sizeof(*costs));
    if (!costs)
        return COST_NONE;
    for (uint32_t k = 0; k < d->kids.n; k++)
        costs[k] = cost_of_kid(h, h->kids[d->kids.first + k]);
    qsort(costs, d->kids.n, sizeof(*costs), by_cost);
    take = d->kids.n - d->arg + 1;
    for (uint32_t k = 0; k < take; k++)
        sum = cost_add(sum, costs[k]);
    *ret_limit = costs[take - 1];
    free(costs);
    return sum;
}

static uint64_t
cost_of(const struct chooser *h, const struct image_node *d)
{
    const struct image_rule *rule =
        COMPILE_ARRAY(h->c, struct image_rule, SEC_RULES);
    uint64_t cost, limit;

    switch ((enum node_type)d->type) {
    case NODE_REGEX:
        best_clause(h, &h->regex[d->arg], &cost);
        return cost;
    case NODE_RULE:
        return h->cost[rule[d->arg].root];
    case NODE_SOURCE:
    case NODE_NONE:
        return COST_NONE;
    case NODE_AT_LEAST:
        return cost_at_least(h, d, &limit);
    case NODE_ANY:
        cost = 0;
        for (uint32_t k = 0; k < d->kids.n; k++)
            cost = cost_add(cost, cost_of_kid(h, h->kids[d->kids.first + k]));
        return cost;
    case NODE_ALL:
    case NODE_NEAR:
        cost = COST_NONE;
        for (uint32_t k = 0; k < d->kids.n; k++) {
            uint64_t one = cost_of_kid(h, h->kids[d->kids.first + k]);
            cost = one < cost ? one : cost;
        }
        return cost;
    }
    return COST_NONE;
}

static void
add_pair(struct chooser *h, uint32_t term, uint32_t rule)
{
    struct pair p = {term, rule};
    int err = buf_add(&h->pairs, &p, sizeof(p));

    if (err != 0)
        h->c->err = err;
}

static void point_node(struct chooser *h, uint32_t node, uint32_t rule);

/* Point the terms of the set of a kid at rule.  Depth is bounded: children come
 * before their parents, and emit_clause bounds the nesting. */
static void
point(struct chooser *h, uint32_t kid, uint32_t rule)
{
    if (kid & KID_TERM)
        add_pair(h, kid & ~KID_TERM, rule);
    else
        point_node(h, kid, rule);
}

static void
point_node(struct chooser *h, uint32_t node, uint32_t rule)
{
    const struct image_node *d = &h->node[node];
    const uint32_t *kids = h->kids + d->kids.first;
    const struct image_run *run;
    uint64_t cost, limit = COST_NONE;

    if (h->pointed[node] == rule + 1)
        return; /* there are many ways to what is shared */
    h->pointed[node] = rule + 1;
    switch ((enum node_type)d->type) {
    case NODE_REGEX:
        run = best_clause(h, &h->regex[d->arg], &cost);
        for (uint32_t j = 0; run && j < run->n; j++)
            add_pair(h, h->needed[run->first + j], rule);
        return;
    case NODE_RULE:
        point(h, COMPILE_ARRAY(h->c, struct image_rule, SEC_RULES)[d->arg].root,
            rule);
        return;
    case NODE_SOURCE:
    case NODE_NONE:
        return;
    case NODE_AT_LEAST:
        if (d->arg > d->kids.n)
            return;
        cost_at_least(h, d, &limit);
        for (uint32_t k = 0; k < d->kids.n; k++)
            if (cost_of_kid(h, kids[k]) <= limit)
                point(h, kids[k], rule);
        return;
    case NODE_ANY:
        for (uint32_t k = 0; k < d->kids.n; k++)
            point(h, kids[k], rule);
        return;
    case NODE_ALL:
    case NODE_NEAR:
        for (uint32_t k = 0; k < d->kids.n; k++) {
            if (cost_of_kid(h, kids[k]) == h->cost[node]) {
                point(h, kids[k], rule);
                return;
            }
        }
        return;
    }
}

static int
by_term(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->term != y->term)
        return x->term < y->term ? -1 : 1;
    return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* The pairs as runs of rules, one run per term. */
static void
lay_out(struct chooser *h)
{
    struct pair *pair = (void *)h->pairs.p;
    const struct image_rule *rule =
        COMPILE_ARRAY(h->c, struct image_rule, SEC_RULES);
    size_t n = h->pairs.n / sizeof(*pair);
    struct image_term *term = COMPILE_ARRAY(h->c, struct image_term, SEC_TERMS);

    if (n > 0)
        qsort(pair, n, sizeof(*pair), by_term);
    for (size_t i = 0; i < n; i++) {
        struct image_run *run = &term[pair[i].term].triggers;
        if (i > 0 && by_term(&pair[i - 1], &pair[i]) == 0)
            continue;
        if (run->n == 0)
            run->first = COMPILE_COUNT(h->c, SEC_TRIGGERS);
        struct image_trigger t = h->gate[pair[i].rule];
        t.rule = pair[i].rule;
        t.fields = (uint16_t)rule[pair[i].rule].fields;
        compile_add(h->c, SEC_TRIGGERS, &t);
        run->n++;
    }
}

/* How many terms a kid is, when it is a term or any of some; 0 otherwise. */
static uint32_t
plain_terms(const struct chooser *h, uint32_t kid)
{
    if (kid & KID_TERM)
        return 1;
    if (h->node[kid].type != NODE_ANY)
        return 0;
    for (uint32_t k = 0; k < h->node[kid].kids.n; k++)
        if (!(h->kids[h->node[kid].kids.first + k] & KID_TERM))
            return 0;
    return h->node[kid].kids.n;
}

/* Offer a run of terms, some of which a rule needs, for its gate: best is what
 * many rules share.  kid: that the run is of, or KID_NONE. */
static void
offer(struct offer *best, const uint32_t *terms, uint32_t n, uint32_t kid,
    uint64_t shared)
{
    if (n > 0 && shared > best->shared)
        *best = (struct offer){terms, n, kid, shared};
}

/* The gates that the kids of a node offer, all of which are needed; the one
 * whose terms point at the rule is none. */
static void
offer_kids(const struct chooser *h, uint32_t node, struct offer *best)
{
    const struct image_node *d = &h->node[node];
    bool waking = false;

    for (uint32_t k = 0; k < d->kids.n; k++) {
        const uint32_t *kid = h->kids + d->kids.first + k;
        if (!waking && cost_of_kid(h, *kid) == h->cost[node]) {
            waking = true;
            continue;
        }
        if (*kid & KID_TERM)
            offer(best, kid, 1, KID_NONE, h->refs[*kid & ~KID_TERM]);
        else
            offer(best, h->kids + h->node[*kid].kids.first,
                plain_terms(h, *kid), *kid, h->use[*kid]);
    }
}

static void
offer_clauses(const struct chooser *h, uint32_t regex, struct offer *best)
{
    const struct image_regex *r = &h->regex[regex];
    uint64_t cost;
    const struct image_run *waking = best_clause(h, r, &cost);

    for (uint32_t k = 0; k < r->clauses.n; k++) {
        const struct image_run *run = &h->clause[r->clauses.first + k];
        if (run != waking && run->n <= UINT16_MAX)
            offer(best, h->needed + run->first, run->n, KID_NONE, 1);
    }
}

/* Choose something cheap to look at that a rule needs besides what wakes it. */
static void
choose_gate(struct chooser *h, uint32_t root, struct image_trigger *ret)
{
    const struct image_node *d = &h->node[root];
    struct offer best = {.kid = KID_NONE};
    uint32_t waking = KID_NONE;

    ret->gate = KID_NONE;
    if (d->type != NODE_ALL)
        return;
    offer_kids(h, root, &best);
    for (uint32_t k = 0; k < d->kids.n && waking == KID_NONE; k++)
        if (cost_of_kid(h, h->kids[d->kids.first + k]) == h->cost[root])
            waking = h->kids[d->kids.first + k];
    if (waking != KID_NONE && !(waking & KID_TERM)) {
        if (h->node[waking].type == NODE_NEAR)
            offer_kids(h, waking, &best);
        if (h->node[waking].type == NODE_REGEX)
            offer_clauses(h, h->node[waking].arg, &best);
    }
    if (best.n > TRIGGER_MAX_GATE && best.kid != KID_NONE) {
        ret->gate = best.kid; /* its answer is kept */
        return;
    }
    if (best.n == 0 || best.n > UINT16_MAX)
        return;
    ret->gate = COMPILE_COUNT(h->c, SEC_GATES);
    ret->n = (uint16_t)best.n;
    for (uint32_t i = 0; i < best.n; i++) {
        uint32_t term = best.terms[i] & ~KID_TERM;
        compile_add(h->c, SEC_GATES, &term);
    }
}

/* What deciding reads first. */
static void
add_tries(struct compile *c)
{
    const struct image_rule *r = COMPILE_ARRAY(c, struct image_rule, SEC_RULES);
    const struct image_sources *s =
        COMPILE_ARRAY(c, struct image_sources, SEC_SOURCES);

    for (uint32_t i = 0; i < COMPILE_COUNT(c, SEC_RULES); i++) {
        const struct image_sources *asked = &s[r[i].sources];
        struct image_try y = {.root = r[i].root,
            .fields = (uint16_t)r[i].fields,
            .plain = asked->tags.n + asked->not_tags.n + asked->kinds.n == 0 &&
                     r[i].since_ms == INT64_MIN && r[i].until_ms == INT64_MAX};
        compile_add(c, SEC_TRIES, &y);
    }
}

static void
choose_rules(struct chooser *h)
{
    const struct image_rule *rule =
        COMPILE_ARRAY(h->c, struct image_rule, SEC_RULES);
    uint32_t always = 0, n = COMPILE_COUNT(h->c, SEC_RULES);

    for (uint32_t i = 0; i < COMPILE_COUNT(h->c, SEC_NODES); i++)
        h->cost[i] = cost_of(h, &h->node[i]);
    for (struct model_rule *m = h->c->model->rules; m; m = m->next) {
        uint32_t i = m->number;
        if (i >= n || rule[i].root == UINT32_MAX || m->flags & RULE_HELPER)
            continue; /* a helper is evaluated when another rule asks */
        if (h->cost[rule[i].root] != COST_NONE) {
            point(h, rule[i].root, i);
            choose_gate(h, rule[i].root, &h->gate[i]);
            continue;
        }
        compile_add(h->c, SEC_ALWAYS, &i);
        if (++always == COMPILE_MAX_ALWAYS + 1)
            compile_wrong(h->c, m->place,
                "more than %d rules need no word in particular, so that every "
                "item must be tried on each: give this one a term of two "
                "characters that must occur",
                COMPILE_MAX_ALWAYS);
    }
}

int
trigger_choose(struct compile *c)
{
    uint32_t nodes = COMPILE_COUNT(c, SEC_NODES);
    uint32_t terms = COMPILE_COUNT(c, SEC_TERMS);
    struct chooser h = {.c = c,
        .node = COMPILE_ARRAY(c, struct image_node, SEC_NODES),
        .kids = COMPILE_ARRAY(c, uint32_t, SEC_KIDS),
        .regex = COMPILE_ARRAY(c, struct image_regex, SEC_REGEXES),
        .clause = COMPILE_ARRAY(c, struct image_run, SEC_CLAUSES),
        .needed = COMPILE_ARRAY(c, uint32_t, SEC_NEEDED),
        .use = calloc(nodes + 1, sizeof(uint64_t)),
        .refs = calloc(terms + 1, sizeof(uint64_t)),
        .cost = calloc(nodes + 1, sizeof(uint64_t)),
        .pointed = calloc(nodes + 1, sizeof(uint32_t)),
        .gate = calloc(
            COMPILE_COUNT(c, SEC_RULES) + 1, sizeof(struct image_trigger))};

    buf_init(&h.pairs, IMAGE_MAX_BYTES);
    if (h.use && h.refs && h.cost && h.pointed && h.gate) {
        count_uses(&h);
        choose_rules(&h);
        lay_out(&h);
        add_tries(c);
    } else
        c->err = E_NOMEM;
    buf_done(&h.pairs);
    free(h.use);
    free(h.refs);
    free(h.cost);
    free(h.pointed);
    free(h.gate);
    return c->err;
}

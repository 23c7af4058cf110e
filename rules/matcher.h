/*
 * matcher: the working memory of matching, shared by its parts.  Internal to
 * rules/.
 *
 * match.c folds and scans an item and wakes rules; eval.c decides whether a
 * rule holds; near.c measures distances; collect.c finds the spans to show.
 */
#ifndef TOCSIN_RULES_MATCHER_H
#define TOCSIN_RULES_MATCHER_H

#include "rules/fold.h"
#include "rules/model.h"
#include "rules/regex.h"
#include "rules/scan.h"
#include "rules/set.h"

enum {
    MATCH_FURNITURE_UNITS = 100, /* hidden behind one furniture term */
    MATCH_FURNITURE_RANGES = 64,
    MATCH_MAX_MATCHES = 256, /* of one regex in one field, for spans */
    FIELD_COUNT = 2
};

enum answer { ANSWER_FALSE, ANSWER_TRUE, ANSWER_UNKNOWN };

/* An occurrence of a term: units of its view's text. */
struct hit {
    uint32_t term, begin, end;
    uint32_t next; /* of the same term; 0 is none (numbers are + 1) */
};

struct term_state {
    uint32_t stamp; /* of the item that it occurred in, accepted or not */
    uint32_t first, last, count; /* accepted hits, numbers + 1 */
};

/* Answer for one combination of fields: 2 bits each, 3 is not known yet. */
struct node_memo {
    uint32_t stamp;
    uint8_t answers;
};

/* With which fields a node was walked: bits, 1 << fields. */
struct node_walk {
    uint32_t walk; /* number of the walk */
    uint8_t fields;
};

struct rule_state {
    uint32_t stamp; /* evaluated for this item */
    uint8_t answer;
    uint32_t woken; /* stamp of the item that it was queued for */
};

/* The text of one view: title, border, text. */
struct view_text {
    struct folded f;
    size_t begin[FIELD_COUNT], end[FIELD_COUNT];
};

/* Begin and end of an occurrence, for near and regexes. */
struct range {
    uint32_t begin, end;
};

struct ranges {
    struct range *r;
    size_t n, cap;
};

struct matcher {
    const struct ruleset *set;
    const struct image *image;
    struct regex_engine *engine;
    const struct rule_item *item;
    struct view_text view[VIEW_COUNT];
    bool has_raw;
    struct squeezed side;               /* around gaps, for terms */
    struct squeezed whole[FIELD_COUNT]; /* for regexes, made when needed */
    bool whole_made[FIELD_COUNT];
    struct ranges gaps[FIELD_COUNT]; /* units of whole before and after each */
    struct ranges windows;           /* where a regex is searched */
    uint32_t stamp;
    struct term_state *term;
    struct node_memo *memo;
    struct node_walk *walked;
    uint32_t walk; /* number of the walk at hand: see collect.c */
    struct rule_state *rule;
    struct hit *hit; /* hit[0] is unused */
    size_t nhits, hits_cap;
    bool hits_full, nomem;
    struct scan_hits found; /* by the last scan, before they are believed */
    scan_run_fn scan;       /* scan_run; bench/ puts others in its place */
    void *scan_arg;
    bool has_furniture;
    uint32_t *seen; /* terms that occurred */
    size_t nseen;
    uint32_t *woken; /* rules to look at */
    size_t nwoken;
    struct ranges near[MODEL_MAX_NEAR];
};

/* eval.c */
enum answer eval_rule(struct matcher *m, uint32_t rule);
enum answer eval_node(struct matcher *m, uint32_t node, unsigned fields);
/* A node or a term. */
enum answer eval_kid(struct matcher *m, uint32_t kid, unsigned fields);
/* Matches of regex in one field; stops after the first when first_only.  Adds
 * to out (NULL is allowed).  Spans are units of the view. */
enum answer eval_regex(struct matcher *m, uint32_t regex, enum rule_field field,
    bool first_only, struct ranges *out);
/* Whether term occurred at all, accepted or not. */
static inline bool
term_seen(const struct matcher *m, uint32_t term)
{
    return m->term[term].stamp == m->stamp;
}
/* First accepted hit of term, 0 when none. */
static inline uint32_t
term_first(const struct matcher *m, uint32_t term)
{
    return m->term[term].stamp == m->stamp ? m->term[term].first : 0;
}
static inline enum rule_field
hit_field(const struct matcher *m, enum image_view view, uint32_t begin)
{
    return begin < m->view[view].end[FIELD_TITLE] ? FIELD_TITLE : FIELD_TEXT;
}
int ranges_add(struct ranges *r, uint32_t begin, uint32_t end);
void ranges_done(struct ranges *r);

/* near.c: whether a near node holds; what took part is added to out (NULL is
 * allowed). */
enum answer near_eval(
    struct matcher *m, uint32_t node, unsigned fields, struct ranges *out);

/* The view whose text the terms of a near node are found in. */
enum image_view near_view(const struct matcher *m, uint32_t node);

/* collect.c: the spans of a rule that holds, in arena. */
int collect_spans(struct matcher *m, uint32_t rule, struct arena *arena,
    struct finding *finding);

#endif

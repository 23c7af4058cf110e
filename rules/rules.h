/*
 * rules: the folder's face: rule files in, findings and a score out.
 *
 *   files ──load──▶ rule set ──image──▶ bytes that every parse role maps
 *   item ──match──▶ verdict ──score──▶ score, level, explanation
 *
 * A rule set is immutable, one contiguous image without pointers, so that the
 * engine compiles it once per configuration generation and the parse roles
 * map the same memory (memfd).  A matcher's working memory is sized when it is
 * made and grows only with the largest item; spans live in the caller's arena;
 * a regular expression is compiled the first time an item needs it.  The same
 * items and rules give the same findings, except where a time budget
 * (matcher_limit) ends first: then the rule is indeterminate.
 */
#ifndef TOCSIN_RULES_RULES_H
#define TOCSIN_RULES_RULES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "rules/verdict.h"

struct pack;
struct ruleset;
struct zone;

/* One file of rules, or of the region, already read. */
struct rule_file {
    const char *name; /* for errors */
    struct str text;
    const struct pack *pack; /* that it is part of; NULL: the bureau's own */
    bool lent;               /* only what others use of it counts */
};

/* An owner whom rules and grouping know by name: a school, mostly. */
struct rule_owner {
    struct str name;
    const struct str *aliases;
    size_t naliases;
};

/* What compiling rules may need besides their files; all may be absent. */
struct rule_options {
    /* JSON of CONTRACTS §1: home, neighbours and far places */
    const struct rule_file *region;
    const struct rule_owner *owners; /* home schools with their aliases */
    size_t nowners;
    const struct zone *zone;     /* of dates in rules; absent: 8 hours east */
    bool lint;                   /* warn of what is allowed but unwise, too */
    struct toc_errors *warnings; /* what is no error: as an override of a rule
                                    that is gone */
};

/* Compile rule files into a set.  All errors of all files are added to errors;
 * E_CONF when there is any.  region (may be NULL) is the JSON of
 * CONTRACTS §1: home, neighbours and far places. */
int ruleset_compile(const struct rule_file *files, size_t nfiles,
    const struct rule_file *region, struct toc_errors *errors,
    struct ruleset **ret);
/* The same with all options. */
int ruleset_compile_with(const struct rule_file *files, size_t nfiles,
    const struct rule_options *options, struct toc_errors *errors,
    struct ruleset **ret);
/* The image of a compiled set: lent, valid as long as set. */
struct str ruleset_image(const struct ruleset *set);
/* Open an image, aligned to 16 bytes (a mapping is); it is checked against its
 * own header, version, checksum and bounds, and kept by reference: image must
 * outlive the set.  0, E_CORRUPT, E_NOMEM. */
int ruleset_open(struct str image, struct ruleset **ret);
void ruleset_free(struct ruleset *set);

/* What a rule asks for besides its points. */
enum rule_wish {
    RULE_WISH_BODY = 1,    /* `body: true`: when it holds on an item that is
                              only a headline, the item's own page is read */
    RULE_WISH_BACKFILL = 2 /* `backfill: true`: it alarms on items that were
                              published long before they were first seen */
};

/* What a rule is, for explaining. */
struct rule_info {
    struct str id, title, category, context;
    enum rule_status status;
    int points;
    unsigned wishes;  /* bits of enum rule_wish */
    uint32_t version; /* changes when anything of the rule does (hash) */
};
size_t ruleset_count(const struct ruleset *set);
/* rule < ruleset_count(); views into the set. */
struct rule_info ruleset_rule(const struct ruleset *set, uint32_t rule);
/* Number of the rule with this id, or E_NOTFOUND. */
int ruleset_find(const struct ruleset *set, struct str id, uint32_t *ret);

/* The source of an item as rules see it. */
struct rule_source {
    struct str id, name, kind; /* kind: own, media, forum, … */
    const struct str *tags;
    size_t ntags;
};

/* What is matched. */
struct rule_item {
    struct str title, text; /* valid UTF-8 */
    struct rule_source source;
    struct wall published; /* or WALL_NONE */
    /* When it was first seen: its time where it has no date, for rules with
     * since or until.  0 or WALL_NONE: not known, such rules then hold. */
    struct wall seen;
};

/* What regular expressions may cost.  Without a clock only their steps are
 * bounded, and the same items and rules give the same findings always. */
struct match_limits {
    int64_t (*cpu_us)(void); /* a clock that counts work, or NULL */
    int64_t item_us;   /* all expressions on one item; then: indeterminate */
    int64_t single_us; /* one expression on one item; then it is quarantined */
    int64_t mean_us;   /* one expression on an item on average; then too, … */
    int64_t total_us;  /* … as soon as it has cost this much */
};
enum {
    MATCH_ITEM_US = 12000,
    MATCH_SINGLE_US = 8000,
    MATCH_MEAN_US = 2000,
    MATCH_TOTAL_US = 200000,
    MATCH_MAX_SLOW = 32 /* rules told of at once */
};
#define MATCH_LIMITS(clock)                                                    \
    ((struct match_limits){(clock), MATCH_ITEM_US, MATCH_SINGLE_US,            \
        MATCH_MEAN_US, MATCH_TOTAL_US})

/* Working memory of one matcher; one per process. */
struct matcher;
int matcher_new(const struct ruleset *set, struct matcher **ret);
void matcher_free(struct matcher *matcher);
/* Bound what expressions cost from now on; none is bounded in time before. */
void matcher_limit(struct matcher *matcher, const struct match_limits *limits);
/* Rules with an expression that was quarantined (searched no more; the rule is
 * indeterminate where it could hold) since this was asked last: their numbers
 * in ret, how many as the result. */
size_t matcher_slow_rules(
    struct matcher *matcher, uint32_t ret[MATCH_MAX_SLOW]);

/* CPU time that the expressions of a rule have cost this matcher, in
 * microseconds; one that several rules use counts for each.  0 without a
 * clock (matcher_limit). */
int64_t matcher_rule_us(const struct matcher *matcher, uint32_t rule);

/* Find every rule that holds on item.  Spans live in arena.  An engine limit
 * makes an indeterminate finding, never an error.  0, E_NOMEM. */
int match_item(struct matcher *matcher, const struct rule_item *item,
    struct arena *arena, struct verdict *ret);

/* The folded form of one field of the item matched last, as UTF-8 in arena,
 * for explaining.  0 or E_NOMEM. */
int match_folded(const struct matcher *matcher, enum rule_field field,
    struct arena *arena, struct str *ret);

/* What scoring needs besides the findings. */
struct score_context {
    int source_weight;      /* per cent; 100 is neutral */
    struct str source_tier; /* own, institution, press, aggregator, forum */
    unsigned corroborating; /* independent sources that report the event too */
    int category_weight;    /* per cent, from key dates; 100 is neutral */
    struct wall now;        /* or WALL_NONE: nothing ages */
    struct wall published;  /* or WALL_NONE: of now */
};
#define SCORE_CONTEXT_NEUTRAL                                                  \
    ((struct score_context){.source_weight = 100,                              \
        .category_weight = 100,                                                \
        .now = WALL_NONE,                                                      \
        .published = WALL_NONE})

/* Score a verdict: points add up per category to its cap, levels by the set's
 * thresholds.  Texts are views into the set and item or live in arena. */
int score_verdict(const struct ruleset *set, const struct verdict *verdict,
    const struct rule_item *item, const struct score_context *context,
    struct arena *arena, struct score *ret);
/* Raise a score that was made without corroboration by that of so many
 * independent sources; its line of the explanation is the last. */
int score_corroborate(const struct ruleset *set, unsigned corroborating,
    struct arena *arena, struct score *score);
/* The level of a score of the set, and the most points of a level. */
enum level ruleset_level(const struct ruleset *set, int points);
int ruleset_limit(const struct ruleset *set, enum level level);
/* "stable", …; static. */
const char *rule_status_name(enum rule_status status);

/* Fold text as matching does: units in arena (see rules/fold.h).  For
 * grouping (incidents/features.h), which sees folded text only. */
int rules_fold(struct arena *arena, struct str text, const uint16_t **ret_units,
    size_t *ret_n);

#endif

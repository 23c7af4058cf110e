/*
 * model: rule files as they were written, before they are compiled.
 *
 * A tree in one arena, every part with its place in its file, so that what is
 * found wrong later can still be said at its place.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_MODEL_H
#define TOCSIN_RULES_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "base/yaml.h"
#include "rules/manifest.h"
#include "rules/rules.h"

enum {
    MODEL_MAX_RULES = 500000,
    MODEL_MAX_DEPTH = 16,      /* all/any/none within one another */
    MODEL_MAX_ENTRIES = 50000, /* in one list */
    MODEL_MAX_CATEGORIES = 64,
    MODEL_MAX_POINTS = 200,
    MODEL_MAX_NEAR = 8,         /* entries of one near */
    MODEL_MAX_WITHIN = 10000,   /* code points */
    MODEL_MAX_ID = 64,          /* bytes of an id, a name of a list, … */
    MODEL_MAX_PATCHES = 100000, /* overrides and patches of lists */
    MODEL_MAX_HALF_LIFE_DAYS = 3650,
    MODEL_MAX_TERM = 128,      /* units of a folded term */
    MODEL_LIST_SLOTS = 1 << 14 /* for finding lists by name */
};

/* Where something stands. */
struct place {
    const char *file;
    unsigned line, column;
};

enum clause_type {
    CLAUSE_TERM,
    CLAUSE_REGEX,
    CLAUSE_LIST, /* text is the name of a list */
    CLAUSE_RULE, /* text is the id of another rule */
    CLAUSE_SOURCE,
    CLAUSE_ALL,
    CLAUSE_ANY,
    CLAUSE_NONE,
    CLAUSE_AT_LEAST,
    CLAUSE_NEAR
};

enum { REGEX_CASELESS = 1, REGEX_DOTALL = 2, REGEX_EXTENDED = 4 };

/* Which sources; a list that is empty asks nothing. */
struct model_sources {
    const struct str *tags, *not_tags, *kinds;
    size_t ntags, nnot_tags, nkinds;
};

struct clause {
    enum clause_type type;
    struct place place;
    struct str text;  /* term, pattern without slashes, or name */
    unsigned options; /* REGEX_… */
    unsigned count;   /* at_least: how many; near: 1 when in order */
    unsigned within;  /* near: code points */
    struct model_sources sources; /* CLAUSE_SOURCE */
    struct clause *first, *next;
    size_t n; /* children */
};

struct model_list {
    struct str name;
    struct place place;
    struct clause *any; /* CLAUSE_ANY over its entries */
    const struct pack *pack;
    bool builtin; /* of the region: every pack may use it */
    bool busy;    /* being expanded: a list in itself */
    bool failed;  /* it cannot be used, and that was said */
    bool hashed;
    uint32_t hash;       /* of all that it holds */
    uint32_t emitted[2]; /* its node in the image by view, + 1; 0: none yet */
    struct model_list *next, *same; /* same: in its slot of list_slot */
};

/* A text that the rule is to find, or not. */
struct model_sample {
    bool hit;
    struct str title, text, kind;
    struct str tags[8];
    size_t ntags;
    struct place place;
    struct model_sample *next;
};

/* RULE_HELPER: only there for other rules to refer to. */
enum { RULE_RAW = 1, RULE_SHADOW = 2, RULE_HELPER = 4 };
enum { FIELDS_TITLE = 1 << FIELD_TITLE, FIELDS_TEXT = 1 << FIELD_TEXT };

struct model_rule {
    struct str id, title, category;
    struct place place, category_place;
    int points[2];   /* by field it is found in; mostly the same */
    unsigned flags, fields; /* RULE_…, FIELDS_… */
    struct model_sources sources;
    struct clause *root; /* CLAUSE_ALL */
    struct model_sample *samples;
    uint32_t version;
    uint32_t number;         /* in the set */
    bool busy;               /* being compiled: a rule that needs itself */
    bool needs_region;       /* never holds where no region is configured */
    bool packed;             /* of a pack: samples are required */
    const struct pack *pack; /* NULL: the bureau's own */
    const struct pack *place_of_pack; /* of the one that it replaced */
    bool replaces, replaced; /* is to take, has taken that one's place */
    bool lent;               /* there only for those that refer to it */
    bool disabled;           /* by an override: never holds */
    bool has_points, overridden;
    enum rule_status status;
    struct str context;     /* of what it says the item is, or none */
    struct str replaced_by; /* deprecated: id of its successor */
    struct place replaced_place, context_place;
    unsigned floor, ceiling; /* enum level; LEVEL_COUNT: no ceiling */
    int64_t half_life_ms;    /* of its file, or else of its category */
    struct wall since, until;
    unsigned wishes; /* bits of enum rule_wish */
    struct model_rule *next;
};

struct model_category {
    struct str name, title;
    int cap;
    bool modifier; /* only changes what other categories have raised */
    int64_t half_life_ms;
    const struct pack *pack;
    struct place place;
};

/* A change of a rule or of a list that stands elsewhere; node says which. */
struct model_patch {
    const char *file;
    const struct ynode *node;
    struct model_patch *next;
};

struct model {
    struct arena *arena;
    struct toc_errors *errors;
    struct model_rule *rules, **rules_end;
    size_t nrules;
    bool has_region;
    struct model_list *lists;
    struct model_list **list_slot; /* by a hash of the name; NULL: no lists */
    struct model_category categories[MODEL_MAX_CATEGORIES];
    size_t ncategories;
    int levels[LEVEL_COUNT]; /* least score of each; levels[0] is 0 */
    bool levels_set, levels_patched;
    int others_percent; /* what lighter categories add to the heaviest */
    struct clause *furniture, **furniture_end; /* CLAUSE_TERM */
    const struct rule_options *options;        /* never NULL */
    struct model_patch *overrides, **overrides_end;
    struct model_patch *patches, **patches_end; /* of lists */
    size_t npatches;
    /* of the file being read */
    const struct pack *pack;
    bool lent;
    int64_t half_life_ms;
};

/* Make m empty, with the default levels. */
void model_init(
    struct model *m, struct arena *arena, struct toc_errors *errors);
/* Add what one rule file holds.  Errors are added to m->errors. 0, E_CONF when
 * there were any, E_NOMEM. */
int model_load(struct model *m, const struct rule_file *file);
/* Everything: the region, all files, then what may only be done at the end.
 * options may be NULL.  0, E_CONF, E_NOMEM. */
int model_read(struct model *m, const struct rule_file *files, size_t nfiles,
    const struct rule_options *options);
/* An error or a warning at a place. */
void model_wrong(struct model *m, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void model_warn(struct model *m, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* region.c: add the region's lists: region-home, region-schools, region-near,
 * region-far and region-province; all exist, empty, when region is NULL. The
 * owners are schools of home. */
int model_region(struct model *m, const struct rule_file *region);
/* override.c: keep a change for the end; apply all of them. */
void override_keep(struct model *m, const char *file, const struct ynode *node);
void override_keep_list(
    struct model *m, const char *file, const struct ynode *node);
int override_apply(struct model *m);
/* refs.c: check every reference between rules, lists and packs; what is wrong
 * is said and made harmless, so that all other errors are found too.  Rules
 * that are only lent and that nobody uses are left out. */
int refs_resolve(struct model *m);
/* All rules, sorted by id; of equal ids the one read first stands first. NULL
 * when there is no memory. */
struct model_rule **refs_by_id(struct model *m, size_t *ret_n);
/* The first with this id, or NULL. */
struct model_rule *refs_find(
    struct model_rule *const *by_id, size_t n, struct str id);

/* rule.c: add the rule at node. */
void rule_read(struct model *m, const char *file, const struct ynode *node);
/* Read one option that an override may change: points, title, status, level,
 * at_most, since, until, replaced_by.  false: there is no such option. */
bool rule_read_option(struct model *m, const char *file, const char *key,
    const struct ynode *node, struct model_rule *r);

/* What the options of a rule say together; where: of the override that changed
 * them, or NULL. */
void rule_check(
    struct model *m, const struct place *where, const struct model_rule *r);

/* Whether s may be an id: small letters, digits and '-'. */
bool model_is_id(struct str s);
bool model_is_name(struct str s); /* the same, or '_' */
struct model_list *model_find_list(const struct model *m, struct str name);
void model_add_list(struct model *m, struct model_list *list); /* of a new name */
struct model_rule *model_find_rule(const struct model *m, struct str id);

/* clause.c: read a clause from YAML. */
struct clause *clause_new(
    struct model *m, enum clause_type type, struct place place);
void clause_append(struct clause *parent, struct clause *child);
/* An entry: a term, a regex, {list: …}, {rule: …} or a nested clause.  NULL
 * with an error added. */
struct clause *clause_read_entry(struct model *m, const char *file,
    const struct ynode *node, unsigned depth);
/* {all: …, any: …, none: …, at_least: …} over ids of rules, as CLAUSE_ALL whose
 * count is 1 when it needs one of them to hold.  NULL with an error added. */
struct clause *clause_read_composite(
    struct model *m, const char *file, const struct ynode *node);
/* {tags: …, not_tags: …, kinds: …} */
void clause_read_sources(struct model *m, const char *file,
    const struct ynode *node, struct model_sources *ret);
/* A sequence of texts, or one text; what it is, for errors. */
void clause_read_texts(struct model *m, const char *file,
    const struct ynode *node, const char *what, const struct str **ret,
    size_t *ret_n);
/* all, any, none, at_least or near, by its key.  NULL with an error added. */
struct clause *clause_read(struct model *m, const char *file, const char *key,
    const struct ynode *node, unsigned depth);

#endif

/*
 * compile: from the model to an image.  Internal to rules/.
 *
 * emit.c turns terms, regexes and conditions into records; trigger.c chooses
 * for every rule the terms whose occurrence makes it worth a look; compile.c
 * checks the whole and lays the sections out.
 */
#ifndef TOCSIN_RULES_COMPILE_H
#define TOCSIN_RULES_COMPILE_H

#include "base/buf.h"
#include "rules/image.h"
#include "rules/model.h"

enum { COMPILE_MAX_ALWAYS = 200 }; /* rules that every item must be tried on */

enum { EMIT_MAX_DEPTH = 2 * IMAGE_MAX_DEPTH /* of calls while emitting */ };

struct compile {
    bool too_deep; /* it was said */
    struct model *model;
    struct arena *arena;
    struct toc_errors *errors;
    struct buf section[SEC_COUNT];
    struct model_rule **by_id; /* sorted */
    size_t nby_id;
    /* hash tables of numbers + 1 */
    uint32_t *term_slots, *regex_slots, *node_slots;
    uint32_t term_mask, regex_mask, node_mask;
    int err;
};

#define COMPILE_COUNT(c, sec)                                                  \
    ((uint32_t)((c)->section[sec].n / image_record_size(sec)))
#define COMPILE_ARRAY(c, type, sec) ((type *)(void *)(c)->section[sec].p)

/* The set of a model that was read.  0, E_CONF with errors added, E_NOMEM. */
int compile_from_model(struct model *model, struct arena *arena,
    struct toc_errors *errors, struct ruleset **ret);

/* Append one record; remembers a failure in c->err.  Returns its number. */
uint32_t compile_add(
    struct compile *c, enum image_section sec, const void *record);
uint32_t compile_sources(struct compile *c, const struct model_sources *s);
/* Append text to SEC_CHARS. */
struct image_text compile_text(struct compile *c, struct str s);

/* Emit all of clause, looking in view; its node in *ret_node.  false when an
 * error was added. */
bool emit_clause(struct compile *c, const struct clause *clause,
    enum image_view view, unsigned depth, uint32_t *ret_node);
/* Emit a rule's conditions once; its root in the rule's record. */
bool emit_rule(struct compile *c, struct model_rule *rule, unsigned depth);
/* Number of the term for text; false with an error added at place. */
bool emit_term(struct compile *c, struct str text, enum image_view view,
    struct place place, uint16_t flags, uint32_t *ret);
struct model_rule *compile_find_rule(const struct compile *c, struct str id);
/* An error at a place of the rule files. */
void compile_wrong(struct compile *c, struct place place, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Fill SEC_TRIGGERS, SEC_ALWAYS, SEC_TRIES and the terms' runs.  0, E_CONF or
 * E_NOMEM. */
int trigger_choose(struct compile *c);

#endif

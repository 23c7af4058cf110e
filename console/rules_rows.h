/*
 * rules_rows: what the pages of rules share.
 *
 *   page_rules.c      the list, one rule or list, its status
 *   page_rules_edit.c the editor, versions, approval
 *   page_rules_test.c rules on what was collected; the rules in force on an item
 */
#ifndef TOCSIN_CONSOLE_RULES_ROWS_H
#define TOCSIN_CONSOLE_RULES_ROWS_H

#include "console/context.h"
#include "store/view_edits.h"

/* page_teach.c: set "exceptions" (and has_exceptions): those of rule, or all
 * when it is absent. */
int set_exceptions(struct context *ctx, struct str rule, json_t *value);
/* A version as JSON, without its text. */
json_t *row_edit(const struct context *ctx, const struct rule_edit *edit);
/* Set key to the versions of object, or to those that wait when absent. */
int set_edits(
    struct context *ctx, json_t *value, const char *key, struct str object);
/* The page of an object: "rule:ID" or "status:ID" → /rules/ID. */
struct str object_link(const struct context *ctx, struct str object);
/* Ask the engine about rules: kind with object, then gets the answer. */
void ask_rules(struct context *ctx, enum action_kind kind, struct str object,
    int64_t id,
    void (*then)(struct context *ctx, const struct action_result *result));
/* Answer data of the engine as an object; NULL when it is none. */
json_t *rules_data(const struct action_result *result);
/* What the compiler said, for a page: lines of text with the faults beside. */
void set_checked(
    struct context *ctx, json_t *value, struct str text, json_t *checked);
/* For pages: key_text of a level or status that the engine named. */
void set_word(const struct context *ctx, json_t *object, const char *key,
    const char *prefix);

#endif

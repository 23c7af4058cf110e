/*
 * rule_draft: what was edited of rules and lists on the console.
 *
 * Each edit is a version of one object, whole: "rule:ID" (a rule of its own or
 * in the place of a shipped one), "list:NAME", "status:ID" (on, off, in test).
 * The newest that was saved is in force, by a file that the engine writes; one
 * without a text is no file: what was shipped.  Nothing is ever overwritten.
 */
#ifndef TOCSIN_STORE_RULE_DRAFT_H
#define TOCSIN_STORE_RULE_DRAFT_H

#include "store/store.h"

enum rule_edit_state { EDIT_SAVED, EDIT_WAITING, EDIT_REJECTED };
enum { RULE_EDIT_MAX_TEXT_BYTES = 48 * 1024, RULE_EDIT_MAX_OBJECT = 80 };

struct rule_edit {
    int64_t id;
    struct str object;
    struct str text; /* absent: as it was shipped */
    int64_t base;    /* the version it was made from, 0: what was shipped */
    enum rule_edit_state state;
    struct str note;
    struct wall made;
    struct str made_by;
    struct wall decided; /* by a second person, or WALL_NONE */
    struct str decided_by, decided_why;
};

const char *rule_edit_state_name(enum rule_edit_state state);
/* Add edit; *ret is its number. */
int store_rule_edit_add(
    struct store *store, const struct rule_edit *edit, int64_t *ret);
/* Decide on one that waits; E_STATE when it does not. */
int store_rule_edit_decide(struct store *store, int64_t id,
    enum rule_edit_state state, struct str by, struct str why, struct wall now);
/* E_NOTFOUND. */
int store_rule_edit(struct store *store, int64_t id, struct arena *arena,
    struct rule_edit *ret);
/* What is in force of object; E_NOTFOUND when it was never edited. */
int store_rule_edit_current(struct store *store, struct str object,
    struct arena *arena, struct rule_edit *ret);
/* What is in force of every object that was ever edited. */
int store_rule_edits_current(struct store *store, struct arena *arena,
    struct rule_edit **ret, size_t *ret_n);

#endif

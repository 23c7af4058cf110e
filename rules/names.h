/*
 * names: which owner a text names: a school by its name, a short form of it or
 * an alias.
 *
 * The longest name that stands at a place counts, so that 红桥小学 inside
 * 新红桥小学 is not found where both are known.  A name that two owners have
 * says nothing.  Texts are folded as for rules.
 */
#ifndef TOCSIN_RULES_NAMES_H
#define TOCSIN_RULES_NAMES_H

#include "base/arena.h"
#include "base/str.h"
#include "rules/rules.h"

enum {
    NAMES_MAX_FORMS = 6, /* of one name, itself included */
    NAMES_MAX_OWNERS = 20000
};

struct names;

/* Make the index of owners; it keeps nothing of them.  0, E_LIMIT, E_NOMEM. */
int names_new(const struct rule_owner *owners, size_t n, struct names **ret);
void names_free(struct names *names);
/* The owner that title names, else the one that text names most often; of
 * equals the one named first.  arena is for folding.  0, E_NOTFOUND, E_NOMEM.
 */
int names_find(const struct names *names, struct arena *arena, struct str title,
    struct str text, size_t *ret_owner);
/* A name and its usual short forms (云溪县第一中学: 云溪县一中, 云溪一中, …)
 * into ret, in arena; how many. */
size_t names_forms(
    struct arena *arena, struct str name, struct str ret[NAMES_MAX_FORMS]);

/* Whether an owner of this name is an office, and no school. */
bool names_is_office(struct str name);

#endif

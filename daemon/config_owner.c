/*
 * config_owner: whether the list of owners can be meant so, and what duty is
 * to know of them.
 */
#include <stdlib.h>

#include "daemon/config_check.h"

/* --- duty ------------------------------------------------------------------
 */

const char *const config_owner_keys[] = {
    "kind", "parent", "tags", "contacts", NULL};

void
config_owners_read(const struct option_reader *reader, const struct ynode *list,
    struct config *config)
{
    static const struct option owners = {.section = "",
        .key = "owners",
        .type = OPTION_ENTRIES,
        .max = CONFIG_MAX_OWNERS,
        .choices = "owner"};

    /* What is no list was said to be none. */
    if (list && list->type == YAML_SEQ)
        (void)config_entries_read(reader, &owners, list, &config->duty.owners);
}

/* --- names
 * -------------------------------------------------------------------- */

/* Owners in the order of their names; equal ones as they were read. */
static int
by_name(const void *a, const void *b)
{
    const struct rule_owner *x = *(const struct rule_owner *const *)a,
                            *y = *(const struct rule_owner *const *)b;
    int order = str_cmp(x->name, y->name);

    return order ? order : x < y ? -1 : x > y;
}

void
config_check_owners(struct entries *owners, struct toc_errors *errors)
{
    const struct rule_owner *list = owners->items, **sorted;

    if (owners->n < 2)
        return;
    sorted = calloc(owners->n, sizeof(*sorted));
    if (!sorted)
        return; /* two of a name say no more than one */
    for (size_t i = 0; i < owners->n; i++)
        sorted[i] = &list[i];
    qsort(sorted, owners->n, sizeof(*sorted), by_name);
    for (size_t i = 1; i < owners->n; i++) {
        const struct place *place = &owners->places[sorted[i] - list];
        const struct place *first = &owners->places[sorted[i - 1] - list];

        if (sorted[i]->name.n == 0 ||
            !str_eq(sorted[i]->name, sorted[i - 1]->name))
            continue;
        toc_errors_add(errors, place->file, place->line, place->column,
            "the owner \"%.*s\" is there already, at %s:%u; further names go "
            "to its aliases",
            STR_ARG(sorted[i]->name), first->file, first->line);
    }
    free(sorted);
}

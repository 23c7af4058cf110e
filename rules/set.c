#include "rules/set.h"

#include <stdlib.h>

static int
open_bytes(struct str bytes, char *owned, struct ruleset **ret)
{
    struct ruleset *set = calloc(1, sizeof(*set));
    int err = set ? image_check(bytes, &set->image) : E_NOMEM;

    if (err != 0) {
        free(set);
        free(owned);
        return err;
    }
    set->bytes = bytes;
    set->owned = owned;
    *ret = set;
    return 0;
}

int
set_open_take(char *block, size_t size, struct ruleset **ret)
{
    return open_bytes((struct str){block, size}, block, ret);
}

int
ruleset_open(struct str image, struct ruleset **ret)
{
    return open_bytes(image, NULL, ret);
}

struct str
ruleset_image(const struct ruleset *set)
{
    return set->bytes;
}

void
ruleset_free(struct ruleset *set)
{
    if (!set)
        return;
    free(set->owned);
    free(set);
}

size_t
ruleset_count(const struct ruleset *set)
{
    return IMAGE_COUNT(&set->image, SEC_RULES);
}

struct rule_info
ruleset_rule(const struct ruleset *set, uint32_t rule)
{
    const struct image_rule *r =
        IMAGE_ARRAY(&set->image, struct image_rule, SEC_RULES) + rule;
    const struct image_category *c =
        IMAGE_ARRAY(&set->image, struct image_category, SEC_CATEGORIES) +
        r->category;

    return (struct rule_info){.id = image_str(&set->image, r->id),
        .title = image_str(&set->image, r->title),
        .category = image_str(&set->image, c->name),
        .context = image_str(&set->image, r->context),
        .status = (enum rule_status)r->status,
        .points = r->points[FIELD_TITLE],
        .wishes = r->wishes,
        .version = r->version};
}

int
ruleset_find(const struct ruleset *set, struct str id, uint32_t *ret)
{
    const struct image_rule *r =
        IMAGE_ARRAY(&set->image, struct image_rule, SEC_RULES);

    for (uint32_t i = 0; i < ruleset_count(set); i++) {
        if (str_eq(image_str(&set->image, r[i].id), id)) {
            *ret = i;
            return 0;
        }
    }
    return E_NOTFOUND;
}

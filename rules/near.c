/*
 * near: terms close to one another.
 *
 * It holds when one occurrence of each entry can be chosen in one field so
 * that from the first end to the last begin there are at most so many code
 * points of folded text; in order, when each begins behind the one before.
 */
#include <stdlib.h>

#include "rules/matcher.h"

/* Units that one occurrence may take, gaps included. */
enum { NEAR_LONGEST = MODEL_MAX_TERM * (1 + FOLD_GAP_PIECES * FOLD_GAP_TAG) };

static int
by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Add the hits of a term or of all terms under an any. */
static int
gather(
    struct matcher *m, uint32_t node, enum rule_field field, struct ranges *out)
{
    const uint32_t *kids = IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS);
    int err = 0;

    if (node & KID_TERM) {
        uint32_t term = node & ~KID_TERM;
        const struct image_term *t =
            IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS) + term;
        for (uint32_t h = term_first(m, term); h; h = m->hit[h].next)
            if (hit_field(m, (enum image_view)t->view, m->hit[h].begin) ==
                field)
                err =
                    err ? err : ranges_add(out, m->hit[h].begin, m->hit[h].end);
        return err;
    }
    const struct image_node *d =
        IMAGE_ARRAY(m->image, struct image_node, SEC_NODES) + node;
    for (uint32_t k = 0; k < d->kids.n && err == 0; k++)
        err = gather(m, kids[d->kids.first + k], field, out);
    return err;
}

enum image_view
near_view(const struct matcher *m, uint32_t node)
{
    const struct image_node *nodes =
        IMAGE_ARRAY(m->image, struct image_node, SEC_NODES);
    const struct image_term *terms =
        IMAGE_ARRAY(m->image, struct image_term, SEC_TERMS);
    const uint32_t *kids = IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS);

    while (!(node & KID_TERM) && nodes[node].kids.n > 0)
        node = kids[nodes[node].kids.first];
    return node & KID_TERM ? (enum image_view)terms[node & ~KID_TERM].view
                           : VIEW_FOLDED;
}

/* Whether at most within code points lie in units [a, b). */
static bool
fits(const uint16_t *unit, uint32_t a, uint32_t b, uint32_t within)
{
    uint32_t n = 0;

    if (b <= a || b - a <= within)
        return true;
    if ((b - a + 1) / 2 > within)
        return false;
    for (uint32_t i = a; i < b; i++)
        n += (unit[i] & 0xFC00) != 0xDC00;
    return n <= within;
}

/* First occurrence of list that begins at or after at. */
static size_t
lower_bound(const struct ranges *list, uint32_t at)
{
    size_t low = 0, high = list->n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (list->r[mid].begin < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Occurrences of list that may go with e, which ends first; each is added to
 * out.  Whether there is one. */
static bool
partners(const struct ranges *list, const struct range *e, const uint16_t *unit,
    uint32_t within, struct matcher *m, struct ranges *out)
{
    uint32_t from = e->end > NEAR_LONGEST ? e->end - NEAR_LONGEST : 0;
    bool any = false;

    for (size_t i = lower_bound(list, from); i < list->n; i++) {
        const struct range *o = &list->r[i];
        if (!fits(unit, e->end, o->begin, within))
            break;
        if (o->end < e->end)
            continue;
        any = true;
        if (!out)
            break;
        if (ranges_add(out, o->begin, o->end) != 0)
            m->nomem = true;
    }
    return any;
}

/* Whether e, of entry which, can end first. */
static bool
holds_from(struct matcher *m, const struct range *e, size_t which, size_t n,
    const uint16_t *unit, uint32_t within, struct ranges *out)
{
    for (size_t k = 0; k < n; k++)
        if (k != which && !partners(&m->near[k], e, unit, within, m, NULL))
            return false;
    if (!out)
        return true;
    if (ranges_add(out, e->begin, e->end) != 0)
        m->nomem = true;
    for (size_t k = 0; k < n; k++)
        if (k != which)
            partners(&m->near[k], e, unit, within, m, out);
    return true;
}

/* Whether e, of the first entry, can be followed by the others in order. */
static bool
holds_in_order(struct matcher *m, const struct range *e, size_t n,
    const uint16_t *unit, uint32_t within, struct ranges *out)
{
    struct range chosen[MODEL_MAX_NEAR];

    chosen[0] = *e;
    for (size_t k = 1; k < n; k++) {
        const struct ranges *list = &m->near[k];
        size_t i = lower_bound(list, chosen[k - 1].end);
        if (i == list->n)
            return false;
        chosen[k] = list->r[i];
        for (i++; k + 1 < n && i < list->n && list->r[i].begin < chosen[k].end;
             i++)
            if (list->r[i].end < chosen[k].end)
                chosen[k] = list->r[i];
    }
    if (!fits(unit, chosen[0].end, chosen[n - 1].begin, within))
        return false;
    for (size_t k = 0; k < n && out; k++)
        if (ranges_add(out, chosen[k].begin, chosen[k].end) != 0)
            m->nomem = true;
    return true;
}

/* Whether it holds in the field whose occurrences are in m->near. */
static bool
holds_in_field(struct matcher *m, const struct image_node *d,
    const uint16_t *unit, struct ranges *out)
{
    uint32_t within = d->arg & ~NEAR_ORDERED;
    bool ordered = d->arg & NEAR_ORDERED, any = false;
    size_t n = d->kids.n;

    for (size_t k = 0; k < (ordered ? 1 : n); k++) {
        for (size_t i = 0; i < m->near[k].n; i++) {
            const struct range *e = &m->near[k].r[i];
            bool ok = ordered ? holds_in_order(m, e, n, unit, within, out)
                              : holds_from(m, e, k, n, unit, within, out);
            any = any || ok;
            if (ok && !out)
                return true;
        }
    }
    return any;
}

enum answer
near_eval(struct matcher *m, uint32_t node, unsigned fields, struct ranges *out)
{
    const struct image_node *d =
        IMAGE_ARRAY(m->image, struct image_node, SEC_NODES) + node;
    const uint32_t *kids =
        IMAGE_ARRAY(m->image, uint32_t, SEC_KIDS) + d->kids.first;
    const uint16_t *unit = m->view[near_view(m, node)].f.unit;
    bool any = false;

    if (d->kids.n > MODEL_MAX_NEAR)
        return ANSWER_UNKNOWN;
    for (enum rule_field f = FIELD_TITLE; f <= FIELD_TEXT; f++) {
        bool all = fields & 1u << f;
        for (uint32_t k = 0; k < d->kids.n && all; k++) {
            struct ranges *list = &m->near[k];
            list->n = 0;
            if (gather(m, kids[k], f, list) != 0)
                m->nomem = true;
            if (list->n > 1)
                qsort(list->r, list->n, sizeof(*list->r), by_begin);
            all = list->n > 0;
        }
        if (!all)
            continue;
        any = holds_in_field(m, d, unit, out) || any;
        if (any && !out)
            return ANSWER_TRUE;
    }
    return any ? ANSWER_TRUE : m->hits_full ? ANSWER_UNKNOWN : ANSWER_FALSE;
}

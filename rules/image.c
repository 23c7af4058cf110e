/*
 * image: the checks that make a mapped rule set trustworthy.
 */
#include "rules/image.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rules/foldtab.h"
#include "rules/scan.h"
#include "rules/verdict.h"

size_t
image_record_size(enum image_section section)
{
    static const size_t sizes[SEC_COUNT] = {
        [SEC_CHARS] = 1,
        [SEC_UNITS] = sizeof(uint16_t),
        [SEC_TERMS] = sizeof(struct image_term),
        [SEC_REGEXES] = sizeof(struct image_regex),
        [SEC_NODES] = sizeof(struct image_node),
        [SEC_KIDS] = sizeof(uint32_t),
        [SEC_RULES] = sizeof(struct image_rule),
        [SEC_CATEGORIES] = sizeof(struct image_category),
        [SEC_SOURCES] = sizeof(struct image_sources),
        [SEC_TEXTS] = sizeof(struct image_text),
        [SEC_CLAUSES] = sizeof(struct image_run),
        [SEC_NEEDED] = sizeof(uint32_t),
        [SEC_TRIGGERS] = sizeof(struct image_trigger),
        [SEC_GATES] = sizeof(uint32_t),
        [SEC_ALWAYS] = sizeof(uint32_t),
        [SEC_TRIES] = sizeof(struct image_try),
        [SEC_SCAN] = sizeof(struct image_scan),
        [SEC_BITS] = sizeof(uint64_t),
        [SEC_RANKS] = sizeof(uint32_t),
        [SEC_CANDIDATES] = sizeof(struct image_candidate),
    };

    return sizes[section];
}

uint64_t
image_checksum(const void *image, size_t n)
{
    const size_t skip = offsetof(struct image_header, checksum) + 8;
    const unsigned char *p = (const unsigned char *)image + skip;
    uint64_t h = 0x9E3779B97F4A7C15u ^ n, w;

    n -= skip;
    for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
        memcpy(&w, p, sizeof(w));
        h = (h ^ w) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
    }
    for (; n > 0; p++, n--)
        h = (h ^ *p) * 0x100000001B3u;
    return h;
}

static bool
in_run(const struct image *im, struct image_run run, enum image_section sec)
{
    uint32_t count = IMAGE_COUNT(im, sec);

    return run.first <= count && run.n <= count - run.first;
}

static bool
in_text(const struct image *im, struct image_text t)
{
    return in_run(im, (struct image_run){t.at, t.n}, SEC_CHARS);
}

/* Every number in section is below limit. */
static bool
all_below(const struct image *im, enum image_section section, uint32_t limit)
{
    const uint32_t *v = IMAGE_ARRAY(im, uint32_t, section);

    for (uint32_t i = 0; i < IMAGE_COUNT(im, section); i++)
        if (v[i] >= limit)
            return false;
    return true;
}

static bool
check_terms(const struct image *im)
{
    const struct image_term *t = IMAGE_ARRAY(im, struct image_term, SEC_TERMS);
    const struct image_regex *r =
        IMAGE_ARRAY(im, struct image_regex, SEC_REGEXES);
    const struct image_run *c = IMAGE_ARRAY(im, struct image_run, SEC_CLAUSES);

    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_TERMS); i++)
        if (!in_run(im, (struct image_run){t[i].unit, t[i].n}, SEC_UNITS) ||
            !in_run(im, t[i].triggers, SEC_TRIGGERS) || t[i].n == 0 ||
            t[i].view >= VIEW_COUNT)
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_REGEXES); i++)
        if (!in_run(im, (struct image_run){r[i].unit, r[i].n}, SEC_UNITS) ||
            !in_run(im, r[i].clauses, SEC_CLAUSES) || r[i].view >= VIEW_COUNT)
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_CLAUSES); i++)
        if (!in_run(im, c[i], SEC_NEEDED))
            return false;
    return true;
}

/* Children come before their parents, so that no walk can go round. */
static bool
check_nodes(const struct image *im)
{
    const struct image_node *node =
        IMAGE_ARRAY(im, struct image_node, SEC_NODES);
    const struct image_rule *rule =
        IMAGE_ARRAY(im, struct image_rule, SEC_RULES);
    const uint32_t *kids = IMAGE_ARRAY(im, uint32_t, SEC_KIDS);
    uint32_t n = IMAGE_COUNT(im, SEC_NODES);
    uint8_t *depth = calloc(n ? n : 1, 1);
    bool ok = depth != NULL;

    for (uint32_t i = 0; i < n && ok; i++) {
        const struct image_node *d = &node[i];
        uint32_t limit = d->type == NODE_REGEX    ? IMAGE_COUNT(im, SEC_REGEXES)
                         : d->type == NODE_RULE   ? IMAGE_COUNT(im, SEC_RULES)
                         : d->type == NODE_SOURCE ? IMAGE_COUNT(im, SEC_SOURCES)
                                                  : UINT32_MAX;
        ok = d->type <= NODE_NEAR && d->arg <= limit - 1 && limit > 0 &&
             in_run(im, d->kids, SEC_KIDS);
        if (!ok)
            break;
        if (d->type == NODE_RULE) {
            ok = rule[d->arg].root < i;
            if (ok)
                depth[i] = (uint8_t)(depth[rule[d->arg].root] + 1);
        }
        for (uint32_t k = 0; k < d->kids.n && ok; k++) {
            uint32_t kid = kids[d->kids.first + k];
            ok = kid & KID_TERM || kid < i;
            if (ok && !(kid & KID_TERM) && depth[kid] >= depth[i])
                depth[i] = (uint8_t)(depth[kid] + 1);
        }
        ok = ok && depth[i] <= IMAGE_MAX_DEPTH;
    }
    free(depth);
    return ok;
}

static bool
is_kid(const struct image *im, uint32_t kid)
{
    return kid & KID_TERM ? (kid & ~KID_TERM) < IMAGE_COUNT(im, SEC_TERMS)
                          : kid < IMAGE_COUNT(im, SEC_NODES);
}

static bool
is_gate(const struct image *im, const struct image_trigger *t)
{
    if (t->n > 0)
        return in_run(im, (struct image_run){t->gate, t->n}, SEC_GATES);
    return t->gate == KID_NONE || t->gate < IMAGE_COUNT(im, SEC_NODES);
}

static bool
check_triggers(const struct image *im)
{
    const struct image_trigger *t =
        IMAGE_ARRAY(im, struct image_trigger, SEC_TRIGGERS);
    const struct image_rule *r = IMAGE_ARRAY(im, struct image_rule, SEC_RULES);
    const struct image_try *y = IMAGE_ARRAY(im, struct image_try, SEC_TRIES);
    const uint32_t *kids = IMAGE_ARRAY(im, uint32_t, SEC_KIDS);

    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_TRIGGERS); i++)
        if (t[i].rule >= IMAGE_COUNT(im, SEC_RULES) || !is_gate(im, &t[i]) ||
            t[i].fields < 1 || t[i].fields > 3)
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_KIDS); i++)
        if (!is_kid(im, kids[i]))
            return false;
    if (IMAGE_COUNT(im, SEC_TRIES) != IMAGE_COUNT(im, SEC_RULES))
        return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_TRIES); i++)
        if (y[i].root != r[i].root || y[i].fields != r[i].fields)
            return false;
    return true;
}

static bool
check_rules(const struct image *im)
{
    const struct image_rule *r = IMAGE_ARRAY(im, struct image_rule, SEC_RULES);
    const struct image_category *c =
        IMAGE_ARRAY(im, struct image_category, SEC_CATEGORIES);
    const struct image_sources *s =
        IMAGE_ARRAY(im, struct image_sources, SEC_SOURCES);
    const struct image_text *t = IMAGE_ARRAY(im, struct image_text, SEC_TEXTS);

    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_RULES); i++)
        if (!in_text(im, r[i].id) || !in_text(im, r[i].title) ||
            r[i].category >= IMAGE_COUNT(im, SEC_CATEGORIES) ||
            r[i].root >= IMAGE_COUNT(im, SEC_NODES) || r[i].fields < 1 ||
            r[i].fields > 3 || r[i].sources >= IMAGE_COUNT(im, SEC_SOURCES) ||
            !in_text(im, r[i].context) || r[i].status >= RULE_STATUS_COUNT ||
            r[i].floor >= LEVEL_COUNT || r[i].ceiling > LEVEL_COUNT ||
            r[i].half_life_ms < 0)
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_SOURCES); i++)
        if (!in_run(im, s[i].tags, SEC_TEXTS) ||
            !in_run(im, s[i].not_tags, SEC_TEXTS) ||
            !in_run(im, s[i].kinds, SEC_TEXTS))
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_CATEGORIES); i++)
        if (!in_text(im, c[i].name) || !in_text(im, c[i].title))
            return false;
    for (uint32_t i = 0; i < IMAGE_COUNT(im, SEC_TEXTS); i++)
        if (!in_text(im, t[i]))
            return false;
    return check_triggers(im) &&
           all_below(im, SEC_GATES, IMAGE_COUNT(im, SEC_TERMS)) &&
           all_below(im, SEC_ALWAYS, IMAGE_COUNT(im, SEC_RULES)) &&
           all_below(im, SEC_NEEDED, IMAGE_COUNT(im, SEC_TERMS));
}

/* The bitmap of a scan is a power of two, and each of its words has a run of
 * candidates, one after the other. */
static bool
check_bitmap(const struct image *im, const struct image_scan *s)
{
    const uint32_t *ranks =
        IMAGE_ARRAY(im, uint32_t, SEC_RANKS) + s->ranks.first;

    if (s->bits.n == 0)
        return s->single_bits.n == 0 && s->ranks.n == 0;
    if (s->bit_shift < 6 || s->bit_shift > 31 || s->ranks.n != s->bits.n + 1 ||
        (uint64_t)s->bits.n * 64 != (uint64_t)1 << (32 - s->bit_shift))
        return false;
    for (uint32_t i = 0; i < s->bits.n; i++)
        if (ranks[i] > ranks[i + 1])
            return false;
    return ranks[s->bits.n] <= IMAGE_COUNT(im, SEC_CANDIDATES);
}

static bool
check_scans(const struct image *im)
{
    const struct image_scan *s = IMAGE_ARRAY(im, struct image_scan, SEC_SCAN);

    if (IMAGE_COUNT(im, SEC_SCAN) != VIEW_COUNT * SCAN_KINDS)
        return false;
    for (uint32_t i = 0; i < VIEW_COUNT * SCAN_KINDS; i++)
        if (!in_run(im, s[i].bits, SEC_BITS) ||
            !in_run(im, s[i].single_bits, SEC_BITS) ||
            !in_run(im, s[i].ranks, SEC_RANKS) ||
            (s[i].single_bits.n != 0 && s[i].single_bits.n != 65536 / 64) ||
            !check_bitmap(im, &s[i]))
            return false;
    return true;
}

/* A candidate lies in its term as a scan of this kind and view has it. */
static bool
check_candidate(const struct image *im, const struct image_candidate *c,
    enum image_view view, enum scan_kind kind)
{
    const struct image_term *t = IMAGE_ARRAY(im, struct image_term, SEC_TERMS);
    unsigned width = kind == SCAN_WORDS ? 1 : kind == SCAN_ASCII ? 4 : 2;

    if (c->term >= IMAGE_COUNT(im, SEC_TERMS))
        return false;
    t += c->term;
    if (c->unit != t->unit || c->n != t->n || t->view != (uint32_t)view ||
        c->mask >= SCAN_MASKS)
        return false;
    if (kind == SCAN_PAIRS && c->n == 1)
        return c->anchor == 0;
    return c->anchor + width <= c->n;
}

static bool
check_candidates(const struct image *im)
{
    const struct image_scan *scans =
        IMAGE_ARRAY(im, struct image_scan, SEC_SCAN);
    const struct image_candidate *c =
        IMAGE_ARRAY(im, struct image_candidate, SEC_CANDIDATES);

    for (uint32_t k = 0; k < VIEW_COUNT * SCAN_KINDS; k++) {
        const struct image_scan *s = &scans[k];
        const uint32_t *rank =
            IMAGE_ARRAY(im, uint32_t, SEC_RANKS) + s->ranks.first;
        if (s->ranks.n == 0)
            continue;
        for (uint32_t j = rank[0]; j < rank[s->ranks.n - 1]; j++)
            if (!check_candidate(im, &c[j], k / SCAN_KINDS, k % SCAN_KINDS))
                return false;
    }
    return true;
}

int
image_check(struct str bytes, struct image *ret)
{
    const struct image_header *h = (const void *)bytes.p;
    struct image im = {.header = h, .base = bytes.p};

    if (bytes.n < sizeof(*h) || bytes.n > IMAGE_MAX_BYTES ||
        (uintptr_t)bytes.p % IMAGE_ALIGN != 0 ||
        memcmp(h->magic, "tocsinR\n", 8) != 0 || h->format != IMAGE_FORMAT ||
        h->fold_version != foldtab_version || h->size != bytes.n)
        return E_CORRUPT;
    if (h->checksum != image_checksum(bytes.p, bytes.n))
        return E_CORRUPT;
    for (enum image_section s = 0; s < SEC_COUNT; s++) {
        uint64_t end = h->section[s].offset +
                       (uint64_t)h->section[s].count * image_record_size(s);
        if (h->section[s].offset % IMAGE_ALIGN != 0 ||
            h->section[s].offset < sizeof(*h) || end > bytes.n)
            return E_CORRUPT;
    }
    if (!check_terms(&im) || !check_rules(&im) || !check_nodes(&im) ||
        !check_scans(&im) || !check_candidates(&im))
        return E_CORRUPT;
    *ret = im;
    return 0;
}

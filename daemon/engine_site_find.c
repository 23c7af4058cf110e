/*
 * engine_site_find: findings of own sites, as they come, change and go.
 */
#include <string.h>

#include "base/err.h"
#include "base/mask.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/engine_site.h"

enum {
    FIND_EVIDENCE_BYTES = 600,
    FIND_TARGET_BYTES = 1000,
    FIND_FIRST_CHANGES = 16
};

static int
step_note(struct site_step *step, int64_t finding, enum site_group group,
    struct str page, enum site_change_is is)
{
    if (step->nchanges == step->changes_cap) {
        size_t cap =
            step->changes_cap ? 2 * step->changes_cap : FIND_FIRST_CHANGES;
        struct site_change *grown =
            ARENA_ARRAY(step->engine->arena, cap, struct site_change);

        if (grown == NULL)
            return E_NOMEM;
        if (step->nchanges)
            memcpy(grown, step->changes, step->nchanges * sizeof *grown);
        step->changes = grown;
        step->changes_cap = cap;
    }
    step->changes[step->nchanges++] = (struct site_change){
        .finding = finding, .group = group, .page = page, .is = is};
    step->touched |= 1u << group;
    return 0;
}

struct str
site_hash(struct site_step *step, struct str words)
{
    uint8_t hash[DIGEST_SIZE];
    char *copy;

    digest_sha256(words, hash);
    copy = arena_copy(step->engine->arena, hash, sizeof hash);
    return (struct str){copy, copy ? sizeof hash : 0};
}

struct str
site_target(struct site_step *step, struct str target)
{
    if (url_is_http(target))
        return target;
    return utf8_cut(mask_in(step->engine->arena, target), FIND_TARGET_BYTES);
}

int
site_found(struct site_step *step, const struct site_fault *fault)
{
    struct arena *arena = step->engine->arena;
    struct site_finding_put put = {.source = step->source->id,
        .page = fault->page,
        .target = site_target(step, fault->target),
        .evidence =
            utf8_cut(mask_in(arena, fault->evidence), FIND_EVIDENCE_BYTES),
        .mask = fault->mask,
        .kind = fault->kind,
        .group = site_kind_group(fault->kind),
        .kind_name = site_kind_name(fault->kind),
        .level = fault->level != LEVEL_NONE
                     ? fault->level
                     : (enum level)(site_kind_level(fault->kind) + LEVEL_BLUE),
        .points = fault->points ? fault->points : site_kind_points(fault->kind),
        .line = fault->line,
        .end_line = fault->end_line,
        .count = fault->count,
        .hash = fault->hash,
        .now = step->now};
    enum site_finding_is is;
    int64_t id;
    int r;

    if (arena_failed(arena))
        return E_NOMEM;
    r = store_site_finding_put(step->engine->store, &put, &id, &is);
    if (r != 0 || is == SITE_FINDING_SAME || is == SITE_FINDING_ACCEPTED_SAME)
        return r;
    return step_note(step, id, put.group, put.page,
        is == SITE_FINDING_NEW ? SITE_CAME : SITE_CHANGED);
}

int
site_gone(struct site_step *step, const struct site_finding_row *row)
{
    int r = store_site_finding_gone(step->engine->store, row->id, step->now);

    if (r != 0 || wall_is_set(row->accepted))
        return r;
    return step_note(step, row->id, row->group, row->page, SITE_WENT);
}

int
site_not_found(struct site_step *step, enum site_kind kind, struct str page,
    struct str target)
{
    struct site_finding_row *rows = NULL;
    size_t n = 0;
    int r = store_site_findings_about(step->engine->store, step->source->id,
        site_kind_name(kind), target, step->engine->arena, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        if (page.n == 0 || str_eq(rows[i].page, page))
            r = site_gone(step, &rows[i]);
    }
    return r;
}

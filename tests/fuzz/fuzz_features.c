/* features_open on stored bytes, and features_make on text. */
#include "fuzz.h"
#include "incidents/features.h"
#include "rules/rules.h"

static void
check_opened(const struct features *f)
{
    HOLD(f->n <= FEATURES_MAX);
    for (size_t i = 0; i < f->n; i++) {
        HOLD(f->list[i].count >= 1);
        HOLD(f->list[i].count <= FEATURE_MAX_COUNT);
        HOLD(feature_kind(f->list[i].hash) <= FEATURE_AREA);
    }
}

static void
check_made(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct str text = fuzz_repaired(arena, input);
    struct str title = str_split(&text, '\n');
    const uint16_t *units[2];
    size_t n[2];
    struct features f;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, FEATURES_MAX_BYTES);
    HOLD(rules_fold(arena, title, &units[0], &n[0]) == 0);
    HOLD(rules_fold(arena, text, &units[1], &n[1]) == 0);
    HOLD(features_make(units[0], n[0], units[1], n[1], &out) == 0);
    HOLD(features_open(buf_str(&out), &f) == 0);
    check_opened(&f);
    arena_free(arena);
}

void
fuzz_features(struct str input)
{
    struct features f;
    int err = features_open(input, &f);

    HOLD(err == 0 || err == E_CORRUPT);
    if (err == 0)
        check_opened(&f);
    check_made(input);
}

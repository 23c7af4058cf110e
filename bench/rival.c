/* rival: compiled twice, for RIVAL_WIDTH 8 and 16. */
#define PCRE2_CODE_UNIT_WIDTH RIVAL_WIDTH
#include "rival.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "bench.h"
#include "rules/rules.h"

struct rival {
    pcre2_code *(*code)[RULEGEN_GROUPS];
    pcre2_match_data *data;
    uint32_t nrules;
    size_t size;
};

/* The pattern in the units of this width, in arena: words are folded already,
 * but for width and case. */
static int
to_units(
    struct arena *arena, struct str pattern, PCRE2_SPTR *ret, size_t *ret_n)
{
#if RIVAL_WIDTH == 16
    return rules_fold(arena, pattern, ret, ret_n);
#else
    struct str copy = arena_str(arena, pattern);

    *ret = (PCRE2_SPTR)copy.p;
    *ret_n = copy.n;
    return copy.p ? 0 : E_NOMEM;
#endif
}

static int
compile_one(struct rival *rival, struct arena *arena, struct str pattern,
    pcre2_code **ret)
{
    PCRE2_SPTR unit;
    size_t n, size = 0, jit_size = 0, at;
    int error;

    arena_clear(arena);
    if (to_units(arena, pattern, &unit, &n) != 0)
        return E_NOMEM;
    *ret = pcre2_compile(unit, n, PCRE2_UTF, &error, &at, NULL);
    if (!*ret)
        return E_BUG;
    if (pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE) != 0)
        return E_NOTFOUND;
    pcre2_pattern_info(*ret, PCRE2_INFO_SIZE, &size);
    pcre2_pattern_info(*ret, PCRE2_INFO_JITSIZE, &jit_size);
    rival->size += size + jit_size;
    return 0;
}

static int
compile_all(struct rival *rival, enum rulegen_profile profile)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct buf pattern;
    int err = arena ? 0 : E_NOMEM;

    buf_init(&pattern, RULEGEN_MAX_PATTERN);
    for (uint32_t i = 0; i < rival->nrules && err == 0; i++) {
        for (unsigned g = 0; g < RULEGEN_GROUPS && err == 0; g++) {
            buf_clear(&pattern);
            rulegen_pattern(&pattern, profile, i, g);
            if (!pattern.err && pattern.n == 0)
                continue;
            err = pattern.err ? pattern.err
                              : compile_one(rival, arena, buf_str(&pattern),
                                    &rival->code[i][g]);
        }
        if (err == 0 && bench_wall() > BENCH_MAX_SECONDS)
            err = E_TIMEOUT;
    }
    buf_done(&pattern);
    return err;
}

static void
rival_free(struct rival *rival)
{
    if (!rival)
        return;
    for (uint32_t i = 0; i < rival->nrules; i++)
        for (unsigned g = 0; g < RULEGEN_GROUPS; g++)
            pcre2_code_free(rival->code[i][g]);
    free(rival->code);
    pcre2_match_data_free(rival->data);
    free(rival);
}

static int
rival_make(enum rulegen_profile profile, uint32_t nrules, struct rival **ret)
{
    struct rival *rival = calloc(1, sizeof(*rival));
    int err = E_NOMEM;

    if (!rival)
        return E_NOMEM;
    rival->code = calloc(nrules, sizeof(*rival->code));
    rival->data = pcre2_match_data_create(1, NULL);
    if (rival->code && rival->data) {
        rival->nrules = nrules;
        err = compile_all(rival, profile);
    }
    if (err != 0) {
        rival_free(rival);
        return err;
    }
    *ret = rival;
    return 0;
}

static size_t
rival_size(const struct rival *rival)
{
    return rival->size;
}

static bool
finds(struct rival *rival, pcre2_code *code, PCRE2_SPTR text, size_t n)
{
    return pcre2_match(
               code, text, n, 0, PCRE2_NO_UTF_CHECK, rival->data, NULL) >= 0;
}

static void
rival_match(struct rival *rival, const void *text, size_t n, bool *held)
{
    for (uint32_t i = 0; i < rival->nrules; i++) {
        pcre2_code **code = rival->code[i];

        held[i] = finds(rival, code[0], text, n) &&
                  (!code[1] || finds(rival, code[1], text, n)) &&
                  !(code[2] && finds(rival, code[2], text, n));
    }
}

#if RIVAL_WIDTH == 16
const struct rival_ops rival_16 = {
    rival_make, rival_free, rival_size, rival_match};
#else
const struct rival_ops rival_8 = {
    rival_make, rival_free, rival_size, rival_match};
#endif

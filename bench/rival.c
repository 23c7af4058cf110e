#define PCRE2_CODE_UNIT_WIDTH 16
#include "rival.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "bench.h"
#include "rulegen.h"
#include "rules/rules.h"

struct rival {
    pcre2_code *(*code)[RULEGEN_GROUPS];
    pcre2_match_data *data;
    uint32_t nrules;
    bool jit;
    size_t size;
};

static int
compile_one(struct rival *rival, struct arena *arena, struct str pattern,
    pcre2_code **ret)
{
    const uint16_t *unit;
    size_t n, size = 0, jit_size = 0, at;
    int error;

    arena_clear(arena);
    if (rules_fold(arena, pattern, &unit, &n) != 0)
        return E_NOMEM;
    *ret = pcre2_compile(unit, n, PCRE2_UTF, &error, &at, NULL);
    if (!*ret)
        return E_BUG;
    if (rival->jit && pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE) != 0)
        return E_NOTFOUND;
    pcre2_pattern_info(*ret, PCRE2_INFO_SIZE, &size);
    pcre2_pattern_info(*ret, PCRE2_INFO_JITSIZE, &jit_size);
    rival->size += size + jit_size;
    return 0;
}

static int
compile_all(struct rival *rival)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct buf pattern;
    int err = arena ? 0 : E_NOMEM;

    buf_init(&pattern, RULEGEN_MAX_PATTERN);
    for (uint32_t i = 0; i < rival->nrules && err == 0; i++) {
        for (unsigned g = 0; g < RULEGEN_GROUPS && err == 0; g++) {
            buf_clear(&pattern);
            rulegen_pattern(&pattern, i, g);
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

int
rival_new(uint32_t nrules, bool jit, struct rival **ret)
{
    struct rival *rival = calloc(1, sizeof(*rival));
    int err = E_NOMEM;

    if (!rival)
        return E_NOMEM;
    rival->jit = jit;
    rival->code = calloc(nrules, sizeof(*rival->code));
    rival->data = pcre2_match_data_create(1, NULL);
    if (rival->code && rival->data) {
        rival->nrules = nrules;
        err = compile_all(rival);
    }
    if (err != 0) {
        rival_free(rival);
        return err;
    }
    *ret = rival;
    return 0;
}

void
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

size_t
rival_size(const struct rival *rival)
{
    return rival->size;
}

static bool
finds(struct rival *rival, pcre2_code *code, const uint16_t *unit, size_t n)
{
    uint32_t options = PCRE2_NO_UTF_CHECK | (rival->jit ? 0 : PCRE2_NO_JIT);

    return pcre2_match(code, unit, n, 0, options, rival->data, NULL) >= 0;
}

void
rival_match(struct rival *rival, const uint16_t *unit, size_t n, bool *held)
{
    for (uint32_t i = 0; i < rival->nrules; i++)
        held[i] = finds(rival, rival->code[i][0], unit, n) &&
                  finds(rival, rival->code[i][1], unit, n) &&
                  !finds(rival, rival->code[i][2], unit, n);
}

/* match_samples: the items that are matched, and the rules. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "bench.h"
#include "match.h"
#include "text.h"

enum { TITLE_CHARS = 20, SHORTEST = 200, LONGEST = 4200 };

/* Folded title and text with border between them. */
static int
join_folded(struct arena *arena, const struct rule_item *item,
    const uint16_t *border, size_t nborder, const uint16_t **ret, size_t *ret_n)
{
    const uint16_t *title = NULL, *text = NULL;
    size_t ntitle = 0, ntext = 0;
    int err = rules_fold(arena, item->title, &title, &ntitle);
    uint16_t *all;

    if (err == 0)
        err = rules_fold(arena, item->text, &text, &ntext);
    if (err != 0)
        return err;
    all = ARENA_ARRAY(arena, ntitle + nborder + ntext + 1, uint16_t);
    if (!all)
        return E_NOMEM;
    memcpy(all, title, ntitle * 2);
    memcpy(all + ntitle, border, nborder * 2);
    memcpy(all + ntitle + nborder, text, ntext * 2);
    *ret = all;
    *ret_n = ntitle + nborder + ntext;
    return 0;
}

/* Units as UTF-8; the unit of each byte in *ret_unit. */
static int
make_utf8(struct arena *arena, const uint16_t *units, size_t n, struct str *ret,
    const uint32_t **ret_unit)
{
    char *p = arena_alloc(arena, n * 3 + 1);
    uint32_t *unit = ARENA_ARRAY(arena, n * 3 + 1, uint32_t);
    struct buf buf;
    int err;

    if (!p || !unit)
        return E_NOMEM;
    buf_init(&buf, n * 3 + 16);
    for (size_t i = 0; i < n; i++) {
        size_t before = buf.n;
        buf_add_codepoint(&buf, units[i]);
        for (size_t k = before; k < buf.n; k++)
            unit[k] = (uint32_t)i;
    }
    err = buf.err;
    if (err == 0) {
        memcpy(p, buf.p, buf.n);
        *ret = (struct str){p, buf.n};
        *ret_unit = unit;
    }
    buf_done(&buf);
    return err;
}

static int
make_sample(struct arena *arena, uint32_t number, struct sample *s)
{
    static const uint16_t loop_border[] = {'\n', '\r'}, border[] = {'\n'};
    struct bench_chance chance = bench_seed(BENCH_SEED * 31u + number);
    uint32_t chars = SHORTEST + bench_skewed(&chance, LONGEST - SHORTEST);
    struct buf both;
    size_t title_n;
    int err;

    buf_init(&both, 1024 * 1024);
    text_item(&both, &chance, TITLE_CHARS);
    title_n = both.n;
    text_item(&both, &chance, chars);
    err = both.err;
    if (err == 0) {
        struct str all = arena_str(arena, buf_str(&both));

        s->bytes = all.n;
        s->item.title = str_first(all, title_n);
        s->item.text = str_from(all, title_n);
        s->item.source.id = STR("bench");
        s->item.source.kind = STR("media");
        s->item.published = WALL_NONE;
    }
    buf_done(&both);
    if (err == 0)
        err = join_folded(
            arena, &s->item, loop_border, 2, &s->folded, &s->nfolded);
    if (err == 0)
        err = join_folded(arena, &s->item, border, 1, &s->view, &s->nview);
    if (err == 0)
        err =
            make_utf8(arena, s->folded, s->nfolded, &s->folded_utf8, &s->unit);
    return err ? err : make_utf8(arena, s->view, s->nview, &s->utf8, &s->unit);
}

int
samples_make(struct samples *samples)
{
    int err = 0;

    for (uint32_t i = 0; i < MATCH_ITEMS && err == 0; i++) {
        err = make_sample(samples->arena, i, &samples->sample[i]);
        samples->bytes += samples->sample[i].bytes;
    }
    return err;
}

int
bench_compile(enum rulegen_profile profile, uint32_t n, double *ret_seconds,
    struct ruleset **ret)
{
    struct rule_file file = {.name = "bench.yaml"};
    struct toc_errors errors = {.n = 0};
    struct buf yaml;
    double begin;
    int err;

    buf_init(&yaml, MATCH_YAML_MAX);
    rulegen_yaml(&yaml, profile, n);
    file.text = buf_str(&yaml);
    begin = bench_cpu();
    err = yaml.err ? yaml.err : ruleset_compile(&file, 1, NULL, &errors, ret);
    if (ret_seconds)
        *ret_seconds = bench_cpu() - begin;
    toc_errors_print(&errors, stderr);
    toc_errors_done(&errors);
    buf_done(&yaml);
    return err;
}

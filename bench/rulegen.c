#include "rulegen.h"

#include "text.h"

enum { REGEX_EVERY = 10, REGEX_WORDS = 3 };

static const unsigned group_words[RULEGEN_GROUPS] = {5, 4, 2};

static struct bench_chance
chance_of(uint32_t rule, unsigned group)
{
    return bench_seed((uint64_t)rule * RULEGEN_GROUPS + group + BENCH_SEED);
}

static bool
is_regex(uint32_t rule, unsigned group)
{
    return group == 0 && rule % REGEX_EVERY == REGEX_EVERY - 1;
}

/* Words of a group, with separator between them. */
static void
add_words(struct buf *out, uint32_t rule, unsigned group, const char *separator)
{
    struct bench_chance chance = chance_of(rule, group);

    for (unsigned i = 0; i < group_words[group]; i++) {
        if (i > 0)
            buf_add_cstr(out, separator);
        text_word(out, bench_roll(&chance, TEXT_WORDS));
    }
}

static void
add_regex(struct buf *out, uint32_t rule, unsigned group)
{
    static const char *const before[REGEX_WORDS] = {"", ".{0,30}(", "|"};
    struct bench_chance chance = chance_of(rule, group);

    for (unsigned i = 0; i < REGEX_WORDS; i++) {
        buf_add_cstr(out, before[i]);
        text_word(out, bench_roll(&chance, TEXT_WORDS));
    }
    buf_add_char(out, ')');
}

void
rulegen_pattern(struct buf *out, uint32_t rule, unsigned group)
{
    if (is_regex(rule, group))
        add_regex(out, rule, group);
    else
        add_words(out, rule, group, "|");
}

static void
add_group(struct buf *out, uint32_t rule, unsigned group)
{
    if (is_regex(rule, group)) {
        buf_add_cstr(out, "\"/");
        add_regex(out, rule, group);
        buf_add_cstr(out, "/\"");
    } else {
        add_words(out, rule, group, ", ");
    }
}

void
rulegen_yaml(struct buf *out, uint32_t n)
{
    buf_add_cstr(out, "rules:\n");
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(out,
            "  - id: r%u\n    title: 第%u条\n    category: measured\n"
            "    points: 10\n    all:\n      - any: [",
            i, i);
        add_group(out, i, 0);
        buf_add_cstr(out, "]\n      - any: [");
        add_group(out, i, 1);
        buf_add_cstr(out, "]\n    none: [");
        add_group(out, i, 2);
        buf_add_cstr(out, "]\n");
    }
}

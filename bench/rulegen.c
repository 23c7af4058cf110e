/*
 * rulegen: a rule is planned once, as groups of words; both ways of writing
 * it walk the plan.
 */
#include "rulegen.h"

#include "text.h"

enum { GROUP_WORDS = 12, NEAR_WITHIN = 20, FREQUENT = 12000 };

enum word_kind { WORD, RARE_WORD, SCHOOL, EVENT, DISTRICT, ENGLISH };

struct plan_word {
    enum word_kind kind;
    uint32_t number, topic;
};

struct group {
    struct plan_word word[GROUP_WORDS];
    unsigned n;
    bool topic_list; /* written as {list: topicN} */
};

/* How the first two groups go together. */
enum join { BOTH, REGEX, NEAR };

struct plan {
    struct group group[RULEGEN_GROUPS];
    enum join join;
};

static void
add_word(struct buf *out, const struct plan_word *w)
{
    switch (w->kind) {
    case WORD:
        text_word(out, w->number);
        return;
    case RARE_WORD: /* half of them are in no text */
        text_word(out, FREQUENT + w->number);
        return;
    case SCHOOL:
        text_school(out, w->number);
        return;
    case EVENT:
        text_event(out, w->topic, w->number);
        return;
    case DISTRICT:
        text_district(out, w->number);
        return;
    case ENGLISH:
        text_english(out, w->number);
        return;
    }
}

static void
fill(struct group *g, struct bench_chance *chance, enum word_kind kind,
    uint32_t sides, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        g->word[g->n++] = (struct plan_word){
            .kind = kind, .number = bench_roll(chance, sides)};
}

static void
fill_topic(struct group *g, uint32_t topic, uint32_t first, unsigned n)
{
    g->topic_list = n == TEXT_TOPIC_WORDS;
    for (unsigned i = 0; i < n; i++)
        g->word[g->n++] = (struct plan_word){.kind = EVENT,
            .number = (first + i) % TEXT_TOPIC_WORDS,
            .topic = topic};
}

static void
plan_province(uint32_t rule, struct plan *p)
{
    struct bench_chance chance = bench_seed(BENCH_SEED * 11u + rule);
    uint32_t roll = bench_roll(&chance, 100), topic;
    struct group *a = &p->group[0], *b = &p->group[1], *c = &p->group[2];

    if (roll < 80) {
        fill(a, &chance, SCHOOL, TEXT_SCHOOLS, 1 + bench_roll(&chance, 4));
        topic = text_topic_of(a->word[0].number);
        p->join = roll < 60 ? BOTH : roll < 70 ? REGEX : NEAR;
        fill_topic(b, topic, bench_roll(&chance, TEXT_TOPIC_WORDS),
            p->join == BOTH ? TEXT_TOPIC_WORDS : 3);
        if (p->join == BOTH && bench_roll(&chance, 2) == 0)
            fill(c, &chance, RARE_WORD, TEXT_WORDS, 2);
    } else if (roll < 85) {
        fill(a, &chance, DISTRICT, TEXT_DISTRICTS, 3);
        fill(b, &chance, RARE_WORD, TEXT_WORDS, 2);
    } else if (roll < 90) {
        fill(a, &chance, ENGLISH, TEXT_ENGLISH, 2);
        fill(b, &chance, ENGLISH, TEXT_ENGLISH, 2);
    } else {
        fill(a, &chance, RARE_WORD, TEXT_WORDS, 3);
        fill(b, &chance, RARE_WORD, TEXT_WORDS, 3);
        fill(c, &chance, RARE_WORD, TEXT_WORDS, 2);
    }
}

static void
plan_dense(uint32_t rule, struct plan *p)
{
    static const unsigned words[RULEGEN_GROUPS] = {5, 4, 2};
    struct bench_chance chance = bench_seed(BENCH_SEED * 13u + rule);

    if (rule % 10 == 9) {
        p->join = REGEX;
        fill(&p->group[0], &chance, WORD, TEXT_WORDS, 1);
        fill(&p->group[1], &chance, WORD, TEXT_WORDS, 2);
        return;
    }
    for (unsigned g = 0; g < RULEGEN_GROUPS; g++)
        fill(&p->group[g], &chance, WORD, TEXT_WORDS, words[g]);
}

static struct plan
plan_of(enum rulegen_profile profile, uint32_t rule)
{
    struct plan p = {.join = BOTH};

    if (profile == RULEGEN_PROVINCE)
        plan_province(rule, &p);
    else
        plan_dense(rule, &p);
    return p;
}

/* The words of a group with separator between them; Latin ones between marks
 * of word boundaries when bounds is not NULL. */
static void
add_words(struct buf *out, const struct group *g, const char *separator,
    const char *bounds)
{
    for (unsigned i = 0; i < g->n; i++) {
        bool latin = g->word[i].kind == ENGLISH && bounds;

        buf_add_cstr(out, i > 0 ? separator : "");
        buf_add_cstr(out, latin ? bounds : "");
        add_word(out, &g->word[i]);
        buf_add_cstr(out, latin ? bounds : "");
    }
}

static void
add_regex(struct buf *out, const struct plan *p)
{
    buf_add_cstr(out, "(");
    add_words(out, &p->group[0], "|", NULL);
    buf_printf(out, ").{0,%d}(", NEAR_WITHIN);
    add_words(out, &p->group[1], "|", NULL);
    buf_add_cstr(out, ")");
}

/* Two groups near one another, whichever comes first, in one field. */
static void
add_near_pattern(struct buf *out, const struct plan *p)
{
    for (unsigned first = 0; first < 2; first++) {
        buf_add_cstr(out, first ? "|(?:" : "(?:");
        add_words(out, &p->group[first], "|", NULL);
        buf_printf(out, ")[^\\r]{0,%d}(?:", NEAR_WITHIN);
        add_words(out, &p->group[1 - first], "|", NULL);
        buf_add_cstr(out, ")");
    }
}

void
rulegen_pattern(struct buf *out, enum rulegen_profile profile, uint32_t rule,
    unsigned group)
{
    struct plan p = plan_of(profile, rule);

    if (p.join == BOTH || group == 2)
        add_words(out, &p.group[group], "|", "\\b");
    else if (group == 0 && p.join == REGEX)
        add_regex(out, &p);
    else if (group == 0)
        add_near_pattern(out, &p);
}

static void
add_entries(struct buf *out, const struct group *g)
{
    if (g->topic_list) {
        buf_printf(out, "{list: topic%u}", g->word[0].topic);
        return;
    }
    buf_add_cstr(out, "{any: [");
    add_words(out, g, ", ", NULL);
    buf_add_cstr(out, "]}");
}

static void
add_rule(struct buf *out, const struct plan *p)
{
    switch (p->join) {
    case BOTH:
        buf_add_cstr(out, "    all: [");
        add_entries(out, &p->group[0]);
        buf_add_cstr(out, ", ");
        add_entries(out, &p->group[1]);
        buf_add_cstr(out, "]\n");
        break;
    case REGEX:
        buf_add_cstr(out, "    all: [\"/");
        add_regex(out, p);
        buf_add_cstr(out, "/\"]\n");
        break;
    case NEAR:
        buf_add_cstr(out, "    near: {terms: [");
        add_entries(out, &p->group[0]);
        buf_add_cstr(out, ", ");
        add_entries(out, &p->group[1]);
        buf_printf(out, "], within: %d}\n", NEAR_WITHIN);
        break;
    }
    if (p->group[2].n > 0) {
        buf_add_cstr(out, "    none: [");
        add_words(out, &p->group[2], ", ", NULL);
        buf_add_cstr(out, "]\n");
    }
}

void
rulegen_yaml(struct buf *out, enum rulegen_profile profile, uint32_t n)
{
    buf_add_cstr(out, "lists:\n");
    for (uint32_t t = 0; t < TEXT_TOPICS; t++) {
        struct group g = {.n = 0};

        fill_topic(&g, t, 0, TEXT_TOPIC_WORDS);
        buf_printf(out, "  topic%u: [", t);
        add_words(out, &g, ", ", NULL);
        buf_add_cstr(out, "]\n");
    }
    buf_add_cstr(out, "rules:\n");
    for (uint32_t i = 0; i < n; i++) {
        struct plan p = plan_of(profile, i);

        buf_printf(out,
            "  - id: r%u\n    title: 第%u条\n    category: measured\n"
            "    points: 10\n",
            i, i);
        add_rule(out, &p);
    }
}

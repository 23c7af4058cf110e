/*
 * The matcher against the oracle, on random rules and random texts: the same
 * rules hold, with the same spans.
 *
 *     TOCSIN_RANDOM_COUNT=1000000 test_rules_random    (texts; default 10000)
 *     TOCSIN_RANDOM_SEED=7
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "base/num.h"
#include "base/utf8.h"
#include "check.h"
#include "oracle.h"
#include "rules/fold.h"

enum { RULES = 12, TEXTS_PER_SET = 40, TEXT_CHARS = 24 };

static uint64_t state;

static unsigned
roll(unsigned sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % sides);
}

static int64_t
from_env(const char *name, int64_t otherwise)
{
    const char *s = getenv(name);
    int64_t v;

    return s && num_parse_i64(str_of(s), 1, INT64_MAX, &v) == 0 ? v : otherwise;
}

static void
add_char(struct buf *b, bool term)
{
    static const char *const in_terms[] = {
        "甲", "乙", "丙", "学", "學", "𠀀", "a", "b", "1", "Ｂ", "㎡"};

    if (term)
        buf_add_cstr(b, in_terms[roll(roll(3) ? 5 : 11)]);
    else
        buf_add_cstr(b,
            oracle_alphabet[roll(roll(3) ? 5 : (unsigned)oracle_alphabet_size)]
                .text);
}

/* Words kept under all of them, their pieces, and what ends them. */
static const char *const latin[] = {"abab", "bab1", "aaaa", "ababa", "b1b1ab",
    "abab1", "1aab", "baba甲", "ab1", "ab bab1", "abab ababa", "ab-abab",
    "b1b1ababab1b", "b1b1bbbbab1b", "-ab1", "abab."};
enum { LATIN = sizeof(latin) / sizeof(latin[0]) };

static json_t *
random_term(void)
{
    struct buf b;
    unsigned n = 1 + roll(roll(3) ? 2 : 5);

    buf_init(&b, 1000);
    if (!roll(12))
        buf_add_cstr(&b, "*");
    if (!roll(8)) { /* a word of letters */
        buf_add_cstr(&b, latin[roll(LATIN)]);
        n = 0;
    }
    for (unsigned i = 0; i < n; i++) {
        add_char(&b, true);
        if (!roll(25) && i + 1 < n)
            buf_add_cstr(&b, roll(2) ? " " : "*");
    }
    if (!roll(12))
        buf_add_cstr(&b, "*");
    json_t *j = jsonx_str(buf_str(&b));
    buf_done(&b);
    return j;
}

static void
add_pattern(struct buf *b, unsigned depth)
{
    static const char *const atoms[] = {"甲", "乙", "丙", "学", "𠀀", "a", ".",
        "[甲乙]", "[^丙]", "\\d", "\\w", "[a-b]", "(?:甲|乙丙)", "学甲",
        /* beginnings of one another; sets with and without use */
        "(?:甲乙|甲乙丙|甲)", "(甲|学甲|学)", "[甲a]", "[𠀀乙]", "(?:乙|.)",
        ".{0,4}", "(?:学甲|乙丙).{0,3}", "abab", "(?:abab|bab1)", "(?<!乙)",
        "(?!1)", "(?<=甲)", "\\b"};
    static const char *const counts[] = {
        "", "", "", "", "?", "*", "+", "{0,3}", "{1,2}", "{2}", "*?"};
    unsigned n = 1 + roll(4);

    for (unsigned i = 0; i < n; i++) {
        if (depth < 2 && !roll(5)) {
            buf_add_cstr(b, roll(2) ? "(" : "(?:");
            add_pattern(b, depth + 1);
            buf_add_cstr(b, "|");
            add_pattern(b, depth + 1);
            buf_add_cstr(b, ")");
            buf_add_cstr(b, roll(4) ? "" : roll(2) ? "?" : "{1,2}");
        } else {
            const char *atom = atoms[roll(27)];
            bool looks = atom[0] == '\\' ? atom[1] == 'b'
                                         : strstr(atom, "(?<") == atom ||
                                               strstr(atom, "(?!") == atom;
            bool counted = strstr(atom, "{0,") != NULL;
            buf_add_cstr(b, atom);
            buf_add_cstr(b, looks || counted ? "" : counts[roll(11)]);
        }
    }
    if (!roll(6))
        buf_add_cstr(b, roll(2) ? "(?!甲)" : "(?=乙)");
    if (!roll(15))
        buf_add_cstr(b, roll(2) ? "$" : "\\b");
}

static json_t *
random_regex(void)
{
    struct buf b;

    buf_init(&b, 4000);
    buf_add_cstr(&b, "/");
    if (!roll(15))
        buf_add_cstr(&b, roll(2) ? "^" : "(?<!甲)");
    add_pattern(&b, 0);
    buf_add_cstr(&b, roll(4) ? "/" : "/s");
    json_t *j = jsonx_str(buf_str(&b));
    buf_done(&b);
    return j;
}

static json_t *
pack(const char *key, json_t *value)
{
    json_t *j = json_object();

    json_object_set_new(j, key, value);
    return j;
}

static json_t *random_entry(unsigned rule, unsigned depth);

static json_t *
random_entries(unsigned rule, unsigned depth)
{
    json_t *j = json_array();
    unsigned n = 1 + roll(3);

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(j, random_entry(rule, depth));
    return j;
}

static json_t *
random_list(void)
{
    return pack("list", json_string(roll(2) ? "one" : "two"));
}

static json_t *
random_near(void)
{
    json_t *j = json_object(), *terms = json_array();
    unsigned n = 2 + !roll(4);

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(terms, roll(4) ? random_term() : random_list());
    json_object_set_new(j, "terms", terms);
    json_object_set_new(j, "within", json_integer(roll(8)));
    if (!roll(6))
        json_object_set_new(j, "ordered", json_true());
    return j;
}

static json_t *
random_at_least(unsigned rule, unsigned depth)
{
    json_t *j = json_object(), *of = random_entries(rule, depth + 1);

    if (!roll(4)) {
        json_decref(of);
        of = json_array();
        json_array_append_new(of, random_list());
        json_object_set_new(j, "count", json_integer(1 + roll(3)));
    } else
        json_object_set_new(
            j, "count", json_integer(1 + roll((unsigned)json_array_size(of))));
    json_object_set_new(j, "of", of);
    return j;
}

static json_t *
random_entry(unsigned rule, unsigned depth)
{
    unsigned what = roll(depth < 3 ? 20 : 12);
    char id[16];

    if (what < 8)
        return random_term();
    if (what < 11)
        return random_regex();
    if (what == 11)
        return random_list();
    if (what == 12 && rule > 0) {
        snprintf(id, sizeof(id), "r%u", roll(rule));
        return pack("rule", json_string(id));
    }
    if (what < 15)
        return pack("any", random_entries(rule, depth + 1));
    if (what < 17)
        return pack("all", random_entries(rule, depth + 1));
    if (what == 17)
        return pack("none", random_entries(rule, depth + 1));
    if (what == 18)
        return pack("at_least", random_at_least(rule, depth));
    return pack("near", random_near());
}

static json_t *
random_rule(unsigned number)
{
    json_t *r = json_object();
    char id[16];
    bool any = false;

    snprintf(id, sizeof(id), "r%u", number);
    json_object_set_new(r, "id", json_string(id));
    json_object_set_new(r, "title", json_string("t"));
    json_object_set_new(r, "category", json_string("c"));
    json_object_set_new(r, "points", json_integer(10));
    if (!roll(3)) {
        json_t *f = json_array();
        json_array_append_new(f, json_string(roll(2) ? "title" : "text"));
        json_object_set_new(r, "fields", f);
    }
    while (!any) {
        if ((any |= !roll(2)))
            json_object_set_new(r, "all", random_entries(number, 0));
        if (!roll(3) && (any = true))
            json_object_set_new(r, "any", random_entries(number, 0));
        if (!roll(6) && (any = true))
            json_object_set_new(r, "near", random_near());
        if (!roll(8) && (any = true))
            json_object_set_new(r, "at_least", random_at_least(number, 0));
    }
    if (!roll(3))
        json_object_set_new(r, "none", random_entries(number, 0));
    return r;
}

static json_t *
random_file(void)
{
    json_t *file = json_object(), *lists = json_object(), *rules = json_array();
    static const char *const names[] = {"one", "two"};

    for (int i = 0; i < 2; i++) {
        json_t *l = json_array();
        for (unsigned n = 2 + roll(3); n > 0; n--)
            json_array_append_new(l, random_term());
        json_object_set_new(lists, names[i], l);
    }
    for (unsigned i = 0; i < RULES; i++)
        json_array_append_new(rules, random_rule(i));
    json_object_set_new(file, "lists", lists);
    json_object_set_new(file, "rules", rules);
    return file;
}

static void
random_text(struct buf *b)
{
    buf_clear(b);
    buf_add_cstr(b, "");
    for (unsigned n = roll(TEXT_CHARS); n > 0; n--) {
        add_char(b, false);
        if (!roll(16))
            buf_add_cstr(b, latin[roll(LATIN)]);
    }
}

/* Whether "ordered" stands anywhere: then spans are not compared (which of
 * several choices is shown is not promised). */
static bool
has_ordered(const json_t *file, const json_t *rule)
{
    char *text = json_dumps(rule, 0);
    bool found = strstr(text, "\"ordered\"") || strstr(text, "\"rule\"");

    (void)file;
    free(text);
    return found;
}

static void
show(const json_t *rule, const struct rule_item *item, const char *what)
{
    char *text = json_dumps(rule, 0);

    fprintf(stderr, "%s\n  rule %s\n  title %.*s\n  text %.*s\n", what, text,
        STR_ARG(item->title), STR_ARG(item->text));
    free(text);
}

/* What every span's original text folds to must hold no more and no less. */
static void
check_refold(const struct rule_item *item, const struct finding *f)
{
    for (size_t i = 0; i < f->nspans; i++) {
        struct str text =
            f->spans[i].field == FIELD_TITLE ? item->title : item->text;
        assert_true(f->spans[i].start < f->spans[i].end);
        assert_true(f->spans[i].end <= utf8_count(text));
    }
}

static size_t held, undecided;

static void
compare(const json_t *file, size_t number, const struct rule_item *item,
    const struct finding *f)
{
    static struct oracle_result want;

    if (f && f->indeterminate) { /* random patterns may be exponential */
        undecided++;
        return;
    }
    const json_t *rule = json_array_get(json_object_get(file, "rules"), number);
    oracle_match(file, number, item->title.p, item->text.p, &want);
    if (want.limited) {
        undecided++;
        return;
    }
    if (want.holds != (f != NULL)) {
        show(rule, item, want.holds ? "missed" : "found wrongly");
        fail();
    }
    if (!f)
        return;
    check_refold(item, f);
    if (has_ordered(file, rule))
        return;
    size_t n = want.nspans < FINDING_MAX_SPANS ? want.nspans
                                               : (size_t)FINDING_MAX_SPANS;
    bool same = n == f->nspans;
    for (size_t i = 0; i < n && same; i++)
        same = want.span[i].field == (int)f->spans[i].field &&
               want.span[i].start == f->spans[i].start &&
               want.span[i].end == f->spans[i].end;
    if (!same) {
        show(rule, item, "other spans");
        for (size_t i = 0; i < n; i++)
            fprintf(stderr, "  want %d:%u-%u\n", want.span[i].field,
                want.span[i].start, want.span[i].end);
        for (size_t i = 0; i < f->nspans; i++)
            fprintf(stderr, "  got  %d:%u-%u\n", (int)f->spans[i].field,
                f->spans[i].start, f->spans[i].end);
        fail();
    }
}

static void
try_text(const json_t *file, struct matcher *m, const struct rule_item *item,
    struct arena *arena)
{
    struct verdict v;
    size_t next = 0;

    arena_clear(arena);
    assert_int_equal(match_item(m, item, arena, &v), 0);
    assert_false(v.truncated);
    for (size_t r = 0; r < RULES; r++) {
        bool found = next < v.nfindings && v.findings[next].rule == r;
        compare(file, r, item, found ? &v.findings[next] : NULL);
        next += found;
    }
    assert_int_equal(next, v.nfindings);
    held += v.nfindings;
}

static void
same_as_the_oracle(void **unused)
{
    int64_t count = from_env("TOCSIN_RANDOM_COUNT", 10000);
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct buf title, text;

    (void)unused;
    state = (uint64_t)from_env("TOCSIN_RANDOM_SEED", 20261120) *
            0x9E3779B97F4A7C15u;
    buf_init(&title, 100000);
    buf_init(&text, 100000);
    for (int64_t done = 0; done < count; done += TEXTS_PER_SET) {
        json_t *file = random_file();
        char *yaml = json_dumps(file, 0);
        struct ruleset *set = check_compile(yaml);
        struct matcher *m;
        assert_int_equal(matcher_new(set, &m), 0);
        for (int i = 0; i < TEXTS_PER_SET; i++) {
            random_text(&title);
            random_text(&text);
            struct rule_item item = {.title = buf_str(&title),
                .text = buf_str(&text),
                .published = WALL_NONE};
            try_text(file, m, &item, arena);
        }
        matcher_free(m);
        ruleset_free(set);
        free(yaml);
        json_decref(file);
    }
    printf("%lld texts, %d rules each, %zu findings\n", (long long)count,
        (int)RULES, held);
    /* of twelve times as many answers */
    assert_true(undecided < (size_t)count / 20);
    assert_true(held > (size_t)count / 4); /* the test is not empty */
    buf_done(&title);
    buf_done(&text);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_the_oracle)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * siteterms: words of the bureau's own list that a page has wrong.
 *
 * Names of schools after a merger, titles of forms that are abolished, typing
 * errors.  The text is read once from left to right; at each place the longest
 * word of the list counts, right ones too, so that a wrong word within a right
 * one is none.  A sentence that speaks of the change ("原名…", "更名为"), of
 * the past, or of a year that is gone has a reason to use the old word, and so
 * has a page on which everything is old.
 */
#include <string.h>

#include "base/mask.h"
#include "feeds/siteparts.h"

enum {
    TERMS_TEXT_BYTES = 512 * 1024,
    TERMS_BUCKETS = 4096,       /* a power of two */
    TERMS_MAX_PLACES = 2000,    /* that are looked at */
    TERMS_MAX_LINES = 100,      /* of them with their lines */
    TERMS_SENTENCE_BYTES = 300, /* looked at on either side of a word */
    TERMS_CONTEXT_BYTES = 60,   /* of evidence on either side */
    TERMS_NEAR_BYTES = 15,      /* by which a place is found again */
    TERMS_PAST_YEARS = 2,       /* a year so long ago is past */
    TERMS_OLD_DAYS = 365        /* a page whose newest date is older */
};

/* A word of the list, wrong or right. */
struct term {
    struct str text;
    const struct site_word *word; /* NULL: a right one */
    uint32_t next;                /* of its bucket, index + 1 */
    size_t tier;                  /* bytes by which it is in its bucket */
};

struct terms {
    struct site_page *page;
    struct site_reading *reading;
    struct term *list;
    uint32_t n;
    uint32_t *buckets;
    int year; /* this one, 0: not known */
};

/* By how many of their first bytes words are found; each is in the largest that
 * it fills. */
static const size_t tiers[] = {18, 12, 6, 2};

static uint32_t
bucket_of(struct str text, size_t n)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 16777619u;
    return (hash ^ hash >> 15) & (TERMS_BUCKETS - 1);
}

static void
add_term(struct terms *terms, struct str text, const struct site_word *word)
{
    uint32_t bucket;
    size_t k = 0;

    text = str_trim(text);
    if (text.n < 2)
        return;
    while (text.n < tiers[k])
        k++;
    bucket = bucket_of(text, tiers[k]);
    terms->list[terms->n] =
        (struct term){text, word, terms->buckets[bucket], tiers[k]};
    terms->buckets[bucket] = ++terms->n;
}

static bool
is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* Whether a word may begin and end there: not within one of letters. */
static bool
is_whole(struct str text, size_t at, size_t n)
{
    return !(at > 0 && is_alnum(text.p[at]) && is_alnum(text.p[at - 1])) &&
           !(at + n < text.n && is_alnum(text.p[at + n - 1]) &&
               is_alnum(text.p[at + n]));
}

/* The longest term that text has at byte at; of equals the wrong one. */
static const struct term *
term_at(const struct terms *terms, struct str text, size_t at)
{
    struct str rest = str_from(text, at);
    const struct term *best = NULL;

    for (size_t t = 0; t < sizeof tiers / sizeof tiers[0]; t++) {
        uint32_t k =
            rest.n >= tiers[t] ? terms->buckets[bucket_of(rest, tiers[t])] : 0;

        for (; k != 0; k = terms->list[k - 1].next) {
            const struct term *term = &terms->list[k - 1];

            if (term->tier == tiers[t] && str_starts(rest, term->text) &&
                is_whole(text, at, term->text.n) &&
                (!best || term->text.n > best->text.n ||
                    (term->text.n == best->text.n && term->word)))
                best = term;
        }
    }
    return best;
}

static bool
holds_any(struct str text, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (str_find(text, str_of(words[k])) < text.n)
            return true;
    return false;
}

#define HOLDS_ANY(text, words)                                                 \
    holds_any(text, words, sizeof(words) / sizeof *(words))

/* Whether the years that text names are all past; the foot of a page, which
 * says since when it is somebody's, apart. */
static bool
names_past_year(const struct terms *terms, struct str text)
{
    static const char *const feet[] = {
        "版权", "©", "Copyright", "copyright", "备案", "ICP"};
    bool past = false;

    if (HOLDS_ANY(text, feet))
        return false;
    for (size_t i = 0; terms->year > 0 && i + 4 <= text.n; i++) {
        int year = 0;
        size_t n = 0;

        while (i + n < text.n && text.p[i + n] >= '0' && text.p[i + n] <= '9' &&
               n < 5)
            year = year * 10 + (text.p[i + n++] - '0');
        if (n == 4 && year >= 1900 && year <= terms->year - TERMS_PAST_YEARS)
            past = true;
        else if (n == 4 && year <= terms->year && year >= 1900)
            return false;
        i += n > 0 ? n - 1 : 0;
    }
    return past;
}

static const char *const changes[] = {"原名", "原称", "原为", "原系", "曾用名",
    "曾名", "曾称", "旧称", "旧名", "前身", "更名", "改名", "改称", "易名",
    "换牌", "撤并", "并入", "合并", "撤销", "更正", "勘误", "误写", "错写",
    "写成", "应为", "不再使用", "停止使用", "不得使用", "废止", "作废", "停用",
    "改用", "改为", "替换为", "代替", "取代"};
static const char *const past[] = {"校史", "沿革", "大事记", "历史", "建校",
    "创办", "始建", "毕业于", "当年", "昔日", "校友", "旧址", "老照片"};

/* Whether the sentence around the word at byte at has a reason to use it. */
static bool
is_quoted(const struct terms *terms, struct str text, size_t at, size_t n)
{
    size_t from = at, to = at + n;
    struct str before, sentence;

    while (from > 0 && at - from < TERMS_SENTENCE_BYTES &&
           text.p[from - 1] != '\n' &&
           !str_ends(str_first(text, from), STR("。")) &&
           !str_ends(str_first(text, from), STR("；")))
        from--;
    while (to < text.n && to - at < TERMS_SENTENCE_BYTES &&
           text.p[to] != '\n' && !str_starts(str_from(text, to), STR("。")) &&
           !str_starts(str_from(text, to), STR("；")))
        to++;
    sentence = str_first(str_from(text, from), to - from);
    before = str_first(str_from(text, from), at - from);
    while (str_ends(before, STR("“")) || str_ends(before, STR("《")) ||
           str_ends(before, STR("「")))
        before.n -= strlen("“");
    return str_ends(before, STR("原")) || str_ends(before, STR("旧")) ||
           str_ends(before, STR("老")) || HOLDS_ANY(sentence, changes) ||
           HOLDS_ANY(sentence, past) || names_past_year(terms, sentence);
}

/* What stands around the word, and what it should be. */
static struct str
context_of(const struct terms *terms, struct str text, size_t at,
    const struct site_word *word)
{
    struct arena *arena = terms->page->arena;
    size_t from = at, to = at + word->wrong.n;
    struct str part, right = str_trim(word->right);

    while (
        from > 0 && at - from < TERMS_CONTEXT_BYTES && text.p[from - 1] != '\n')
        from--;
    while (from < at && ((unsigned char)text.p[from] & 0xC0) == 0x80)
        from++;
    while (to < text.n && to - at < TERMS_CONTEXT_BYTES && text.p[to] != '\n')
        to++;
    part = mask_part(arena, text, from, to - from);
    if (right.n == 0)
        return part;
    return arena_printf(
        arena, "%.*s（应为“%.*s”）", STR_ARG(part), STR_ARG(right));
}

/* The line of a place of the text: where the page has the same words around
 * it, or the word just once. */
static struct site_lines
lines_of(const struct terms *terms, struct str text, size_t at, size_t n)
{
    const struct site_page *page = terms->page;
    size_t from = at, to = at + n, found;
    struct str near, word = str_first(str_from(text, at), n), rest;

    while (from > 0 && at - from < TERMS_NEAR_BYTES && text.p[from - 1] != '\n')
        from--;
    while (to < text.n && to - at - n < TERMS_NEAR_BYTES && text.p[to] != '\n')
        to++;
    near = str_first(str_from(text, from), to - from);
    found = str_find(page->source, near);
    if (found < page->source.n)
        return site_lines_in(
            page, str_first(str_from(page->source, found), near.n));
    found = str_find(page->source, word);
    rest = str_from(page->source, found + n);
    if (found < page->source.n && str_find(rest, word) == rest.n)
        return site_lines_in(page, str_first(str_from(page->source, found), n));
    return (struct site_lines){0};
}

static void
search(struct terms *terms, struct str text)
{
    size_t looked = 0;

    for (size_t i = 0; i < text.n && looked < TERMS_MAX_PLACES;) {
        const struct term *term = term_at(terms, text, i);
        struct site_seen *seen;

        if (!term) {
            i++;
            continue;
        }
        looked += term->word != NULL;
        if (term->word && !is_quoted(terms, text, i, term->text.n)) {
            seen = site_see(terms->page, terms->reading, SITE_KIND_WRONG_WORD,
                arena_str(terms->page->arena, term->text));
            if (!seen)
                return;
            if (looked < TERMS_MAX_LINES)
                site_lines_add(
                    &seen->lines, lines_of(terms, text, i, term->text.n));
            if (!seen->evidence.p)
                seen->evidence = context_of(terms, text, i, term->word);
        }
        i += term->text.n;
    }
}

/* Whether the page as a whole speaks of the past or of a change. */
static bool
is_past(const struct terms *terms)
{
    const struct site_page *page = terms->page;
    struct wall newest = page->report->newest, now = page->input->now;
    int64_t old_ms = (int64_t)TERMS_OLD_DAYS * 24 * 60 * 60 * 1000;
    static const char *const titles[] = {"更名", "改名", "校史", "沿革",
        "大事记", "合并", "撤并", "废止", "作废", "勘误", "更正"};
    struct str title = terms->reading->title;

    if (page->want->look != SITE_LOOK_HOME &&
        page->want->look != SITE_LOOK_COLUMN && wall_is_set(newest) &&
        wall_is_set(now) && now.ms - newest.ms > old_ms)
        return true;
    return HOLDS_ANY(title, titles);
}

int
site_find_terms(struct site_page *page, struct site_reading *reading)
{
    const struct site_want *want = page->want;
    size_t n = want->nwords < SITE_MAX_WORDS ? want->nwords : SITE_MAX_WORDS;
    struct terms terms = {.page = page, .reading = reading};
    struct buf text;

    if (n == 0 || is_past(&terms))
        return 0;
    terms.list = ARENA_ARRAY(page->arena, 2 * n, struct term);
    terms.buckets = ARENA_ARRAY(page->arena, TERMS_BUCKETS, uint32_t);
    if (!terms.list || !terms.buckets)
        return E_NOMEM;
    if (wall_is_set(page->input->now))
        terms.year = civil_of_wall(page->input->now, 0).year;
    for (size_t k = 0; k < n; k++) {
        add_term(&terms, want->words[k].wrong, &want->words[k]);
        add_term(&terms, want->words[k].right, NULL);
    }
    if (!page->html) {
        search(&terms, str_first(page->source, TERMS_TEXT_BYTES));
        return 0;
    }
    buf_init(&text, TERMS_TEXT_BYTES);
    (void)html_text(page->html, 1, page->html->n, true, &text);
    search(&terms, buf_str(&text));
    buf_done(&text);
    return 0;
}

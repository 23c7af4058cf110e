/*
 * sitecompare: the same page as people and as a crawler got it.
 *
 * A page that is hacked for search engines shows them what its visitors do not
 * see: spam, the title of another trade, links to other sites.  A title that
 * only differs in some words, and a block of links that changes from look to
 * look, are no such thing.
 */
#include "base/url.h"
#include "base/utf8.h"
#include "feeds/siteparts.h"

enum {
    COMPARE_MAX_HOSTS = 200,
    COMPARE_MIN_HOSTS = 3,   /* more that only the crawler is led to */
    COMPARE_MAX_CHARS = 100, /* of a title */
    COMPARE_ALIKE_PERCENT = 30
};

static const struct site_seen *
find_seen(
    const struct site_facts *facts, enum site_kind kind, struct str target)
{
    for (size_t i = 0; i < facts->nseen; i++)
        if (facts->seen[i].kind == kind &&
            str_eq(facts->seen[i].target, target))
            return &facts->seen[i];
    return NULL;
}

/* What is wrong with the page only when a crawler asks for it, or NULL. */
static const struct site_seen *
only_crawler_sees(
    const struct site_facts *people, const struct site_facts *crawler)
{
    for (size_t i = 0; i < crawler->nseen; i++) {
        const struct site_seen *seen = &crawler->seen[i];

        if ((seen->kind == SITE_KIND_DEFACED ||
                seen->kind == SITE_KIND_HIDDEN_LINKS) &&
            !find_seen(people, seen->kind, seen->target))
            return seen;
    }
    return NULL;
}

/* The characters of a title that are no blanks and signs. */
static size_t
read_chars(struct str title, uint32_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < title.n && n < COMPARE_MAX_CHARS;) {
        uint32_t c = utf8_next(title, &i);

        if (c > 0x2FFF || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            out[n++] = c;
    }
    return n;
}

/* Whether two titles share so many of their characters that they are of one
 * site; nothing can be said of one without any. */
static bool
are_alike(struct str a, struct str b)
{
    uint32_t one[COMPARE_MAX_CHARS], two[COMPARE_MAX_CHARS];
    size_t n = read_chars(a, one), m = read_chars(b, two), shared = 0;
    size_t less = n < m ? n : m;

    if (less == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (one[i] == two[k]) {
                two[k] = 0;
                shared++;
                break;
            }
    return shared * 100 >= less * COMPARE_ALIKE_PERCENT;
}

/* The hosts of other sites that facts leads to. */
static size_t
read_hosts(const struct site_facts *facts, struct str *out)
{
    size_t n = 0;

    for (size_t i = 0; i < facts->nrefs && n < COMPARE_MAX_HOSTS; i++) {
        struct url url;
        bool known = false;

        if (facts->refs[i].kind != SITE_REF_ELSEWHERE ||
            url_parse(facts->refs[i].url, &url) != 0)
            continue;
        for (size_t k = 0; k < n && !known; k++)
            known = str_eq_nocase(out[k], url.host);
        if (!known)
            out[n++] = url.host;
    }
    return n;
}

/* Bring those of list that other lacks to its front; how many there are. */
static size_t
only_in(struct str *list, size_t n, const struct str *other, size_t m)
{
    size_t only = 0;

    for (size_t i = 0; i < n; i++) {
        bool known = false;

        for (size_t k = 0; k < m && !known; k++)
            known = str_eq_nocase(list[i], other[k]);
        if (!known) {
            struct str host = list[i];

            list[i] = list[only];
            list[only++] = host;
        }
    }
    return only;
}

/* Hosts that only the crawler is led to, as evidence; absent when there are
 * hardly more than the other way round. */
static struct str
new_hosts(struct arena *arena, const struct site_facts *people,
    const struct site_facts *crawler)
{
    struct str theirs[COMPARE_MAX_HOSTS], ours[COMPARE_MAX_HOSTS];
    struct str before[COMPARE_MAX_HOSTS];
    size_t n = read_hosts(crawler, theirs), m = read_hosts(people, ours);
    size_t only, lost;
    struct buf text;
    struct str evidence;

    for (size_t k = 0; k < n; k++)
        before[k] = theirs[k];
    only = only_in(theirs, n, ours, m);
    lost = only_in(ours, m, before, n);
    if (only < lost + COMPARE_MIN_HOSTS)
        return STR_NONE;
    buf_init(&text, SITE_EVIDENCE_BYTES);
    for (size_t k = 0; k < only; k++) {
        if (text.n + theirs[k].n + 1 > SITE_EVIDENCE_BYTES)
            break;
        if (k > 0)
            (void)buf_add_char(&text, ' ');
        (void)buf_add_str(&text, theirs[k]);
    }
    evidence = arena_str(arena, buf_str(&text));
    buf_done(&text);
    return evidence;
}

bool
site_compare(struct arena *arena, const struct site_facts *people,
    const struct site_facts *crawler, struct site_seen *ret)
{
    struct site_seen seen = {.kind = SITE_KIND_AGENT_DEPENDENT, .count = 1};
    const struct site_seen *only = only_crawler_sees(people, crawler);

    if (only) {
        seen.target = STR("spam");
        seen.evidence = only->evidence;
        seen.lines = only->lines;
        seen.count = only->count;
    } else if (!are_alike(people->title, crawler->title) ||
               (site_count_spam(crawler->title) > 0 &&
                   site_count_spam(people->title) == 0)) {
        seen.target = STR("title");
        seen.evidence = arena_printf(arena, "“%.*s” / “%.*s”",
            STR_ARG(people->title), STR_ARG(crawler->title));
    } else {
        seen.target = STR("links");
        seen.evidence = new_hosts(arena, people, crawler);
        if (!seen.evidence.p)
            return false;
    }
    *ret = seen;
    return true;
}

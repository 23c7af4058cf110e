/* Documents made to cost more than they are worth: every one ends within a
 * second and a bound of memory, with a verdict that can be said. */
#include <sys/resource.h>
#include <sys/wait.h>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "feed_check.h"

#if defined(__SANITIZE_ADDRESS__)
#define SLOW 10
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOW 10
#endif
#endif
#ifndef SLOW
#ifdef __OPTIMIZE__
#define SLOW 1
#else
#define SLOW 4 /* an unoptimised build */
#endif
#endif

enum {
    /* As much as the fetch role lets through; instrumented code gets less. */
    BODY_BYTES = (SLOW < 10 ? 8 : 4) * 1024 * 1024,
    MEMORY_BYTES = 512 * 1024 * 1024,
    ARENA_BYTES = 96 * 1024 * 1024, /* as in the parse role */
    MAX_MS = 1500 /* a second, where no neighbour shares the core */
};

enum verdict { READ, REFUSED, ANY };

struct flood {
    const char *name;
    enum verdict verdict;
    const char *head;  /* once */
    const char *piece; /* until the body is full, "%u" counts */
    const char *tail;  /* once */
};

#define R "<rss><channel>"
#define E "</channel></rss>"
/* clang-format off */
#define A16 " a='1' b='1' c='1' d='1' e='1' f='1' g='1' h='1' i='1' j='1'"     \
    " k='1' l='1' m='1' n='1' o='1' p='1'"

static const struct flood floods[] = {
    {"attributes on one element", REFUSED, "<rss", " a%u='1'", "/>"},
    {"namespaces on one element", REFUSED, "<rss", " xmlns:a%u='u%u'", "/>"},
    {"one attribute without end", REFUSED, "<rss a='", "xxxxxxxxxxxxxxxx", ""},
    {"elements with attributes", READ, R, "<x" A16 "/>", E},
    {"depth", REFUSED, "", "<a>", ""},
    {"depth of damage", REFUSED, R "<item>", "<b>&</b><c>", ""},
    {"ENTITY", REFUSED, "<!DOCTYPE r [", "<!ENTITY e%u 'x'>", "]><rss/>"},
    {"ATTLIST", REFUSED, "<!DOCTYPE r [", "<!ATTLIST a b%u CDATA 'x'>",
        "]><rss/>"},
    {"ELEMENT", REFUSED, "<!DOCTYPE r [", "<!ELEMENT e%u ANY>", "]><rss/>"},
    {"DOCTYPE without end", REFUSED, "<!DOCTYPE r [<!ENTITY a '", "xxxxxxxx",
        ""},
    {"entities within entities", REFUSED, "<!DOCTYPE r [<!ENTITY a 'xx'>"
        "<!ENTITY b '&a;&a;'>]>" R "<item><title>", "&b;", E},
    {"one entity, often", REFUSED, "<!DOCTYPE r [<!ENTITY a 'xxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'>]>"
        R "<item><title>", "&a;", "</title></item>" E},
    {"references", READ, R "<item><title>", "&amp;&#20113;&hellip;",
        "</title></item>" E},
    {"a text", READ, R "<item><title>t</title><description>", "云溪县 ",
        "</description></item>" E},
    {"a title", READ, R "<item><title>", "云溪县", "</title></item>" E},
    {"CDATA", READ, R "<item><title>t</title><description><![CDATA[",
        "<p>云溪县</p>", "]]></description></item>" E},
    {"sections of CDATA", READ, R "<item><title>", "<![CDATA[x]]>",
        "</title></item>" E},
    {"CDATA without end", ANY, R "<item><title>t</title><description>",
        "<![CDATA[", ""},
    {"a comment", READ, R "<!--", "- x ", "-->" E},
    {"comments", READ, R, "<!--x-->", E},
    {"comments without end", ANY, R, "<!--", ""},
    {"instructions", READ, R, "<?x y?>", E},
    {"escaped markup", READ, R "<item><title>t</title><description>",
        "&lt;b&gt;x&lt;/b&gt;", "</description></item>" E},
    {"escaped signs", READ, R "<item><title>t</title><description>", "&lt;",
        "</description></item>" E},
    {"escaped scripts", READ, R "<item><title>t</title><description>",
        "&lt;script&gt;", "</description></item>" E},
    {"escaped quotes", READ, R "<item><title>t</title><description>",
        "&lt;a b=\"", "</description></item>" E},
    {"elements in a title", READ, R "<item><title>", "<b>x</b>",
        "</title></item>" E},
    {"empty elements", READ, R, "<a/>", E},
    {"names", ANY, R, "<n%u/>", E},
    {"prefixes", ANY, R, "<p%u:x/>", E},
    {"items", READ, R, "<item><title>t%u</title></item>", E},
    {"empty items", READ, R, "<item/>", E},
    {"items within items", READ, R, "<item>", ""},
    {"entries within entries", READ, "<feed>", "<entry><id>%u</id>", ""},
    {"guids of one kind", READ, R, "<item><guid>g</guid></item>", E},
    {"categories", READ, R "<item><title>t</title>",
        "<category>%u</category>", "</item>" E},
    {"enclosures", READ, R "<item><title>t</title>",
        "<enclosure url='http://a.example/%u'/>", "</item>" E},
    {"titles", READ, R "<item>", "<title>%u</title>", "</item>" E},
    {"links", READ, "<feed><entry>",
        "<link rel='x' href='http://a.example/%u'/>", "</entry></feed>"},
    {"bases", READ, R "<item><title>t</title>", "<x xml:base='http://a.example"
        "/%u/'/>", "</item>" E},
    {"bad dates", READ, R, "<item><pubDate>%u of never</pubDate></item>", E},
    {"bad addresses", READ, R, "<item><link>javascript:%u</link></item>", E},
    {"signs of tags", REFUSED, "", "<", ""},
    {"signs of tags within", ANY, R "<item><title>t", "< ", E},
    {"ampersands", READ, R "<item><title>t", "& ", "</title></item>" E},
    {"half tags", ANY, R "<item><title>t</title></item>", "<a ", ""},
    {"half end tags", ANY, R "<item><title>t</title></item>", "</a ", ""},
    {"end tags of nothing", READ, R "<item><title>t</title></item>", "</a>",
        E},
    {"crooked attributes", READ, R "<item><title>t</title></item>",
        "<a b=c d e='f'/>", E},
    {"quotes", REFUSED, "<rss a=\"", "'\"", ""},
    {"controls", READ, R "<item><title>t", "\x01\x02", "</title></item>" E},
    {"bad bytes", READ, R "<item><title>t", "\xC3\x28", "</title></item>" E},
    {"half characters", READ, R "<item><title>t", "\xE4\xBA",
        "</title></item>" E},
    {"JSON brackets", REFUSED, "{\"items\":", "[", ""},
    {"JSON objects", REFUSED, "", "{\"a\":", ""},
    {"JSON items", READ, "{\"items\":[{\"id\":\"0\"}", ",{\"id\":\"%u\"}",
        "]}"},
    {"JSON items without end", READ, "{\"items\":[{\"id\":\"0\"}",
        ",{\"id\":\"%u\"}", ""},
    {"JSON keys", REFUSED, "{\"items\":[{\"id\":\"0\"", ",\"k%u\":1", "}]}"},
    {"JSON text", READ, "{\"items\":[{\"id\":\"0\",\"content_html\":\"",
        "<p>\\u4e91", "\"}]}"},
    {"JSON commas", ANY, "{\"items\":[{\"id\":\"0\"}", ", ", "]}"},
    {"JSON escapes", ANY, "{\"items\":[{\"id\":\"0\",\"title\":\"", "\\q",
        "\"}]}"},
    {"sitemap", READ, "<urlset>", "<url><loc>http://a.example/%u</loc></url>",
        "</urlset>"},
    {"sitemap index", READ, "<sitemapindex>",
        "<sitemap><loc>http://a.example/%u</loc></sitemap>",
        "</sitemapindex>"},
    {"addresses", READ, "http://a.example/\n", "http://a.example/%u\n", ""},
    {"lines", REFUSED, "", "a line\n", ""},
    {"nothing", REFUSED, "", " ", ""},
};
/* clang-format on */

static void
fill(const struct flood *flood, struct buf *out)
{
    size_t tail = str_of(flood->tail).n;

    buf_init(out, BODY_BYTES + 1024);
    buf_add_cstr(out, flood->head);
    for (unsigned i = 0; out->n + tail + 256 < BODY_BYTES; i++) {
        const char *from = flood->piece, *mark;

        for (; (mark = strstr(from, "%u")) != NULL; from = mark + 2) {
            buf_add(out, from, (size_t)(mark - from));
            buf_printf(out, "%u", i);
        }
        buf_add_cstr(out, from);
    }
    buf_add_cstr(out, flood->tail);
}

/* In a child: 0 read, 1 refused with a sentence, 2 anything else. */
static int
child(struct str bytes)
{
    const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};
    const struct rlimit cpu = {10 * SLOW, 10 * SLOW};
    struct arena *own;
    const struct document *document = NULL;
    struct feed_input input = {.bytes = bytes, .url = STR(BASE), .now = now};
    struct toc_error error = {0};
    int err;

    setrlimit(RLIMIT_CPU, &cpu);
    if (SLOW < 10)
        setrlimit(RLIMIT_AS, &memory);
    own = arena_new(ARENA_BYTES);
    err = own ? feed_parse(own, &input, &error, &document) : E_BUG;
    if (err == 0)
        return document->nitems > FEED_MAX_ITEMS ? 2 : 0;
    return (err == E_PARSE || err == E_LIMIT) && error.text[0] ? 1 : 2;
}

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* CPU time of all children so far: the machine may be busy with others. */
static int64_t
children_ms(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000) +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void
test_floods(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++) {
        const struct flood *flood = &floods[i];
        int64_t before = children_ms(), spent, begun = now_ms();
        struct buf body;
        int status;
        pid_t pid;

        fill(flood, &body);
        pid = fork();
        if (pid == 0)
            _exit(child(buf_str(&body)));
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        spent = children_ms() - before;
        buf_done(&body);
        if (getenv("FLOODS"))
            print_message("%5d ms %5d ms  %s: %d\n", (int)spent,
                (int)(now_ms() - begun), flood->name, status);
        if (WIFEXITED(status) && spent < MAX_MS * SLOW &&
            WEXITSTATUS(status) < 2 &&
            (flood->verdict == ANY ||
                (flood->verdict == REFUSED) == WEXITSTATUS(status)))
            continue;
        print_error("flood \"%s\": %s %d after %d ms\n", flood->name,
            WIFEXITED(status) ? "status" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
            (int)spent);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_floods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

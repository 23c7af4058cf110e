/*
 * parse: how fast feed_parse reads, beside libxml2 alone.
 *
 *     bench_parse [--tiny]
 *
 * Ours is all of feed_parse: encoding, bounds, XML, HTML in descriptions to
 * text, dates, addresses, identities.  The rival is libxml2's SAX2 parser, fed
 * piece by piece, whose handlers do nothing: the least that reading the same
 * bytes can cost with this library.  The two take turns in every round.
 */
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "bench.h"
#include "feeds/feeds.h"
#include "text.h"

enum {
    DOCUMENTS = 12,
    DOCUMENT_ITEMS = 20,
    TITLE_CHARS = 20,
    TEXT_CHARS = 420, /* about 35 KB a document in UTF-8 */
    DOCUMENT_MAX = 256 * 1024,
    PIECE = 16 * 1024 /* bytes that a push parser is given at once */
};
static const double round_seconds = 0.4; /* CPU, of one contender */
static const struct wall read_at = {1780900000000};

enum contender { OURS, LIBXML2, CONTENDERS };
static const char *const names[CONTENDERS] = {"tocsin", "libxml2 SAX2"};

struct documents {
    const char *encoding;
    struct str bytes[DOCUMENTS];
    size_t total;
};

static void
add_item(struct buf *out, struct bench_chance *chance, unsigned number)
{
    buf_add_cstr(out, "<item>\n<title>");
    text_prose(out, chance, TITLE_CHARS);
    buf_printf(out,
        "</title>\n<link>https://news.example/2026/%u/%u.html?from=rss</link>\n"
        "<guid isPermaLink=\"false\">news-%u</guid>\n"
        "<pubDate>Sun, 07 Jun 2026 %02u:%02u:00 +0800</pubDate>\n"
        "<category>教育</category>\n<description><![CDATA[<p>",
        number % 12 + 1, number, number, number % 24, number % 60);
    text_prose(out, chance, TEXT_CHARS / 2);
    buf_add_cstr(out, "</p><p><img src=\"/a.jpg\" alt=\"\"/>&nbsp;<b>");
    text_prose(out, chance, TEXT_CHARS / 2);
    buf_add_cstr(out, "</b></p>]]></description>\n</item>\n");
}

static void
add_document(struct buf *out, const char *encoding, unsigned number)
{
    struct bench_chance chance = bench_seed(BENCH_SEED + number);

    buf_printf(out,
        "<?xml version=\"1.0\" encoding=\"%s\"?>\n<rss version=\"2.0\">"
        "<channel>\n<title>云溪县新闻</title>\n<link>https://news.example/</"
        "link>\n"
        "<description>每日新闻</description>\n",
        encoding);
    for (unsigned i = 0; i < DOCUMENT_ITEMS; i++)
        add_item(out, &chance, number * DOCUMENT_ITEMS + i);
    buf_add_cstr(out, "</channel>\n</rss>\n");
}

/* Replace the bytes of text, which are UTF-8, by those of encoding. */
static int
convert(struct buf *text, const char *encoding)
{
    struct buf out;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    char *from = text->p, *to;
    size_t nfrom = text->n, room = DOCUMENT_MAX - 1;
    int err = E_ENCODING;

    if (cd == (iconv_t)-1) /* NOLINT: iconv's own way to fail */
        return E_NOTFOUND;
    buf_init(&out, DOCUMENT_MAX);
    to = buf_room(&out, room);
    if (to && iconv(cd, &from, &nfrom, &to, &room) != (size_t)-1) {
        out.n = DOCUMENT_MAX - 1 - room;
        buf_clear(text);
        err = buf_add_str(text, buf_str(&out));
    }
    buf_done(&out);
    iconv_close(cd);
    return err;
}

static int
make_documents(struct arena *arena, const char *encoding, struct documents *ret)
{
    struct buf text;
    int err = 0;

    buf_init(&text, DOCUMENT_MAX);
    ret->encoding = encoding;
    for (unsigned i = 0; i < DOCUMENTS && err == 0; i++) {
        buf_clear(&text);
        add_document(&text, encoding, i);
        err = text.err;
        if (err == 0 && strcmp(encoding, "UTF-8") != 0)
            err = convert(&text, encoding);
        ret->bytes[i] = arena_str(arena, buf_str(&text));
        ret->total += text.n;
    }
    buf_done(&text);
    return err ? err : arena_failed(arena) ? E_NOMEM : 0;
}

static int
parse_ours(struct arena *arena, struct str bytes)
{
    struct feed_input input = {.bytes = bytes,
        .url = STR("https://news.example/rss.xml"),
        .content_type = STR("application/rss+xml"),
        .now = read_at};
    const struct document *document;
    struct toc_error error;
    int err;

    arena_clear(arena);
    err = feed_parse(arena, &input, &error, &document);
    if (err == 0 && document->nitems != DOCUMENT_ITEMS)
        err = E_BUG;
    return err;
}

static void
start_element(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nspaces, const xmlChar **spaces, int nattributes,
    int ndefaulted, const xmlChar **attributes)
{
    (void)arg, (void)name, (void)prefix, (void)uri, (void)nspaces;
    (void)spaces, (void)nattributes, (void)ndefaulted, (void)attributes;
}

static void
end_element(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)arg, (void)name, (void)prefix, (void)uri;
}

static void
text(void *arg, const xmlChar *chars, int n)
{
    (void)arg, (void)chars, (void)n;
}

static int
parse_libxml2(struct str bytes)
{
    xmlSAXHandler handlers = {.initialized = XML_SAX2_MAGIC,
        .startElementNs = start_element,
        .endElementNs = end_element,
        .characters = text,
        .cdataBlock = text};
    xmlParserCtxtPtr parser =
        xmlCreatePushParserCtxt(&handlers, NULL, NULL, 0, NULL);
    int err = 0;

    if (!parser)
        return E_NOMEM;
    while (bytes.n > 0 && err == 0) {
        struct str piece = str_first(bytes, PIECE);

        if (xmlParseChunk(parser, piece.p, (int)piece.n, 0) != 0)
            err = E_PARSE;
        bytes = str_from(bytes, piece.n);
    }
    if (err == 0 && xmlParseChunk(parser, NULL, 0, 1) != 0)
        err = E_PARSE;
    xmlFreeParserCtxt(parser);
    return err;
}

/* Bytes read in a second of CPU, documents taken in turn. */
static int
time_round(struct arena *arena, const struct documents *documents,
    enum contender who, double *ret)
{
    double begin = bench_cpu(), used = 0;
    size_t done = 0;

    while (used < round_seconds) {
        for (size_t i = 0; i < DOCUMENTS; i++) {
            struct str bytes = documents->bytes[i];
            int err =
                who == OURS ? parse_ours(arena, bytes) : parse_libxml2(bytes);

            if (err != 0)
                return err;
            done += bytes.n;
        }
        used = bench_cpu() - begin;
    }
    *ret = (double)done / used;
    return 0;
}

static int
measure(struct arena *arena, const struct documents *documents, size_t rounds)
{
    double speed[CONTENDERS][BENCH_ROUNDS], ratio[BENCH_ROUNDS];
    size_t n = 0;

    while (n < rounds && bench_wall() < BENCH_MAX_SECONDS) {
        for (int who = OURS; who < CONTENDERS; who++) {
            int err = time_round(
                arena, documents, (enum contender)who, &speed[who][n]);

            if (err != 0) {
                fprintf(stderr, "%s, %s: %s\n", documents->encoding, names[who],
                    err_text(err));
                return err;
            }
        }
        ratio[n] = speed[LIBXML2][n] / speed[OURS][n];
        n++;
    }
    for (int who = OURS; who < CONTENDERS; who++)
        printf("%-9s %-13s %8.1f %8.1f %7.2f\n", documents->encoding,
            names[who], (double)documents->total / DOCUMENTS / 1000,
            bench_median(speed[who], n) / 1e6,
            who == OURS ? bench_median(ratio, n) : 1);
    return 0;
}

static int
measure_all(bool tiny)
{
    static const char *const encodings[] = {"UTF-8", "GB18030"};
    _cleanup_(arena_freep) struct arena *kept = arena_new(ARENA_CAP_DEFAULT);
    _cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    int err = kept && arena ? feeds_init() : E_NOMEM;

    printf("%-9s %-13s %8s %8s %7s\n", "encoding", "by", "KB each", "MB/s",
        "ratio");
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        struct documents documents = {.total = 0};

        if (err == 0)
            err = make_documents(kept, encodings[i], &documents);
        if (err == 0)
            err = measure(
                arena, &documents, tiny ? BENCH_ROUNDS_TINY : BENCH_ROUNDS);
    }
    return err;
}

int
main(int argc, char **argv)
{
    bool tiny = argc == 2 && strcmp(argv[1], "--tiny") == 0;

    if (argc > 1 && !tiny) {
        fprintf(stderr, "usage: bench_parse [--tiny]\n");
        return 2;
    }
    bench_wall();
    bench_print_load();
    if (measure_all(tiny) != 0)
        return 1;
    bench_print_load();
    return 0;
}

/* document: see the header. */
#include "document.h"

#include <string.h>

#include "feeds/date.h"
#include "feeds/pagedate.h"
#include "feeds/seen.h"

enum { MANY_ITEMS = 64 }; /* of which the seen set is asked */

static void
prepare(void)
{
    static bool ready;

    if (!ready)
        HOLD(digest_init() == 0 && feeds_init() == 0);
    ready = true;
}

struct feed_input
document_input(struct str *input, bool page)
{
    static const char *const types[] = {NULL, "text/xml; charset=gb2312",
        "application/json", "text/html; charset=utf-8", "text/html",
        "application/rss+xml;charset=\"UTF-16\"", "text/plain; charset=big5",
        "text/html; charset=shift_jis"};
    unsigned choice = fuzz_choice(input);

    prepare();
    return (struct feed_input){.bytes = *input,
        .url = choice & 0x40 ? STR_NONE
               : page        ? STR("http://www.yunxi.example/jyj/list/")
                             : STR("https://yunxi.example/news/feed.xml"),
        .content_type = str_of(types[choice & 7]),
        .now = choice & 0x80 ? WALL_NONE : FUZZ_NOW};
}

void
document_check_error(int err, const struct toc_error *error)
{
    if (err == 0)
        return;
    HOLD(err == E_PARSE || err == E_LIMIT || err == E_NOMEM || err == E_CONF ||
         err == E_ENCODING);
    HOLD(error->text[0] != '\0');
    fuzz_text(str_of(error->text), sizeof error->text);
}

void
document_check_time(struct wall t)
{
    if (!wall_is_set(t))
        return;
    HOLD(t.ms >= 0 || t.ms > -INT64_C(631152000000) * 2); /* after 1930 */
    HOLD(t.ms < INT64_C(253402300800000));                /* before 10000 */
}

static void
check_item(const struct item *item)
{
    fuzz_text(item->id, SIZE_MAX);
    fuzz_text(item->title, FEED_MAX_TITLE_BYTES);
    fuzz_text(item->text, FEED_MAX_TEXT_BYTES);
    fuzz_text(item->summary, FEED_MAX_TEXT_BYTES);
    fuzz_url_out(item->url);
    document_check_time(item->published);
    document_check_time(item->updated);
    for (size_t i = 0; i < item->ncategories; i++)
        fuzz_text(item->categories[i], SIZE_MAX);
    for (size_t i = 0; i < item->nenclosures; i++) {
        fuzz_url_out(item->enclosures[i].url);
        fuzz_text(item->enclosures[i].type, SIZE_MAX);
    }
}

/* What was put into a seen set is known to it, also when it comes back from
 * its encoded form. */
static void
check_seen(const struct document *document)
{
    size_t n = document->nitems < MANY_ITEMS ? document->nitems : MANY_ITEMS;
    struct seen *seen, *again;
    _cleanup_(buf_done) struct buf bytes;

    buf_init(&bytes, 1024 * 1024);
    HOLD(seen_open(STR_NONE, &seen) == 0);
    for (size_t i = 0; i < n; i++) {
        HOLD(seen_put(seen, &document->items[i]) == 0);
        HOLD(seen_check(seen, &document->items[i]) == SEEN_SAME);
    }
    HOLD(seen_save(seen, SEEN_MAX_ENTRIES, &bytes) == 0);
    HOLD(seen_open(buf_str(&bytes), &again) == 0);
    for (size_t i = 0; i < n; i++)
        HOLD(seen_check(again, &document->items[i]) ==
             seen_check(seen, &document->items[i]));
    seen_free(seen);
    seen_free(again);
}

void
document_check(const struct document *document, const struct feed_input *input)
{
    size_t max = input->max_items ? input->max_items : FEED_MAX_ITEMS;

    HOLD(document->nitems <= max);
    HOLD(document->nnotes <= DOCUMENT_MAX_NOTES);
    HOLD(document->ttl_ms >= 0);
    fuzz_text(document->version, 64);
    fuzz_text(document->encoding, 64);
    fuzz_text(document->title, FEED_MAX_TEXT_BYTES);
    fuzz_url_out(document->link);
    fuzz_url_out(document->next);
    HOLD(document->trouble < 1u << TROUBLE_COUNT);
    HOLD(document->nchildren <= DOCUMENT_MAX_CHILDREN);
    for (size_t i = 0; i < document->nchildren; i++)
        fuzz_url_out(document->children[i]);
    document_check_time(document->updated);
    for (size_t i = 0; i < document->nnotes; i++)
        fuzz_text(document->notes[i], SIZE_MAX);
    for (size_t i = 0; i < document->nitems; i++)
        check_item(&document->items[i]);
    check_seen(document);
}

#include "feeds/sitemap.h"

#include "base/url.h"
#include "feeds/xml.h"

enum { CAPTURE_MAX_BYTES = 64 * 1024 };

/* Elements by name alone: real sitemaps get their namespaces wrong. */
struct row {
    const char *name;
    enum field field;
    uint8_t rank;
};

static const struct row rows[] = {
    {"loc", FIELD_LINK, 9},
    {"lastmod", FIELD_UPDATED, 9},
    {"publication_date", FIELD_PUBLISHED, 9},
    {"title", FIELD_TITLE, 5},
    {"description", FIELD_SUMMARY, 3},
};

struct sitemap {
    struct build *build;
    unsigned depth, record_depth;
    const struct row *row; /* whose content is collected, or NULL */
    enum xml_ns ns;        /* of that element */
    unsigned row_depth;
    bool record_done; /* it has an address */
    struct buf text;
};

static const struct row *
find_row(struct str name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_eq_nocase(name, str_of(rows[i].name)))
            return &rows[i];
    return NULL;
}

static void
begin_record(struct sitemap *map)
{
    if (map->build->item)
        build_end(map->build);
    if (build_begin(map->build))
        map->record_depth = map->depth;
}

static void
on_start(void *arg, const struct xml_element *element)
{
    struct sitemap *map = arg;
    struct document *document = &map->build->document;

    if (++map->depth == 1) {
        bool index = str_eq_nocase(element->name, STR("sitemapindex"));

        document->format = index ? DOCUMENT_SITEMAPINDEX : DOCUMENT_SITEMAP;
        document->version = index ? STR("sitemapindex") : STR("sitemap");
        return;
    }
    if (str_eq_nocase(element->name, STR("url")) ||
        str_eq_nocase(element->name, STR("sitemap"))) {
        begin_record(map);
        return;
    }
    if (map->row || !map->build->item)
        return;
    map->row = find_row(element->name);
    map->ns = element->ns;
    map->row_depth = map->depth;
    /* An image's or video's address and title are not the page's. */
    if (map->row &&
        (element->ns == XML_NS_IMAGE || element->ns == XML_NS_VIDEO ||
            (map->row->field == FIELD_LINK &&
                map->depth != map->record_depth + 1)))
        map->row = NULL;
    buf_clear(&map->text);
}

/* The element that was collected has ended. */
static void
end_row(struct sitemap *map)
{
    struct build *build = map->build;
    const struct row *row = map->row;
    struct str text = str_trim(buf_str(&map->text));

    map->row = NULL;
    /* A second address: the end of the last record is missing. */
    if (row->field == FIELD_LINK && build->item &&
        build->item->rank[FIELD_LINK]) {
        build_end(build);
        build_begin(build);
    }
    if (!build->item)
        return;
    if (row->field == FIELD_TITLE || row->field == FIELD_SUMMARY)
        build_offer_text(
            build, build->item, row->field, row->rank, text, PLAIN_TITLE);
    else
        build_offer(build, build->item, row->field, row->rank, text);
}

static void
on_end(void *arg, enum xml_ns ns, struct str name)
{
    struct sitemap *map = arg;
    struct build *build = map->build;

    (void)ns;
    (void)name;
    if (map->row && map->row_depth == map->depth) {
        end_row(map);
    } else if (build->item && map->record_depth == map->depth) {
        if (build->item->value[FIELD_LINK].n == 0)
            build_drop(build);
        else
            build_end(build);
    }
    map->depth--;
}

static void
on_text(void *arg, struct str text)
{
    struct sitemap *map = arg;

    if (map->row && map->text.n < CAPTURE_MAX_BYTES)
        buf_add_str(&map->text, text);
}

static bool
on_enough(void *arg)
{
    struct sitemap *map = arg;

    return map->build->full || map->build->err;
}

int
sitemap_read(struct build *build, struct str text, bool truncated)
{
    static const struct xml_ops ops = {on_start, on_end, on_text, on_enough};
    struct sitemap map = {.build = build};
    int err;

    buf_init(&map.text, CAPTURE_MAX_BYTES * 8);
    err = xml_parse(text, &ops, &map);
    buf_done(&map.text);
    if (build->err || err == E_NOMEM)
        return E_NOMEM;
    if (build->item) {
        /* Its address is one element: there it is whole, or not at all. */
        if (build->item->value[FIELD_LINK].n == 0)
            build_drop(build);
        else
            build_end(build);
    }
    if (truncated || (err && !build->full)) {
        build->document.partial = true;
        build_note(
            build, TROUBLE_CUT, "the document ends before it is complete");
    }
    return 0;
}

bool
sitemap_is_text(struct str text)
{
    size_t lines = 0;

    while (text.n > 0 && lines < 20) {
        struct str line = str_trim(str_split(&text, '\n'));

        if (line.n == 0)
            continue;
        if (!url_is_http(line) || str_find_char(line, ' ') < line.n ||
            str_find_char(line, '<') < line.n)
            return false;
        lines++;
    }
    return lines > 0;
}

int
sitemap_read_text(struct build *build, struct str text)
{
    build->document.format = DOCUMENT_SITEMAP;
    build->document.version = STR("sitemap");
    while (text.n > 0) {
        struct str line = str_trim(str_split(&text, '\n'));

        if (line.n == 0 || !url_is_http(line))
            continue;
        if (!build_begin(build))
            break;
        build_offer(build, build->item, FIELD_LINK, 9, line);
        build_end(build);
    }
    return build->err;
}

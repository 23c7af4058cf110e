/*
 * listhint: which list of a page it was, to find it again; see listhint.h.
 */
#include "feeds/listhint.h"

#include <inttypes.h>

enum { LISTHINT_HEX = 16 };

static bool
read_hex(struct str *rest, uint64_t *ret)
{
    struct str word = str_split(rest, ' ');
    uint64_t value = 0;

    if (word.n == 0 || word.n > LISTHINT_HEX)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    *ret = value;
    return true;
}

bool
listhint_read(struct str text, struct listhint *ret)
{
    uint64_t version, height, has_class;
    struct listhint hint;

    if (!read_hex(&text, &version) || version != 1 ||
        !read_hex(&text, &hint.path) || !read_hex(&text, &hint.shape) ||
        !read_hex(&text, &hint.look) || !read_hex(&text, &height) ||
        !read_hex(&text, &has_class) || height > LISTHINT_MAX_HEIGHT ||
        text.n > 0)
        return false;
    hint.height = (unsigned)height;
    hint.has_class = has_class != 0;
    *ret = hint;
    return true;
}

static unsigned
height_of(const struct html *html, const struct list_record *record)
{
    unsigned height = (unsigned)(html->nodes[record->link].depth -
                                 html->nodes[record->root].depth);

    return height <= LISTHINT_MAX_HEIGHT ? height : LISTHINT_MAX_HEIGHT;
}

/* The record whose height most of them have. */
static const struct list_record *
usual_record(
    const struct html *html, const struct list_record *records, size_t n)
{
    size_t count[LISTHINT_MAX_HEIGHT + 1] = {0};
    const struct list_record *usual = records;

    for (size_t i = 0; i < n; i++)
        count[height_of(html, &records[i])]++;
    for (size_t i = 0; i < n; i++)
        if (count[height_of(html, &records[i])] > count[height_of(html, usual)])
            usual = &records[i];
    return usual;
}

struct str
listhint_write(
    const struct list_page *page, const struct list_record *records, size_t n)
{
    const struct html *html = page->html;
    const struct list_record *usual = usual_record(html, records, n);
    uint32_t parent = html->nodes[usual->root].parent;

    return arena_printf(page->arena,
        "1 %" PRIx64 " %" PRIx64 " %" PRIx64 " %x %x", usual->path,
        usual->cluster != usual->path ? usual->shape : 0,
        list_look(html, usual->root), height_of(html, usual),
        html_attr(html, parent, "class").n > 0 ? 1u : 0u);
}

size_t
listhint_keep(const struct listhint *hint, bool loose, const struct html *html,
    struct list_record *links, size_t n)
{
    size_t kept = 0;

    if (loose && !hint->has_class)
        return 0;
    for (size_t i = 0; i < n; i++) {
        struct list_record link = links[i];

        if (!loose && (link.path != hint->path ||
                          (hint->shape != 0 && link.shape != hint->shape)))
            continue;
        for (unsigned h = 0; h < hint->height && link.root != 0; h++)
            link.root = html->nodes[link.root].parent;
        if (link.root != 0 && list_look(html, link.root) == hint->look)
            links[kept++] = link;
    }
    return kept;
}

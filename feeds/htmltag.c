/*
 * htmltag: names of elements to numbers, and how each behaves.
 */
#include <string.h>

#include "feeds/html.h"

static const struct {
    const char *name;
    unsigned flags;
} html_tags[HTML_TAG_COUNT] = {
#define X(name, text, flags) [HTML_TAG_##name] = {text, flags},
    HTML_TAGS(X)
#undef X
};

enum html_tag
html_tag_of(struct str name)
{
    /* The table is in alphabetical order behind the two without a name. */
    int low = HTML_TAG_TEXT + 1;
    int high = HTML_TAG_COUNT - 1;

    while (low <= high) {
        int middle = (low + high) / 2;
        int order = str_cmp(name, str_of(html_tags[middle].name));

        if (order == 0)
            return (enum html_tag)middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return HTML_TAG_NONE;
}

unsigned
html_tag_flags(enum html_tag tag)
{
    return html_tags[tag].flags;
}

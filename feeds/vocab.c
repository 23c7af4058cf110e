#include "feeds/vocab.h"

#include <string.h>

enum { NAME_MAX_BYTES = 20 };

#define NS(name) (1u << XML_NS_##name)
#define RSS (NS(NONE) | NS(RSS1))
#define ATOM (NS(ATOM) | NS(ATOM03))

/* In byte order of names.  Ranks: 9 the format's own, 8 to 6 another format's,
 * below that what stands in when nothing better is there. */
/* clang-format off */
static const struct vocab_row rows[] = {
    {"a", NS(NONE), VOCAB_IGNORE, 0, 0, 1, 1},
    {"abstract", NS(DCTERMS) | NS(NONE), VOCAB_FIELD, FIELD_SUMMARY,
        VOCAB_HTML, 3, 3},
    {"author", RSS | ATOM | NS(ITUNES), VOCAB_IGNORE, 0, 0, 1, 1},
    {"available", NS(DCTERMS), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 5, 5},
    {"body", NS(XHTML) | NS(NONE), VOCAB_FIELD, FIELD_CONTENT, VOCAB_XHTML,
        8, 0},
    {"category", RSS | ATOM | NS(ITUNES) | NS(MEDIA), VOCAB_CATEGORY, 0,
        VOCAB_TITLE, 9, 0},
    {"channel", RSS, VOCAB_CHANNEL, 0, 0, 0, 9},
    {"cloud", RSS, VOCAB_IGNORE, 0, 0, 1, 1},
    {"content", ATOM, VOCAB_FIELD, FIELD_CONTENT, VOCAB_BY_TYPE, 8, 0},
    {"content", NS(MEDIA), VOCAB_ENCLOSURE, 0, 0, 3, 0},
    {"content", NS(NONE), VOCAB_FIELD, FIELD_CONTENT, VOCAB_HTML, 5, 0},
    {"contributor", RSS | ATOM, VOCAB_IGNORE, 0, 0, 1, 1},
    {"created", NS(ATOM03), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 4, 4},
    {"created", NS(DCTERMS), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 3, 3},
    {"date", NS(DC) | NS(DC10), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 6,
        6},
    {"date", NS(NONE) | NS(DCTERMS), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW,
        2, 2},
    {"day", RSS, VOCAB_WISH, 0, VOCAB_RAW, 0, 9},
    {"description", NS(DC), VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 6, 0},
    {"description", NS(DC10), VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 5, 0},
    {"description", NS(MEDIA), VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 2, 0},
    {"description", RSS, VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 9, 0},
    {"enclosure", RSS, VOCAB_ENCLOSURE, 0, 0, 9, 0},
    {"encoded", NS(CONTENT), VOCAB_FIELD, FIELD_CONTENT, VOCAB_HTML, 9, 0},
    {"entry", ATOM, VOCAB_RECORD, 0, 0, 0, 9},
    {"fullitem", NS(NONE), VOCAB_FIELD, FIELD_CONTENT, VOCAB_HTML, 4, 0},
    {"group", NS(MEDIA), VOCAB_GROUP, 0, 0, 1, 0},
    {"guid", RSS, VOCAB_GUID, FIELD_ID, VOCAB_RAW, 9, 0},
    {"hour", RSS, VOCAB_WISH, 0, VOCAB_RAW, 0, 9},
    {"id", ATOM, VOCAB_FIELD, FIELD_ID, VOCAB_RAW, 8, 0},
    {"id", NS(NONE), VOCAB_FIELD, FIELD_ID, VOCAB_RAW, 3, 0},
    {"identifier", NS(DC) | NS(DC10), VOCAB_FIELD, FIELD_ID, VOCAB_RAW, 5, 0},
    {"image", RSS | NS(ITUNES), VOCAB_IGNORE, 0, 0, 1, 1},
    {"issued", NS(ATOM03), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 9, 9},
    {"issued", NS(DCTERMS), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 7, 7},
    {"item", RSS, VOCAB_RECORD, 0, 0, 0, 9},
    {"items", RSS, VOCAB_IGNORE, 0, 0, 1, 1},
    {"keywords", NS(ITUNES) | NS(MEDIA), VOCAB_KEYWORDS, 0, VOCAB_RAW, 9, 0},
    {"language", RSS | NS(DC), VOCAB_LANGUAGE, 0, VOCAB_RAW, 0, 9},
    {"lastbuilddate", RSS, VOCAB_FIELD, FIELD_UPDATED, VOCAB_RAW, 1, 9},
    {"link", ATOM, VOCAB_LINK, FIELD_LINK, VOCAB_RAW, 8, 8},
    {"link", RSS, VOCAB_LINK, FIELD_LINK, VOCAB_RAW, 9, 9},
    {"modified", NS(ATOM03), VOCAB_FIELD, FIELD_UPDATED, VOCAB_RAW, 9, 9},
    {"modified", NS(DCTERMS), VOCAB_FIELD, FIELD_UPDATED, VOCAB_RAW, 7, 7},
    {"origlink", NS(FEEDBURNER), VOCAB_FIELD, FIELD_LINK, VOCAB_RAW, 2, 0},
    {"owner", NS(ITUNES), VOCAB_IGNORE, 0, 0, 1, 1},
    {"player", NS(MEDIA), VOCAB_PLAYER, 0, 0, 1, 0},
    {"pubdate", RSS, VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 9, 9},
    {"published", ATOM, VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 8, 8},
    {"published", NS(NONE), VOCAB_FIELD, FIELD_PUBLISHED, VOCAB_RAW, 3, 3},
    {"skipdays", RSS, VOCAB_GROUP, 0, 0, 0, 9},
    {"skiphours", RSS, VOCAB_GROUP, 0, 0, 0, 9},
    {"source", RSS | ATOM, VOCAB_IGNORE, 0, 0, 1, 1},
    {"subject", NS(DC) | NS(DC10), VOCAB_CATEGORY, 0, VOCAB_TITLE, 8, 0},
    {"subtitle", NS(ITUNES), VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 3, 0},
    {"summary", ATOM, VOCAB_FIELD, FIELD_SUMMARY, VOCAB_BY_TYPE, 8, 0},
    {"summary", NS(ITUNES), VOCAB_FIELD, FIELD_SUMMARY, VOCAB_HTML, 4, 0},
    {"textinput", RSS, VOCAB_IGNORE, 0, 0, 1, 1},
    {"title", ATOM, VOCAB_FIELD, FIELD_TITLE, VOCAB_BY_TYPE, 8, 8},
    {"title", NS(DC), VOCAB_FIELD, FIELD_TITLE, VOCAB_TITLE, 7, 7},
    {"title", NS(DC10), VOCAB_FIELD, FIELD_TITLE, VOCAB_TITLE, 6, 6},
    {"title", NS(ITUNES), VOCAB_FIELD, FIELD_TITLE, VOCAB_TITLE, 2, 0},
    {"title", NS(MEDIA), VOCAB_FIELD, FIELD_TITLE, VOCAB_TITLE, 1, 0},
    {"title", RSS, VOCAB_FIELD, FIELD_TITLE, VOCAB_TITLE, 9, 9},
    {"ttl", RSS, VOCAB_WISH, 0, VOCAB_RAW, 0, 9},
    {"updated", ATOM, VOCAB_FIELD, FIELD_UPDATED, VOCAB_RAW, 8, 8},
    {"updated", NS(NONE), VOCAB_FIELD, FIELD_UPDATED, VOCAB_RAW, 3, 3},
    {"updatefrequency", NS(SYNDICATION), VOCAB_WISH, 0, VOCAB_RAW, 0, 9},
    {"updateperiod", NS(SYNDICATION), VOCAB_WISH, 0, VOCAB_RAW, 0, 9},
};
/* clang-format on */

const struct vocab_row *
vocab_element(enum xml_ns ns, struct str name)
{
    char lower[NAME_MAX_BYTES + 1];
    size_t from = 0, to = sizeof rows / sizeof rows[0];

    if (name.n == 0 || name.n > NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    lower[name.n] = '\0';
    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (strcmp(rows[middle].name, lower) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < sizeof rows / sizeof rows[0] &&
           strcmp(rows[from].name, lower) == 0;
         from++)
        if (rows[from].namespaces & (1u << ns))
            return &rows[from];
    return NULL;
}

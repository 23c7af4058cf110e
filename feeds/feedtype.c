#include "feeds/feedtype.h"

static bool
is_markup_type(struct str type)
{
    return str_eq_nocase(type, STR("html")) ||
           str_starts_nocase(type, STR("text/html")) ||
           str_eq_nocase(type, STR("escaped"));
}

static bool
is_xml_type(struct str type)
{
    return str_eq_nocase(type, STR("xhtml")) || str_ends(type, STR("+xml")) ||
           str_ends(type, STR("/xml"));
}

/* Types whose content cannot be text. */
static bool
is_binary_type(struct str type, bool title)
{
    return str_starts_nocase(type, STR("application/octet-stream")) ||
           str_starts_nocase(type, STR("image/")) ||
           str_starts_nocase(type, STR("audio/")) ||
           str_starts_nocase(type, STR("video/")) ||
           (!title && str_starts_nocase(type, STR("application/")));
}

enum vocab_mode
feedtype_mode(const struct xml_element *element, bool atom03, bool title)
{
    struct str type = str_trim(xml_attr_get(element, "type"));
    struct str mode = str_trim(xml_attr_get(element, "mode"));

    if (str_eq_nocase(mode, STR("base64")))
        return VOCAB_BASE64;
    if (atom03 && is_xml_type(type) && !str_eq_nocase(mode, STR("escaped")))
        return VOCAB_XHTML;
    if (str_eq_nocase(mode, STR("escaped")))
        return type.n == 0 || is_markup_type(type) || is_xml_type(type)
                   ? VOCAB_HTML
                   : VOCAB_TEXT;
    if (is_markup_type(type))
        return VOCAB_HTML;
    if (is_xml_type(type))
        return VOCAB_XHTML;
    if (type.n == 0)
        return VOCAB_TITLE;
    return !atom03 && is_binary_type(type, title) ? VOCAB_BASE64 : VOCAB_TEXT;
}

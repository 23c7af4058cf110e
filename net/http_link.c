#include "net/http_link.h"

/* One parameter of a link: ; name = value or "value". */
static struct str
take_param(struct str *rest, struct str *ret_value)
{
    struct str s = str_trim(str_from(*rest, 1)), name;
    size_t end = 0;

    while (end < s.n && s.p[end] != '=' && s.p[end] != ';' && s.p[end] != ',')
        end++;
    name = str_trim(str_first(s, end));
    *ret_value = STR_NONE;
    if (end < s.n && s.p[end] == '=') {
        s = str_trim(str_from(s, end + 1));
        if (s.n > 0 && s.p[0] == '"') {
            end = 1 + str_find_char(str_from(s, 1), '"');
            *ret_value = str_from(str_first(s, end), 1);
            end = end < s.n ? end + 1 : s.n;
        } else {
            end = 0;
            while (end < s.n && s.p[end] != ';' && s.p[end] != ',')
                end++;
            *ret_value = str_trim(str_first(s, end));
        }
        s = str_from(s, end);
    } else {
        s = str_from(s, end);
    }
    *rest = str_trim(s);
    return name;
}

static bool
has_word(struct str list, struct str word)
{
    while (list.n > 0) {
        size_t end = str_find_char(list, ' ');

        if (str_eq_nocase(str_trim(str_first(list, end)), word))
            return true;
        list = end < list.n ? str_from(list, end + 1) : STR_NONE;
    }
    return false;
}

struct str
http_link_in(struct str value, struct str rel)
{
    struct str rest = str_trim(value);

    while (rest.n > 0 && rest.p[0] == '<') {
        size_t end = str_find_char(rest, '>');
        struct str target = str_from(str_first(rest, end), 1);
        bool is = false, elsewhere = false, first = true;

        if (end >= rest.n)
            return STR_NONE;
        rest = str_trim(str_from(rest, end + 1));
        while (rest.n > 0 && rest.p[0] == ';') {
            struct str given;
            struct str name = take_param(&rest, &given);

            /* Of several rel parameters only the first counts. */
            if (str_eq_nocase(name, STR("rel")) && first) {
                is = has_word(given, rel);
                first = false;
            }
            elsewhere |= str_eq_nocase(name, STR("anchor"));
        }
        if (is && !elsewhere)
            return str_trim(target);
        if (rest.n == 0 || rest.p[0] != ',')
            return STR_NONE;
        while (rest.n > 0 && rest.p[0] == ',')
            rest = str_trim(str_from(rest, 1));
    }
    return STR_NONE;
}

struct str
http_link(const struct http_answer *answer, struct str rel)
{
    for (size_t i = 0; i < answer->nheaders; i++) {
        struct str target;

        if (!str_eq_nocase(answer->headers[i].name, STR("link")))
            continue;
        target = http_link_in(answer->headers[i].value, rel);
        if (target.n > 0)
            return target;
    }
    return STR_NONE;
}

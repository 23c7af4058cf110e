#include "base/url_out.h"

#include <string.h>

void
url_out_str(struct url_out *out, struct str s)
{
    if (s.n > sizeof(out->p) - out->n) {
        out->over = true;
        return;
    }
    if (s.n)
        memcpy(out->p + out->n, s.p, s.n);
    out->n += s.n;
}

void
url_out_char(struct url_out *out, char c)
{
    url_out_str(out, (struct str){&c, 1});
}

void
url_out_lower(struct url_out *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool is_upper = s.p[i] >= 'A' && s.p[i] <= 'Z';

        url_out_char(out, is_upper ? (char)(s.p[i] | 0x20) : s.p[i]);
    }
}

void
url_out_escaped(struct url_out *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char u = (unsigned char)c;
    char escape[3] = {'%', digits[u >> 4], digits[u & 15]};

    url_out_str(out, (struct str){escape, sizeof(escape)});
}

struct str
url_out_view(const struct url_out *out)
{
    return (struct str){out->p, out->n};
}

/* How many dots segment is, each perhaps written %2e; 0 when it is not only
 * dots, or more than two. */
static unsigned
dots_of(struct str segment)
{
    unsigned dots = 0;

    while (segment.n) {
        if (segment.p[0] == '.')
            segment = str_from(segment, 1);
        else if (str_starts_nocase(segment, STR("%2e")))
            segment = str_from(segment, 3);
        else
            return 0;
        dots++;
    }
    return dots <= 2 ? dots : 0;
}

/* RFC 3986 §5.2.4: "." goes, ".." takes the segment before it along. */
void
url_out_path(struct url_out *out, struct str path)
{
    size_t start = out->n;

    if (path.n == 0)
        return;
    path = str_from(path, 1);
    while (path.p) {
        struct str segment = str_split(&path, '/');
        unsigned dots = dots_of(segment);

        if (dots == 2) {
            while (out->n > start && out->p[--out->n] != '/')
                continue;
        }
        if (dots == 0) {
            url_out_char(out, '/');
            url_out_str(out, segment);
        } else if (!path.p) {
            url_out_char(out, '/');
        }
    }
}

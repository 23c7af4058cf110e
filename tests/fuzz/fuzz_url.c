/* url_resolve and url_canonical: a base, and a reference in the next line. */
#include "base/url.h"
#include "base/utf8.h"
#include "fuzz.h"

static void
check_canonical(struct arena *arena, struct str s)
{
    struct str once, twice;
    struct url parts;
    int err = url_canonical(arena, s, &once);

    HOLD(err == 0 || err == E_PARSE || err == E_LIMIT);
    if (err)
        return;
    HOLD(once.n <= URL_MAX && url_is_http(once));
    HOLD(url_parse(once, &parts) == 0);
    HOLD(!parts.fragment.p && parts.path.n > 0);
    HOLD(url_canonical(arena, once, &twice) == 0);
    HOLD(str_eq(once, twice));
}

void
fuzz_url(struct str input)
{
    struct arena *arena = fuzz_arena();
    bool valid = utf8_is_valid(input);
    struct str base = fuzz_line(&input), url, again;
    int err = url_resolve(arena, base, input, &url);

    HOLD(err == 0 || err == E_PARSE || err == E_LIMIT);
    check_canonical(arena, base);
    check_canonical(arena, input);
    if (err == 0) {
        HOLD(url.n <= URL_MAX && url_is_http(url));
        HOLD(!valid || utf8_is_valid(url));
        HOLD(url_resolve(arena, STR_NONE, url, &again) == 0);
        HOLD(str_eq(url, again));
        check_canonical(arena, url);
    }
    arena_free(arena);
}

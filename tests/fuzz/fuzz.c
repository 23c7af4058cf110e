/* fuzz: see the header. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

_Noreturn void
fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

unsigned
fuzz_choice(struct str *input)
{
    unsigned choice = 0;

    if (input->n > 0) {
        choice = (unsigned char)input->p[0];
        *input = str_from(*input, 1);
    }
    return choice;
}

struct str
fuzz_line(struct str *input)
{
    struct str line = str_split(input, '\n');

    return line;
}

struct arena *
fuzz_arena(void)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);

    HOLD(arena != NULL);
    return arena;
}

void
fuzz_text(struct str s, size_t max)
{
    HOLD(s.p != NULL || s.n == 0);
    HOLD(s.n <= max);
    HOLD(utf8_is_valid(s));
    HOLD(s.n == 0 || memchr(s.p, 0, s.n) == NULL);
}

struct str
fuzz_repaired(struct arena *arena, struct str s)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, ARENA_CAP_DEFAULT);
    HOLD(utf8_repair(s, &out) >= 0);
    HOLD(utf8_is_valid(buf_str(&out)));
    return arena_str(arena, buf_str(&out));
}

void
fuzz_url_out(struct str s)
{
    if (!s.p)
        return;
    fuzz_text(s, URL_MAX);
    HOLD(url_is_http(s));
}

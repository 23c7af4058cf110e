/* mask_text: no number of a person is left, and nothing else changes. */
#include "base/utf8.h"
#include "fuzz.h"
#include "notify/mask.h"

enum { MOBILE_DIGITS = 11, IDENTITY_DIGITS = 18 };

/* No run of ASCII digits that stands free is a mobile or identity number. */
static void
check_runs(struct str s)
{
    size_t at = 0;

    while (at < s.n) {
        size_t begin = at;
        char before = begin ? s.p[begin - 1] : ' ';
        char after;

        while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
            at++;
        after = at < s.n ? s.p[at] : ' ';
        if (before == ' ' && after == ' ') {
            HOLD(at - begin != MOBILE_DIGITS || s.p[begin] != '1' ||
                 s.p[begin + 1] < '3');
            HOLD(at - begin != IDENTITY_DIGITS || s.p[begin] < '1' ||
                 s.p[begin] > '8');
        }
        at += at == begin;
    }
}

void
fuzz_mask(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct str text = fuzz_repaired(arena, input);
    _cleanup_(buf_done) struct buf once;
    _cleanup_(buf_done) struct buf twice;

    buf_init(&once, 4 * input.n + 16);
    buf_init(&twice, 4 * input.n + 16);
    HOLD(mask_text(&once, input) == 0);
    HOLD(utf8_is_valid(buf_str(&once)));
    HOLD(utf8_count(buf_str(&once)) == utf8_count(text));
    check_runs(buf_str(&once));
    HOLD(mask_text(&twice, buf_str(&once)) == 0);
    HOLD(str_eq(buf_str(&once), buf_str(&twice)));
    arena_free(arena);
}

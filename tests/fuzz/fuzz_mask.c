/* mask_text, mask_url: no mobile number is left, and nothing else changes. */
#include "base/mask.h"
#include "base/utf8.h"
#include "fuzz.h"

enum { MOBILE_DIGITS = 11, WORD_BYTES = 64 };

/* Whether a word may stand before at that says what the number is of. */
static bool
has_words(struct str s, size_t at)
{
    for (size_t i = 0; i < WORD_BYTES && i < at; i++) {
        char c = s.p[at - i - 1];

        if ((c < '0' || c > '9') && c != ' ' && c != '-')
            return true;
    }
    return false;
}

/* No run of ASCII digits that stands free is a mobile number. */
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
        if (before == ' ' && after == ' ' && !has_words(s, begin))
            HOLD(at - begin != MOBILE_DIGITS || s.p[begin] != '1' ||
                 s.p[begin + 1] < '3');
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
    HOLD(mask_url(&twice, input) == 0);
    HOLD(utf8_count(buf_str(&twice)) == utf8_count(text));
    arena_free(arena);
}

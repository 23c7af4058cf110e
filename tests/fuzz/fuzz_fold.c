/* fold_text: closed, and every unit knows where it comes from. */
#include "base/utf8.h"
#include "fuzz.h"
#include "rules/fold.h"

/* The folded units as UTF-8; what is folded has no lone surrogates. */
static struct str
unfold(struct arena *arena, const struct folded *f)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 4 * f->n + 4);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t c = f->unit[i];

        if (c >= 0xd800 && c < 0xdc00) {
            HOLD(i + 1 < f->n && f->unit[i + 1] >= 0xdc00 &&
                 f->unit[i + 1] < 0xe000);
            c = 0x10000 + ((c - 0xd800) << 10) + (f->unit[++i] - 0xdc00u);
        } else {
            HOLD(c < 0xd800 || c >= 0xe000);
        }
        HOLD(buf_add_codepoint(&out, c) == 0);
    }
    return arena_str(arena, buf_str(&out));
}

static void
check_places(const struct folded *f, size_t points)
{
    for (size_t i = 0; i < f->n; i++) {
        HOLD(i == 0 || f->from[i] >= f->from[i - 1]);
        HOLD(f->from[i] + f->len[i] <= points);
    }
}

static void
check_squeezed(const struct folded *f, size_t context, bool newlines)
{
    struct squeezed s;
    size_t last = 0;

    squeezed_init(&s);
    HOLD(fold_squeeze(&s, f, 0, f->n, context, newlines) == 0);
    HOLD(s.n <= f->n);
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] == UINT32_MAX) {
            HOLD(s.unit[i] == '\n');
            continue;
        }
        HOLD(s.at[i] < f->n && s.at[i] >= last);
        HOLD(s.unit[i] == f->unit[s.at[i]]);
        last = s.at[i];
    }
    squeezed_done(&s);
}

void
fuzz_fold(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct str text = fuzz_repaired(arena, input), once;
    struct folded f, again;

    folded_init(&f);
    folded_init(&again);
    HOLD(fold_text(&f, text) == 0);
    check_places(&f, utf8_count(text));
    once = unfold(arena, &f);
    /* A reference is decoded once: &amp;lt; would be decoded on. */
    if (str_find_char(once, '&') == once.n) {
        HOLD(fold_text(&again, once) == 0);
        HOLD(str_eq(once, unfold(arena, &again)));
    }
    check_squeezed(&f, SIZE_MAX, true);
    check_squeezed(&f, 8, false);
    folded_done(&f);
    folded_done(&again);
    arena_free(arena);
}

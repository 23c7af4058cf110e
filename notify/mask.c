/*
 * mask: runs of digits, found in one pass.
 *
 * A run is digits, ASCII or full-width, and for identity numbers a final X.
 * Its length decides what it is; the Chinese numbering plan decides the rest:
 * a mobile number is 11 digits from 13 to 19, with or without 86 in front.
 */
#include "notify/mask.h"

#include <string.h>

#include "base/utf8.h"

enum { RUN_MAX = 32 }; /* longer is no number of ours */

/* One character of a run: its digit and where it stands in the text. */
struct run {
    char digit[RUN_MAX]; /* '0' … '9', 'X' */
    size_t at[RUN_MAX + 1];
    size_t n;
    bool too_long;
};

/* The digit that c is, 0 when it is none. */
static char
digit_of(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (char)c;
    if (c >= 0xFF10 && c <= 0xFF19)
        return (char)('0' + (c - 0xFF10));
    return 0;
}

static bool
is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Read the run that begins at *at. */
static void
read_run(struct str text, size_t *at, struct run *run)
{
    run->n = 0;
    run->too_long = false;
    while (*at < text.n) {
        size_t here = *at;
        uint32_t c = utf8_next(text, at);
        char digit = digit_of(c);

        if (!digit && (c == 'x' || c == 'X') && run->n == 17)
            digit = 'X';
        if (!digit) {
            *at = here;
            break;
        }
        if (run->n == RUN_MAX) {
            run->too_long = true;
            continue;
        }
        run->digit[run->n] = digit;
        run->at[run->n++] = here;
    }
    run->at[run->n] = *at;
}

/* How many characters stay in front and behind; false: all of them. */
static bool
is_personal(const struct run *run, size_t *ret_front, size_t *ret_back)
{
    size_t skip = 0;

    if (run->too_long)
        return false;
    *ret_back = 4;
    if (run->n == 15 || run->n == 18) {
        *ret_front = 6;
        return run->digit[0] >= '1' && run->digit[0] <= '8';
    }
    if (run->n == 13 && memcmp(run->digit, "86", 2) == 0)
        skip = 2;
    if (run->n - skip != 11)
        return false;
    *ret_front = skip + 3;
    return run->digit[skip] == '1' && run->digit[skip + 1] >= '3';
}

static void
add_run(struct buf *out, struct str text, const struct run *run, size_t end)
{
    size_t front, back;

    if (!is_personal(run, &front, &back)) {
        buf_add(out, text.p + run->at[0], end - run->at[0]);
        return;
    }
    buf_add(out, text.p + run->at[0], run->at[front] - run->at[0]);
    for (size_t i = front; i < run->n - back; i++)
        buf_add_char(out, '*');
    buf_add(out, text.p + run->at[run->n - back], end - run->at[run->n - back]);
}

int
mask_text(struct buf *out, struct str text)
{
    size_t at = 0;
    bool in_word = false; /* behind a Latin letter: part of a code, not ours */

    while (at < text.n) {
        size_t here = at;
        uint32_t c = utf8_next(text, &at);

        if (digit_of(c) && !in_word) {
            struct run run;

            at = here;
            read_run(text, &at, &run);
            add_run(out, text, &run, at);
        } else {
            buf_add_codepoint(out, c);
            in_word = is_letter(c) || (in_word && digit_of(c));
        }
    }
    return out->err;
}

/*
 * mask: runs of digits, found in one pass and judged by what they are.
 *
 * A run is up to RUN_GROUPS groups of digits with the same separator between
 * them.  It is looked at from its first group on: the shortest number of
 * groups that make a number of a person is masked; else the first group stays
 * and the next is looked at.  What is read ahead is bounded, so all is linear.
 */
#include "base/mask.h"

#include <string.h>

#include "base/err.h"
#include "base/mask_kind.h"
#include "base/utf8.h"

enum {
    RUN_GROUPS = 11,       /* as many as a mobile number has digits */
    RUN_SEPARATOR_MAX = 3, /* characters between two groups */
    MAILBOX_MAX = 64       /* characters before the @ */
};

/* How digits are written. */
enum script { SCRIPT_NONE, SCRIPT_ARABIC, SCRIPT_HAN };

struct run {
    char digit[MASK_RUN_MAX]; /* '0' … '9', 'X' */
    size_t at[MASK_RUN_MAX];  /* where each stands in the text */
    size_t end[MASK_RUN_MAX]; /* and ends */
    size_t n;
    size_t group[RUN_GROUPS + 1]; /* digits before the end of each group */
    size_t groups;
    size_t alike; /* groups from the first on with one separator */
    enum script script;
};

struct masking {
    struct buf *out;
    struct str text;
    size_t word; /* where the Latin word before the cursor begins */
    size_t at;
    bool url;   /* the cursor is within an address */
    bool whole; /* all of text is one */
};

/* --- characters
 * --------------------------------------------------------------- */

static enum script
digit_of(uint32_t c, char *ret)
{
    static const struct {
        uint32_t c;
        char digit;
    } han[] = {{0x3007, '0'}, {0x4E00, '1'}, {0x4E03, '7'}, {0x4E09, '3'},
        {0x4E5D, '9'}, {0x4E8C, '2'}, {0x4E94, '5'}, {0x516B, '8'},
        {0x516D, '6'}, {0x56DB, '4'}, {0x5E7A, '1'}, {0x96F6, '0'}};

    if (c >= '0' && c <= '9') {
        *ret = (char)c;
        return SCRIPT_ARABIC;
    }
    if (c >= 0xFF10 && c <= 0xFF19) {
        *ret = (char)('0' + (c - 0xFF10));
        return SCRIPT_ARABIC;
    }
    if (c < 0x3007 || c > 0x96F6)
        return SCRIPT_NONE;
    for (size_t i = 0; i < sizeof han / sizeof *han; i++) {
        if (han[i].c == c) {
            *ret = han[i].digit;
            return SCRIPT_HAN;
        }
    }
    return SCRIPT_NONE;
}

static bool
is_x(uint32_t c)
{
    return c == 'x' || c == 'X' || c == 0xFF38 || c == 0xFF58;
}

/* Of no width: they part nothing. */
static bool
is_invisible(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0xE0000 && c <= 0xE007F) || c == 0xFEFF || c == 0xAD ||
           c == 0x34F || c == 0x180E;
}

static bool
is_separator(uint32_t c)
{
    return c == ' ' || c == '-' || c == '.' || c == 0xA0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200A) || (c >= 0x2010 && c <= 0x2015) ||
           c == 0x202F || c == 0x205F || c == 0x2212 || c == 0xFF0D ||
           c == 0xFF0E || c == 0x30FB || c == 0xB7 || c == '_' || c == '\t';
}

static bool
is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- reading a run
 * --------------------------------------------------------------- */

/* The digits from *at on, as one group; *at is then behind them.  false when
 * there are none, or more than a number of ours has. */
static bool
read_group(struct str text, size_t *at, struct run *run)
{
    size_t here = *at, first = run->n;

    while (here < text.n) {
        size_t start = here;
        uint32_t c = utf8_next(text, &here);
        char digit = 0;
        enum script script = digit_of(c, &digit);

        if (is_invisible(c) && run->n > first)
            continue;
        if (script == SCRIPT_NONE && is_x(c) && run->n == 17) {
            digit = 'X';
            script = run->script;
        }
        if (script == SCRIPT_NONE || (run->n > 0 && script != run->script))
            break;
        if (run->n == MASK_RUN_MAX) {
            run->n = first;
            return false;
        }
        run->script = script;
        run->digit[run->n] = digit;
        run->at[run->n] = start;
        run->end[run->n++] = *at = here;
        if (digit == 'X')
            break;
    }
    if (run->n == first)
        return false;
    run->group[++run->groups] = run->n;
    return true;
}

/* What parts two groups: at most so many separators, in *ret. */
static bool
read_separator(struct str text, size_t *at, struct str *ret)
{
    size_t here = *at;

    for (int i = 0; i <= RUN_SEPARATOR_MAX && here < text.n; i++) {
        size_t start = here;
        uint32_t c = utf8_next(text, &here);

        if (!is_separator(c)) {
            *ret = (struct str){text.p + *at, start - *at};
            *at = start;
            return ret->n > 0;
        }
    }
    return false;
}

/* The groups from at on that separators join; in an address one. */
static void
read_run(const struct masking *m, struct run *run)
{
    struct str separator = STR_NONE, next;
    size_t at = m->at;

    run->n = run->groups = run->alike = 0;
    run->group[0] = 0;
    run->script = SCRIPT_NONE;
    if (!read_group(m->text, &at, run) || m->url)
        return;
    while (run->groups < RUN_GROUPS && run->digit[run->n - 1] != 'X') {
        size_t before = run->n;

        if (!read_separator(m->text, &at, &next))
            return;
        if (run->alike == 0 && separator.p && !str_eq(separator, next))
            run->alike = run->groups;
        separator = next;
        if (!read_group(m->text, &at, run)) {
            run->n = before;
            return;
        }
    }
}

/* --- judging
 * ------------------------------------------------------------------- */

/* What stands around the first n digits of run. */
static void
describe(const struct masking *m, const struct run *run, size_t groups,
    struct mask_number *ret)
{
    size_t end = run->end[run->group[groups] - 1];
    size_t word = m->word;

    *ret = (struct mask_number){.digit = run->digit,
        .n = run->group[groups],
        .groups = groups,
        .han = run->script == SCRIPT_HAN,
        .mixed = run->alike != 0 && groups > run->alike,
        .more = groups < (run->alike ? run->alike : run->groups),
        .url = m->url,
        .word = str_first(str_from(m->text, word), m->at - word),
        .before = str_first(m->text, word),
        .after = str_from(m->text, end)};
    ret->shortest = ret->n;
    ret->fours = true;
    ret->spoken = groups == 3;
    for (size_t i = 0; i < groups; i++) {
        size_t length = run->group[i + 1] - run->group[i];

        ret->fours = ret->fours && (length == 4 || i + 1 == groups);
        ret->spoken = ret->spoken && length == (i == 0 ? 3 : 4);
        if (length < ret->shortest)
            ret->shortest = length;
    }
}

static void
add_masked(struct masking *m, const struct run *run, size_t n,
    const struct mask_cut *cut)
{
    size_t from = run->at[0];

    for (size_t i = 0; i < n; i++) {
        buf_add(m->out, m->text.p + from, run->at[i] - from);
        if (i >= cut->front && i + cut->back < n)
            buf_add_char(m->out, '*');
        else
            buf_add(m->out, m->text.p + run->at[i], run->end[i] - run->at[i]);
        from = run->end[i];
    }
    m->at = from;
}

/* A group that stays as it is; the run may have been too long to be read. */
static void
skip_group(struct masking *m)
{
    size_t from = m->at, at = m->at;
    char digit;

    while (at < m->text.n) {
        size_t start = at;
        uint32_t c = utf8_next(m->text, &at);

        if (digit_of(c, &digit) == SCRIPT_NONE && !is_invisible(c)) {
            at = start;
            break;
        }
    }
    buf_add(m->out, m->text.p + from, at - from);
    m->at = at;
}

static void
mask_number(struct masking *m)
{
    struct run run;
    struct mask_number number;
    struct mask_cut cut;

    read_run(m, &run);
    for (size_t groups = 1; groups <= run.groups; groups++) {
        describe(m, &run, groups, &number);
        if (mask_judge(&number, &cut)) {
            add_masked(m, &run, number.n, &cut);
            return;
        }
    }
    skip_group(m);
}

/* --- mailboxes
 * ----------------------------------------------------------------- */

static bool
is_local_part(char c)
{
    return is_letter((unsigned char)c) || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '+' || c == '*';
}

/* An @ comes next: what was put out before it, if it is a private mailbox's
 * name, is masked there.  Names are ASCII, so bytes are characters. */
static void
mask_mailbox(struct masking *m)
{
    char *p = m->out->p;
    size_t n = 0;

    while (
        n < m->out->n && n < MAILBOX_MAX && is_local_part(p[m->out->n - n - 1]))
        n++;
    if (n == 0 || !mask_is_private_host(str_from(m->text, m->at)))
        return;
    for (size_t i = m->out->n - n + (n > 1); i < m->out->n; i++)
        p[i] = '*';
}

/* --- all of it
 * ------------------------------------------------------------------- */

/* An address within a text begins behind its scheme and ends where none goes
 * on. */
static void
follow_address(struct masking *m, uint32_t c)
{
    struct str before = str_first(m->text, m->at);

    if (m->whole)
        return;
    if (m->url)
        m->url = c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>';
    else
        m->url = c == '/' && (str_ends(before, STR("http://")) ||
                                 str_ends(before, STR("https://")));
}

static int
mask_run(struct masking *m)
{
    while (m->at < m->text.n) {
        size_t start = m->at;
        uint32_t c = utf8_next(m->text, &m->at);
        char digit;

        if (digit_of(c, &digit) != SCRIPT_NONE) {
            m->at = start;
            mask_number(m);
            /* Digits continue a code of letters: "AB12-13812345678" has a new
             * word behind its dash. */
            if (m->word == start)
                m->word = m->at;
            continue;
        }
        if (m->url && c == '%' && m->text.n - start >= 3) {
            m->at = start + 3;
            buf_add(m->out, m->text.p + start, 3);
            m->word = m->at;
            continue;
        }
        if (c == '@')
            mask_mailbox(m);
        if (c == UTF8_REPLACEMENT)
            buf_add_codepoint(m->out, c);
        else
            buf_add(m->out, m->text.p + start, m->at - start);
        follow_address(m, c);
        if (!is_letter(c) && (c != '_' || m->url))
            m->word = m->at;
    }
    return m->out->err;
}

int
mask_text(struct buf *out, struct str text)
{
    struct masking m = {.out = out, .text = text};

    return mask_run(&m);
}

int
mask_url(struct buf *out, struct str url)
{
    struct masking m = {.out = out, .text = url, .url = true, .whole = true};

    return mask_run(&m);
}

static struct str
in_arena(struct arena *arena, struct str text, bool url)
{
    struct buf out;
    struct masking m = {.out = &out, .text = text, .url = url, .whole = url};
    struct str masked = STR_NONE;

    if (text.n == 0)
        return text;
    buf_init(&out, 3 * text.n + 1); /* a bad byte is repaired to three */
    if (mask_run(&m) == 0)
        masked = str_eq(buf_str(&out), text) ? text
                                             : arena_str(arena, buf_str(&out));
    buf_done(&out);
    return masked;
}

struct str
mask_in(struct arena *arena, struct str text)
{
    return in_arena(arena, text, false);
}

struct str
mask_url_in(struct arena *arena, struct str url)
{
    return in_arena(arena, url, true);
}

/* --- JSON
 * ---------------------------------------------------------------------- */

/* A masked string in the place of value, or NULL when it stays. */
static int
mask_string(const json_t *value, json_t **ret)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    struct buf out;
    int r;

    *ret = NULL;
    buf_init(&out, 3 * text.n + 1);
    r = mask_text(&out, text);
    if (r == 0 && !str_eq(buf_str(&out), text)) {
        *ret = json_stringn(buf_cstr(&out), out.n);
        r = *ret ? 0 : E_NOMEM;
    }
    buf_done(&out);
    return r;
}

/* Recursion is bounded by depth. */
static int
mask_value(json_t *value, int depth, json_t **ret)
{
    const char *key;
    void *next;
    size_t i;
    json_t *child, *masked = NULL;
    int r = 0;

    *ret = NULL;
    if (json_is_string(value))
        return mask_string(value, ret);
    if (depth == 0) {
        *ret = json_null();
        return 0;
    }
    json_object_foreach_safe(value, next, key, child)
    {
        if (r == 0)
            r = mask_value(child, depth - 1, &masked);
        if (r == 0 && masked && json_object_set_new(value, key, masked) != 0)
            r = E_NOMEM;
    }
    json_array_foreach(value, i, child)
    {
        if (r == 0)
            r = mask_value(child, depth - 1, &masked);
        if (r == 0 && masked && json_array_set_new(value, i, masked) != 0)
            r = E_NOMEM;
    }
    return r;
}

int
mask_json(json_t *json)
{
    json_t *unused = NULL;

    if (!json_is_object(json) && !json_is_array(json))
        return 0;
    return mask_value(json, MASK_JSON_MAX_DEPTH, &unused);
}

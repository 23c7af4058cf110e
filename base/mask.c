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
#include "base/mask_char.h"
#include "base/mask_kind.h"
#include "base/utf8.h"

enum {
    RUN_GROUPS = 11,       /* as many as a mobile number has digits */
    RUN_SEPARATOR_MAX = 8, /* characters between two groups */
    MAILBOX_MAX = 64       /* characters before the @ */
};

struct run {
    char digit[MASK_RUN_MAX]; /* '0' … '9', 'X' */
    size_t at[MASK_RUN_MAX];  /* where each stands in the text */
    size_t end[MASK_RUN_MAX]; /* and ends */
    size_t n;
    size_t group[RUN_GROUPS + 1]; /* digits before the end of each group */
    size_t groups;
    size_t alike;            /* groups from the first on with one separator */
    size_t plain;            /* with no odd separator between; 0: all */
    enum mask_script script; /* of the first digit */
    bool mix;                /* digits of all scripts are read */
    bool other;              /* digits of another script touch it */
};

struct masking {
    struct buf *out;
    struct str text;
    size_t word; /* where the Latin word before the cursor begins */
    size_t at;
    bool url;   /* the cursor is within an address */
    bool whole; /* all of text is one */
};

static bool
is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- reading a run
 * --------------------------------------------------------------- */

/* The digits from *at on, as one group; *at is then behind them.  false when
 * there are none, or more than a number of ours has; of those that are words
 * too, the first so many are the group. */
static bool
read_group(const struct masking *m, size_t *at, struct run *run)
{
    size_t here = *at, first = run->n;

    while (here < m->text.n) {
        size_t start = here;
        uint32_t c = mask_next(m->text, &here, m->url);
        char digit = 0;
        enum mask_script script = mask_digit(c, &digit);

        if (mask_is_invisible(c) && run->n > first)
            continue;
        if (script == MASK_NONE && mask_is_x(c) && run->n == 17) {
            digit = 'X';
            script = run->script;
        }
        if (run->n > 0 && script != MASK_NONE && script != run->script)
            run->other = true;
        if (script == MASK_NONE ||
            (run->n > 0 && script != run->script && !run->mix))
            break;
        if (run->n == MASK_RUN_MAX) {
            if (run->mix || run->script != MASK_ARABIC)
                break;
            run->n = first;
            return false;
        }
        run->script = run->n ? run->script : script;
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

/* What parts two groups: at most so many separators, in *ret.  An address goes
 * over no space, and a number in it over no part of its path. */
static bool
read_separator(
    const struct masking *m, size_t *at, struct str *ret, bool *ret_odd)
{
    size_t here = *at;

    *ret_odd = false;
    for (int i = 0; i <= RUN_SEPARATOR_MAX && here < m->text.n; i++) {
        size_t start = here;
        unsigned char raw = (unsigned char)m->text.p[here];
        uint32_t c = mask_next(m->text, &here, m->url);
        bool ends = m->url && !m->whole && (raw <= ' ' || raw >= 0x7F);

        if (!ends && mask_is_odd_separator(c) && (!m->url || c == '+')) {
            *ret_odd = true;
        } else if (ends || !(mask_is_separator(c) || mask_is_invisible(c))) {
            *ret = (struct str){m->text.p + *at, start - *at};
            *at = start;
            return ret->n > 0;
        }
    }
    return false;
}

/* The groups from at on that separators join. */
static void
read_run(const struct masking *m, bool mix, struct run *run)
{
    struct str separator = STR_NONE, next;
    size_t at = m->at;
    bool odd;

    run->n = run->groups = run->alike = run->plain = 0;
    run->group[0] = 0;
    run->script = MASK_NONE;
    run->mix = mix;
    run->other = false;
    if (!read_group(m, &at, run))
        return;
    while (run->groups < RUN_GROUPS && run->digit[run->n - 1] != 'X') {
        size_t before = run->n;

        if (!read_separator(m, &at, &next, &odd))
            return;
        if (odd && run->plain == 0)
            run->plain = run->groups;
        if (run->alike == 0 && separator.p && !str_eq(separator, next))
            run->alike = run->groups;
        separator = next;
        if (!read_group(m, &at, run)) {
            run->n = before;
            return;
        }
    }
}

/* --- judging
 * ------------------------------------------------------------------- */

/* What stands around the first n digits of run, the end of so many groups or
 * within the first. */
static void
describe(const struct masking *m, const struct run *run, size_t groups,
    size_t n, struct mask_number *ret)
{
    size_t word = m->word;
    size_t alike = run->alike ? run->alike : run->groups;
    size_t plain = run->plain ? run->plain : run->groups;

    *ret = (struct mask_number){.digit = run->digit,
        .n = n,
        .ends = run->group,
        .groups = groups,
        .han = run->mix || run->script != MASK_ARABIC,
        .mixed = run->alike != 0 && groups > run->alike,
        .odd = groups > plain,
        .more = groups < (alike < plain ? alike : plain),
        .url = m->url,
        .word = str_first(str_from(m->text, word), m->at - word),
        .before = str_first(m->text, word),
        .after = str_from(m->text, run->end[n - 1])};
    ret->shortest = n;
    ret->fours = true;
    for (size_t i = 0; i < groups; i++) {
        size_t end = run->group[i + 1] < n ? run->group[i + 1] : n;
        size_t length = end - run->group[i];

        ret->fours = ret->fours && (length == 4 || i + 1 == groups);
        if (length < ret->shortest)
            ret->shortest = length;
    }
}

/* Stars for the digits between; one for each character, also of an escape. */
static void
add_masked(struct masking *m, const struct run *run, size_t n,
    const struct mask_cut *cut)
{
    size_t from = run->at[0];

    for (size_t i = 0; i < n; i++) {
        size_t length = run->end[i] - run->at[i];

        buf_add(m->out, m->text.p + from, run->at[i] - from);
        if (i < cut->front || i + cut->back >= n)
            buf_add(m->out, m->text.p + run->at[i], length);
        else if (m->url && m->text.p[run->at[i]] == '%')
            buf_add_str(m->out, str_first(STR("************"), length));
        else
            buf_add_char(m->out, '*');
        from = run->end[i];
    }
    m->at = from;
}

/* A group that stays as it is; the run may have been too long to be read.  A
 * digit that may be a word goes alone: the next may begin a number. */
static void
skip_group(struct masking *m)
{
    size_t from = m->at, at = m->at;
    enum mask_script first = MASK_NONE;
    char digit;

    while (at < m->text.n && (first == MASK_NONE || first == MASK_ARABIC)) {
        size_t start = at;
        uint32_t c = mask_next(m->text, &at, m->url);
        enum mask_script script = mask_digit(c, &digit);

        if (first == MASK_NONE) {
            first = script;
        } else if (script != first && !mask_is_invisible(c)) {
            at = start;
            break;
        }
    }
    buf_add(m->out, m->text.p + from, at - from);
    m->at = at;
}

/* How many groups the first n digits are of, when what follows may be a word:
 * "一三八 一二三四 五六七八一下". */
static size_t
groups_within(const struct run *run, size_t n)
{
    if (run->groups == 0 || (run->script == MASK_ARABIC && !run->mix &&
                                mask_glued(run->digit, run->group[1]) != n))
        return 0;
    if (run->group[1] > n)
        return 1;
    return n == 11 && run->groups >= 3 && run->group[1] == 3 &&
                   run->group[2] == 7 && run->group[3] > n
               ? 3
               : 0;
}

/* Numbers that touch others, or words of digits. */
static bool
mask_within(struct masking *m, const struct run *run)
{
    static const size_t lengths[] = {18, 15, 13, 12, 11};
    struct mask_number number;
    struct mask_cut cut;

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t groups = groups_within(run, lengths[i]);

        if (groups == 0)
            continue;
        describe(m, run, groups, lengths[i], &number);
        if (mask_judge(&number, &cut)) {
            add_masked(m, run, number.n, &cut);
            return true;
        }
    }
    return false;
}

static bool
mask_found(struct masking *m, const struct run *run)
{
    struct mask_number number;
    struct mask_cut cut;

    for (size_t groups = 1; groups <= run->groups; groups++) {
        describe(m, run, groups, run->group[groups], &number);
        if (mask_judge(&number, &cut)) {
            add_masked(m, run, number.n, &cut);
            return true;
        }
    }
    return mask_within(m, run);
}

static void
mask_number(struct masking *m)
{
    struct run run;

    read_run(m, false, &run);
    if (mask_found(m, &run))
        return;
    if (run.other) {
        read_run(m, true, &run);
        if (mask_found(m, &run))
            return;
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
        uint32_t c = mask_next(m->text, &m->at, m->url);
        char digit;

        if (mask_digit(c, &digit) != MASK_NONE) {
            m->at = start;
            mask_number(m);
            /* Digits continue a code of letters: "AB12-13812345678" has a new
             * word behind its dash. */
            if (m->word == start)
                m->word = m->at;
            continue;
        }
        if (m->url && m->text.p[start] == '%' && m->at > start + 1) {
            buf_add(m->out, m->text.p + start, m->at - start);
            m->word = m->at;
            continue;
        }
        if (c == '@' || c == 0xFF20)
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

static bool
is_within(struct str text, size_t at)
{
    return at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80;
}

struct str
mask_part(struct arena *arena, struct str text, size_t from, size_t most)
{
    struct str part, around;
    size_t first, before, n;

    while (is_within(text, from))
        from++;
    part = utf8_cut(str_from(text, from), most);
    first = from > MASK_AROUND_BYTES ? from - MASK_AROUND_BYTES : 0;
    while (is_within(text, first))
        first++;
    around = str_from(text, first);
    before = utf8_count(str_first(around, from - first));
    n = utf8_count(part);
    /* A code point that is masked stays one. */
    around = mask_in(
        arena, utf8_cut(around, from - first + part.n + MASK_AROUND_BYTES));
    around = str_from(around, utf8_offset(around, before));
    return arena_str(arena, str_first(around, utf8_offset(around, n)));
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

#define PCRE2_CODE_UNIT_WIDTH 16
#include "rules/regex.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rules/pattern.h"

struct regex_engine {
    const struct image *image;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_code **code; /* by number; NULL until first needed */
    uint32_t n;
    struct ledger ledger;
};

static pcre2_compile_context *
make_context(void)
{
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);

    if (c) {
        pcre2_set_max_pattern_length(c, PATTERN_MAX_UNITS);
        pcre2_set_parens_nest_limit(c, PATTERN_MAX_DEPTH);
        pcre2_set_newline(c, PCRE2_NEWLINE_LF);
    }
    return c;
}

/* PCRE2's message in ASCII. */
static void
say_error(int code, size_t at, char *why, size_t size)
{
    PCRE2_UCHAR message[160];
    char text[160];
    int n = pcre2_get_error_message(
        code, message, sizeof(message) / sizeof(message[0]));
    int i;

    for (i = 0; i < n && i < (int)sizeof(text) - 1; i++)
        text[i] = (char)(message[i] < 0x80 ? message[i] : '?');
    text[i] = '\0';
    snprintf(why, size,
        "the regular expression is wrong at its character %zu: %s", at + 1,
        n > 0 ? text : "no message");
}

int
regex_check(const uint16_t *unit, size_t n, uint32_t options, char *why,
    size_t why_size)
{
    pcre2_compile_context *c = make_context();
    int error = 0, err = 0;
    PCRE2_SIZE at = 0, size = 0;
    pcre2_code *code;

    if (!c) {
        snprintf(why, why_size, "out of memory");
        return E_NOMEM;
    }
    code = pcre2_compile(unit, n, options, &error, &at, c);
    if (!code) {
        say_error(error, at, why, why_size);
        err = E_CONF;
    } else if (pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size) != 0 ||
               size > PATTERN_MAX_COMPILED) {
        snprintf(why, why_size,
            "the regular expression is too large: %zu bytes compiled, at most "
            "%d are allowed (smaller repeat counts help)",
            size, PATTERN_MAX_COMPILED);
        err = E_CONF;
    }
    pcre2_code_free(code);
    pcre2_compile_context_free(c);
    return err;
}

int
regex_engine_new(const struct image *image, struct regex_engine **ret)
{
    struct regex_engine *e = calloc(1, sizeof(*e));

    if (!e)
        return E_NOMEM;
    e->image = image;
    e->n = IMAGE_COUNT(image, SEC_REGEXES);
    e->compile = make_context();
    e->match = pcre2_match_context_create(NULL);
    e->data = pcre2_match_data_create(1, NULL);
    e->code = calloc(e->n ? e->n : 1, sizeof(pcre2_code *));
    if (!e->compile || !e->match || !e->data || !e->code ||
        ledger_init(&e->ledger, e->n) != 0) {
        regex_engine_free(e);
        return E_NOMEM;
    }
    pcre2_set_depth_limit(e->match, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(e->match, REGEX_HEAP_LIMIT_KIB);
    *ret = e;
    return 0;
}

void
regex_engine_free(struct regex_engine *e)
{
    if (!e)
        return;
    for (uint32_t i = 0; e->code && i < e->n; i++)
        pcre2_code_free(e->code[i]);
    free(e->code);
    ledger_done(&e->ledger);
    pcre2_match_data_free(e->data);
    pcre2_match_context_free(e->match);
    pcre2_compile_context_free(e->compile);
    free(e);
}

struct ledger *
regex_engine_ledger(struct regex_engine *e)
{
    return &e->ledger;
}

static pcre2_code *
code_of(struct regex_engine *e, uint32_t regex)
{
    const struct image_regex *r =
        IMAGE_ARRAY(e->image, struct image_regex, SEC_REGEXES) + regex;
    int error;
    PCRE2_SIZE at;

    if (!e->code[regex])
        e->code[regex] =
            pcre2_compile(IMAGE_ARRAY(e->image, uint16_t, SEC_UNITS) + r->unit,
                r->n, r->options, &error, &at, e->compile);
    return e->code[regex];
}

/* Next place where a match may begin: never inside a pair. */
static size_t
next_place(const uint16_t *subject, size_t n, size_t at)
{
    at++;
    return at + (at < n && (subject[at] & 0xFC00) == 0xDC00);
}

/* How much of a subject of n units a call for matches that begin up to last is
 * shown: of a long one not all, so that no call costs by the whole of it. */
static size_t
shown(
    const struct image_regex *r, const uint16_t *subject, size_t n, size_t last)
{
    size_t reach = (size_t)r->max_width + REGEX_REACH;

    if (r->max_width == PATTERN_UNBOUNDED || n - last <= reach)
        return n;
    n = last + reach;
    return n - ((subject[n] & 0xFC00) == 0xDC00);
}

/* Many places are tried in one call as long as each takes few steps.  Where
 * one takes more than its share, fewer are tried with more steps each. */
enum regex_answer
regex_find(struct regex_engine *e, uint32_t regex, const uint16_t *subject,
    size_t n, size_t from, size_t to, size_t *ret_begin, size_t *ret_end)
{
    const struct image_regex *r =
        IMAGE_ARRAY(e->image, struct image_regex, SEC_REGEXES) + regex;
    pcre2_code *code = code_of(e, regex);
    size_t places = REGEX_CALL_PLACES;

    if (!code || !ledger_start(&e->ledger, regex))
        return REGEX_LIMIT;
    while (from <= to && from <= n) {
        size_t last = to - from < places ? to : from + places - 1;
        size_t steps = REGEX_CALL_STEPS / places;
        bool whole = steps >= REGEX_MATCH_LIMIT;
        pcre2_set_match_limit(
            e->match, whole ? REGEX_MATCH_LIMIT : (uint32_t)steps);
        pcre2_set_offset_limit(e->match, last);
        size_t end = last < n ? shown(r, subject, n, last) : n;
        int rc = pcre2_match(code, subject, end, from,
            PCRE2_NO_UTF_CHECK | (end < n ? PCRE2_NOTEOL : 0), e->data,
            e->match);
        bool may = ledger_charge(&e->ledger, regex);
        if (rc >= 0) {
            const PCRE2_SIZE *v = pcre2_get_ovector_pointer(e->data);
            *ret_begin = v[0] < v[1] ? v[0] : v[1]; /* \K in a look-ahead */
            *ret_end = v[1];
            return REGEX_FOUND;
        }
        if (!may)
            return REGEX_LIMIT;
        if (rc == PCRE2_ERROR_MATCHLIMIT && !whole)
            places = places > 8 ? places / 8 : 1;
        else if (rc != PCRE2_ERROR_NOMATCH)
            return REGEX_LIMIT;
        else if (last >= to)
            break;
        else {
            from = next_place(subject, n, last);
            places =
                places * 2 < REGEX_CALL_PLACES ? places * 2 : REGEX_CALL_PLACES;
        }
    }
    return REGEX_NONE;
}

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
    struct mono deadline;
    bool timed, late;
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
    if (!e->compile || !e->match || !e->data || !e->code) {
        regex_engine_free(e);
        return E_NOMEM;
    }
    pcre2_set_match_limit(e->match, REGEX_MATCH_LIMIT);
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
    pcre2_match_data_free(e->data);
    pcre2_match_context_free(e->match);
    pcre2_compile_context_free(e->compile);
    free(e);
}

void
regex_engine_begin(struct regex_engine *e)
{
    e->timed = e->late = false;
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

/* Whether the item's time is used up.  The clock measures cost here, never
 * what time it is. */
static bool
is_late(struct regex_engine *e, struct mono now)
{
    if (!e->timed) {
        e->timed = true;
        e->deadline.ms = now.ms + REGEX_ITEM_BUDGET_MS;
    }
    e->late = e->late || now.ms > e->deadline.ms;
    return e->late;
}

enum regex_answer
regex_find(struct regex_engine *e, uint32_t regex, const uint16_t *subject,
    size_t n, size_t from, size_t to, size_t *ret_begin, size_t *ret_end)
{
    pcre2_code *code = code_of(e, regex);
    size_t slice = REGEX_SLICE_MIN;
    struct mono before, now;

    if (!code || e->late)
        return REGEX_LIMIT;
    before = now = clock_mono();
    while (from <= to && from <= n) {
        size_t last = to - from < slice ? to : from + slice - 1;
        if (is_late(e, now))
            return REGEX_LIMIT;
        pcre2_set_offset_limit(e->match, last);
        int rc = pcre2_match(
            code, subject, n, from, PCRE2_NO_UTF_CHECK, e->data, e->match);
        if (rc >= 0) {
            const PCRE2_SIZE *v = pcre2_get_ovector_pointer(e->data);
            *ret_begin = v[0] < v[1] ? v[0] : v[1]; /* \K in a look-ahead */
            *ret_end = v[1];
            return REGEX_FOUND;
        }
        if (rc != PCRE2_ERROR_NOMATCH)
            return REGEX_LIMIT;
        if (last >= to)
            break;
        now = clock_mono();
        if (now.ms - before.ms <= 1 && slice < REGEX_SLICE_MAX)
            slice *= 2;
        before = now;
        from = last + 1;
        if (from < n && (subject[from] & 0xFC00) == 0xDC00)
            from++; /* never begin inside a pair */
    }
    return REGEX_NONE;
}

#include "base/jsonx.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "base/utf8.h"

enum { JSONX_DIGITS = 15 }; /* of a fraction that is written */

/* Whether text nests deeper than the limit, or might: brackets in strings are
 * skipped, everything else is left to the parser. */
static bool
is_too_deep(struct str text)
{
    size_t depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSONX_MAX_DEPTH)
                return true;
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return false;
}

int
jsonx_load(struct str text, struct toc_error *reterr, json_t **ret)
{
    const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_error_t error = {0};
    json_t *json;

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from(text, 3);
    if (is_too_deep(text)) {
        toc_error_set(reterr, NULL, 0, 0, "is nested deeper than %d levels",
            JSONX_MAX_DEPTH);
        return E_PARSE;
    }
    json = json_loadb(text.p ? text.p : "", text.n, flags, &error);
    /* An integer beyond 64 bits is still JSON: read numbers as fractions. */
    if (!json && json_error_code(&error) == json_error_numeric_overflow)
        json =
            json_loadb(text.p, text.n, flags | JSON_DECODE_INT_AS_REAL, &error);
    if (!json) {
        /* jansson cuts what it quotes at a byte. */
        _cleanup_(buf_done) struct buf why;

        buf_init(&why, 4 * sizeof error.text);
        (void)utf8_repair(str_of(error.text), &why);
        toc_error_set(reterr, NULL, error.line > 0 ? (unsigned)error.line : 0,
            error.column > 0 ? (unsigned)error.column : 0, "is no JSON: %s",
            buf_cstr(&why));
        return E_PARSE;
    }
    *ret = json;
    return 0;
}

/* A json_dump_callback_t whose data is the struct buf. */
static int
dump_cb(const char *bytes, size_t n, void *data)
{
    return buf_add(data, bytes, n) ? -1 : 0;
}

int
jsonx_dump(const json_t *json, struct buf *out)
{
    const size_t flags =
        JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(JSONX_DIGITS);

    if (json_dump_callback(json, dump_cb, out, flags) == 0)
        return 0;
    return out->err ? out->err : E_BUG;
}

json_t *
jsonx_str(struct str s)
{
    struct buf fixed;
    json_t *json = NULL;

    if (!s.p)
        return json_null();
    if (utf8_is_valid(s))
        return json_stringn_nocheck(s.p, s.n);
    buf_init(&fixed, SIZE_MAX);
    if (utf8_repair(s, &fixed) >= 0)
        json = json_stringn_nocheck(fixed.p, fixed.n);
    buf_done(&fixed);
    return json;
}

json_t *
jsonx_time(struct wall t)
{
    char text[TIMEFMT_RFC3339_SIZE];

    return wall_is_set(t) ? json_string(timefmt_rfc3339(t, text)) : json_null();
}

struct str
jsonx_get_str(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value))
        return STR_NONE;
    return (struct str){json_string_value(value), json_string_length(value)};
}

int
jsonx_set(json_t *object, const char *key, json_t *value_taken)
{
    if (!value_taken)
        return E_NOMEM;
    if (!json_is_object(object)) {
        json_decref(value_taken);
        return object ? E_BUG : E_NOMEM;
    }
    return json_object_set_new(object, key, value_taken) == 0 ? 0 : E_NOMEM;
}

/* tmpl_parse and tmpl_render, with the template as its own partial. */
#include <string.h>

#include "base/jsonx.h"
#include "base/tmpl.h"
#include "fuzz.h"

enum { OUT_BYTES = 256 * 1024 };
static const char data_text[] =
    "{\"a\": \"<1 & \\\"2\\\">\", \"n\": 3.5, \"t\": true, \"f\": false,"
    "\"z\": null, \"o\": {\"a\": \"inner\", \"b\": {\"c\": 1}},"
    "\"l\": [1, \"<two>\", {\"a\": \"three\", \"l\": []}], \"e\": []}";

static const struct tmpl *
itself(void *arg, struct str name)
{
    return str_eq(name, STR("none")) ? NULL : arg;
}

static const json_t *
data(void)
{
    static json_t *json;

    if (!json)
        HOLD(jsonx_load(str_of(data_text), NULL, &json) == 0);
    return json;
}

void
fuzz_tmpl(struct str input)
{
    enum tmpl_escape escape = fuzz_choice(&input) & 1 ? TMPL_HTML : TMPL_TEXT;
    struct toc_error error = {.text = ""};
    struct tmpl *tmpl = NULL;
    _cleanup_(buf_done) struct buf out;
    int err = tmpl_parse("page", input, escape, &error, &tmpl);

    buf_init(&out, OUT_BYTES);
    if (err != 0) {
        HOLD(tmpl == NULL);
        HOLD(err == E_LIMIT || (err == E_PARSE && error.text[0]));
        return;
    }
    HOLD(buf_add_cstr(&out, "before") == 0);
    err = tmpl_render(tmpl, data(), itself, tmpl, &out);
    HOLD(err == 0 || err == E_LIMIT);
    HOLD(out.n >= 6 && memcmp(out.p, "before", 6) == 0);
    HOLD(err == 0 || out.n == 6);
    tmpl_free(tmpl);
}

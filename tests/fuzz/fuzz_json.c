/* jsonx_load: what was read and written is read as the same. */
#include "base/jsonx.h"
#include "base/utf8.h"
#include "fuzz.h"

void
fuzz_json(struct str input)
{
    struct toc_error error = {.text = ""};
    json_auto_t *json = NULL, *again = NULL;
    _cleanup_(buf_done) struct buf first;
    _cleanup_(buf_done) struct buf second;

    buf_init(&first, 8 * input.n + 4096);
    buf_init(&second, 8 * input.n + 4096);
    if (jsonx_load(input, &error, &json) != 0) {
        HOLD(json == NULL && error.text[0]);
        return;
    }
    HOLD(utf8_is_valid(input));
    HOLD(jsonx_dump(json, &first) == 0);
    HOLD(utf8_is_valid(buf_str(&first)));
    if (jsonx_load(buf_str(&first), &error, &again) != 0) {
        /* 15 digits of the largest fractions are a little more than fits. */
        HOLD(str_find(buf_str(&first), STR("e308")) < first.n);
        return;
    }
    HOLD(jsonx_dump(again, &second) == 0);
    HOLD(str_eq(buf_str(&first), buf_str(&second)));
}

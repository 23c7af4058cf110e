/* diff: what stayed, what went, what came */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/jsonx.h"
#include "console/diff.h"

/* "same[-gone][+added]…" */
static void
check(const char *before, const char *after, const char *want)
{
    json_t *list = diff_pieces(str_of(before), str_of(after)), *one;
    struct buf got;
    size_t i;

    assert_non_null(list);
    buf_init(&got, 1 << 20);
    json_array_foreach(list, i, one)
    {
        const char *text = json_string_value(json_object_get(one, "text"));

        if (json_object_get(one, "gone"))
            buf_printf(&got, "[-%s]", text);
        else if (json_object_get(one, "added"))
            buf_printf(&got, "[+%s]", text);
        else
            buf_add_cstr(&got, text);
    }
    assert_string_equal(buf_cstr(&got), want);
    buf_done(&got);
    json_decref(list);
}

static void
test_changes(void **state)
{
    (void)state;
    check("三名学生受伤", "三名学生受伤", "");
    check("", "", "");
    check("", "新", "[+新]");
    check("旧", "", "[-旧]");
    check("三名学生受伤送医", "五名学生受伤送医", "[-三][+五]名学生受伤送医");
    check("校车追尾，无人受伤，交警到场", "校车追尾，两人受伤，交警到场处置",
        "校车追尾，[-无][+两]人受伤，交警到场[+处置]");
    check("学校发布通报", "学校没有发布情况通报", "学校[-发布][+没有发布情况]通报");
}

/* A long stretch that stayed shows its ends. */
static void
test_cut(void **state)
{
    char before[900] = "", after[900] = "";

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        memcpy(before + 3 * i, "校", 3);
        memcpy(after + 3 * i, "校", 3);
    }
    memcpy(after + 600, "！", 4);
    {
        json_t *list = diff_pieces(str_of(before), str_of(after));

        assert_int_equal(json_array_size(list), 3);
        assert_true(
            json_is_true(json_object_get(json_array_get(list, 0), "cut")));
        assert_true(
            json_is_true(json_object_get(json_array_get(list, 2), "added")));
        json_decref(list);
    }
}

/* Two long texts that have nothing in common end soon. */
static void
test_bounded(void **state)
{
    size_t n = 60000;
    char *before = malloc(n + 1), *after = malloc(n + 1);
    json_t *list;

    (void)state;
    memset(before, 'a', n);
    memset(after, 'b', n);
    before[n] = after[n] = '\0';
    list = diff_pieces(str_of(before), str_of(after));
    assert_int_equal(json_array_size(list), 2);
    json_decref(list);
    free(before);
    free(after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

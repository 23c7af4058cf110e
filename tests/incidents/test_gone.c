/* Pages that say that what stood there is gone. */
#include "check.h"
#include "incidents/gone.h"

static void
notices_are_known(void **state)
{
    static const char *const texts[] = {"您访问的文章已被删除。",
        "该页面不存在，3 秒后返回首页", "404 Not Found",
        "This post has been removed by its author."};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(
            gone_says(STR("青石小学火灾"), STR("提示"), str_of(texts[i])));
    assert_true(gone_says(STR("青石小学火灾"), STR("文章已删除"), STR("")));
}

static void
articles_are_not_notices(void **state)
{
    char text[4096] = "";

    (void)state;
    assert_false(gone_says(
        STR("青石小学火灾"), STR("青石小学火灾"), STR("视频已被删除")));
    assert_false(gone_says(STR("a"), STR("通报"), STR("火已扑灭，无人伤亡")));
    for (int i = 0; i < 40; i++)
        (void)strncat(text, "记者了解到相关帖子已被删除。",
            sizeof(text) - strlen(text) - 1);
    assert_false(gone_says(STR("a"), STR("b"), str_of(text)));
    assert_false(gone_says(STR_NONE, STR_NONE, STR_NONE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_are_known),
        cmocka_unit_test(articles_are_not_notices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

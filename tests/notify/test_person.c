/* person: who is named, and what only looks like a name. */
#include "check.h"
#include "notify/person.h"

static void
expect(const char *text, const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    assert_int_equal(person_mask(&out, str_of(text)), 0);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_done(&out);
}

static void
test_names(void **state)
{
    (void)state;
    expect("", "");
    expect("学生李小明在宿舍被打", "学生某某在宿舍被打");
    expect("女生王芳（9岁）送医", "女生某某（9岁）送医");
    expect("李小明同学被多人围殴", "某某同学被多人围殴");
    expect("小明（化名）称遭同学殴打", "某某（化名）称遭同学殴打");
    expect("欧阳小明(男,10岁)", "某某(男,10岁)");
    expect("李小明被同学殴打", "某某被同学殴打");
    expect("网传视频：张伟遭围殴", "网传视频：某某遭围殴");
    expect("孩子叫陈晨，12岁", "孩子叫某某，12岁");
    expect("受害人赵小龙的母亲说", "受害人某某的母亲说");
    expect("王小虎，11岁，就读于白杨小学", "某某，11岁，就读于白杨小学");
    expect("学生张三、李小四同学", "学生某某、某某同学");
    expect("六年级李小涵遭同学围殴", "六年级某某遭同学围殴");
    expect("云溪一中张小然坠楼", "云溪一中某某坠楼");
    expect("白杨小学王雨被打伤", "白杨小学某某被打伤");
}

static void
test_others(void **state)
{
    static const char *const stay[] = {"云溪县某中学学生被多人殴打",
        "学生李某某在校内受伤", "高中生被打", "多名学生被打伤送医",
        "学生高考期间被骗", "警方通报：3人被拘留", "学校附近发生打架",
        "云溪县第一中学通报一起校园欺凌事件", "全体学生向受害者道歉",
        "no name here", "安全教育日活动", "云溪一中学生遭围殴",
        "学校方回应称将严惩", "三年级多名同学被打", "小学班主任被打",
        "校园安全被忽视"};

    (void)state;
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        expect(stay[i], stay[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

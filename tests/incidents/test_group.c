/* Features, names, and which incident an item belongs to. */
#include "base/err.h"
#include "base/utf8.h"
#include "check.h"
#include "incidents/features.h"
#include "incidents/group.h"
#include "incidents/names.h"

enum { UNITS_MAX = 4096 };

/* Folding stands in rules/: these texts are folded already. */
static size_t
units(const char *text, uint16_t out[UNITS_MAX])
{
    struct str s = str_of(text);
    size_t n = 0, at = 0;

    while (at < s.n && n < UNITS_MAX)
        out[n++] = (uint16_t)utf8_next(s, &at);
    return n;
}

static void
make(const char *title, const char *text, struct buf *out)
{
    static uint16_t t[UNITS_MAX], b[UNITS_MAX];
    size_t nt = units(title, t), nb = units(text, b);

    buf_clear(out);
    assert_int_equal(features_make(t, nt, b, nb, out), 0);
    assert_true(out->n <= FEATURES_MAX_BYTES);
}

struct fixture {
    struct grouper *grouper;
    struct arena *arena;
    struct buf features;
    int64_t next; /* incident */
    struct group_verdict verdict;
};

static const char region[] =
    "{\"home\":{\"county\":[\"云溪县\",\"云溪\"],"
    "\"towns\":[\"枫坪镇\"],"
    "\"schools\":[\"云溪县第一中学\",\"城南小学\",\"石坝小学\","
    "\"启明小学\"]},"
    "\"far\":[\"海砂市\"],\"province\":\"东屿省\"}";

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    f->arena = arena_new(ARENA_CAP_DEFAULT);
    buf_init(&f->features, FEATURES_MAX_BYTES);
    *state = f;
    return grouper_new(STR(region), &f->grouper);
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    grouper_free(f->grouper);
    arena_free(f->arena);
    buf_done(&f->features);
    free(f);
    return 0;
}

static struct group_item
item_of(struct fixture *f, const char *source, int64_t hours, const char *title,
    const char *text)
{
    make(title, text, &f->features);
    return (struct group_item){.features = buf_str(&f->features),
        .title = str_of(title),
        .source = str_of(source),
        .time = {1780000000000 + hours * MS_HOUR}};
}

/* Find and add; the incident that it went into. */
static int64_t
put(struct fixture *f, const char *source, int64_t hours, const char *title,
    const char *text)
{
    struct group_item item = item_of(f, source, hours, title, text);
    int64_t incident;

    assert_int_equal(grouper_find(f->grouper, &item, f->arena, &f->verdict), 0);
    assert_true(f->verdict.similarity >= 0 && f->verdict.similarity <= 1);
    assert_true(f->verdict.why.n > 0);
    incident = f->verdict.incident ? f->verdict.incident : ++f->next;
    assert_int_equal(grouper_add(f->grouper, incident, &item), 0);
    return incident;
}

static void
reports_with_no_word_in_common_are_one(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "forum", 0, "城南小学救护车来了，午饭吃坏了", "");

    assert_int_equal(put(f, "own", 5, "关于城南小学部分学生餐后不适的通报",
                         "16名学生呕吐腹痛，已全部送医"),
        a);
    assert_int_equal(put(f, "media", 20, "城南小学16名学生午餐后送医", ""), a);
    assert_non_null(strstr(arena_cstr(f->arena, f->verdict.why), "same"));
}

static void
the_same_kind_elsewhere_is_another(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "media", 0, "城南小学16名学生午餐后呕吐送医", "");
    int64_t b = put(f, "paper", 2, "石坝小学16名学生午餐后呕吐送医", "");
    int64_t c = put(f, "far", 3, "海砂市一小学16名学生午餐后呕吐送医", "");

    assert_int_not_equal(a, b);
    assert_int_not_equal(c, a);
    assert_int_not_equal(c, b);
}

/* Without a region file: all articles of a county name the county. */
static void
schools_of_one_county_are_apart(void **state)
{
    static const char *const schools[] = {
        "青石小学", "柳林中学", "河湾中学", "北关幼儿园"};
    struct fixture *f = *state;
    int64_t first;

    grouper_free(f->grouper);
    assert_int_equal(grouper_new(STR_NONE, &f->grouper), 0);
    for (int i = 0; i < 4; i++) {
        char title[64], text[128];

        snprintf(title, sizeof title, "%s宿舍起火", schools[i]);
        snprintf(text, sizeof text,
            "云溪县%s宿舍起火，消防员赶到现场，学生全部疏散", schools[i]);
        assert_int_equal(put(f, "news", i, title, text), i + 1);
    }
    first = put(f, "media", 5, "云溪县青石小学一宿舍楼突发火情",
        "消防员已到场，学生疏散");
    assert_int_equal(first, 1);
    /* Another county is another place. */
    assert_int_not_equal(
        put(f, "media", 6, "石桥县一学校宿舍起火",
            "石桥县某校宿舍起火，消防员赶到现场，学生全部疏散"),
        first);
}

/* The sentence names what they share. */
static void
the_explanation_names_words_place_and_time(void **state)
{
    struct fixture *f = *state;
    struct group_item item;
    int64_t a = put(f, "media", 0, "城南小学食堂食材变质，家长围观",
        "城南小学食堂被曝使用变质食材");

    item = item_of(f, "forum", 5, "城南小学食材变质怎么处理", "家长在问");
    item.text = STR("家长在问");
    assert_int_equal(grouper_find(f->grouper, &item, f->arena, &f->verdict), 0);
    assert_int_equal(f->verdict.incident, a);
    assert_non_null(memmem(
        f->verdict.why.p, f->verdict.why.n, "食材变质", strlen("食材变质")));
    assert_non_null(memmem(f->verdict.why.p, f->verdict.why.n,
        "the same place (城南)", strlen("the same place (城南)")));
    assert_non_null(memmem(f->verdict.why.p, f->verdict.why.n,
        "5 h from its last item", strlen("5 h from its last item")));
}

static void
another_kind_at_the_same_school_is_another(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "media", 0, "城南小学16名学生午餐后呕吐送医", "");

    assert_int_not_equal(
        put(f, "forum", 20, "城南小学校服换款要求全部重新购买", ""), a);
    assert_int_not_equal(
        put(f, "forum", 22, "城南小学门口电瓶车撞了接娃的爷爷", ""), a);
}

static void
a_rumour_and_its_refutation_are_one(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "forum", 0, "启明小学门口有人抢孩子，白色面包车", "");

    assert_int_equal(
        put(f, "police", 4, "警方辟谣：启明小学抢孩子系家庭纠纷", ""), a);
}

static void
a_copied_title_is_one_but_a_form_is_not(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "paper", 0, "某校操场看台顶棚被大风掀翻两人轻伤", "");
    int64_t b;

    assert_int_equal(put(f, "site", 30, "某校操场看台顶棚被大风掀翻两人轻伤",
                         "完全不同的正文说着别的话题与前文没有任何关系"),
        a);
    b = put(
        f, "own", 40, "关于做好近期学校安全工作的通知", "汛期将至注意防范山洪");
    assert_int_not_equal(put(f, "own", 160, "关于开展秋季校园采购工作的通知",
                             "请各单位报送图书目录与数量"),
        b);
}

static void
names_of_one_school_meet(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "paper", 0, "云溪县第一中学食堂群殴", "");

    assert_int_equal(put(f, "forum", 3, "一中今晚食堂打架的是哪个", ""), a);
}

static void
weeks_later_it_is_a_new_one_that_points_back(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "media", 0, "城南小学16名学生午餐后呕吐送医", "");

    assert_int_not_equal(
        put(f, "media", 22 * 24, "城南小学学生午餐后呕吐事件处理结果公布", ""),
        a);
    assert_int_equal(f->verdict.previous, a);
    assert_int_not_equal(
        put(f, "media", 200 * 24, "城南小学学生午餐后呕吐", ""), a);
}

/* Of each invented event: its rumour and its refutation are one; the same at
 * another school, told in the same words, is another; weeks later it is a new
 * one that points back.  Each with the reason said. */
static const struct event {
    const char *rumour, *refutation, *elsewhere, *later;
} events[] = {
    {"网传榆林沟小学泳池消毒水超标，多名孩子皮肤起疹",
        "榆林沟小学回应泳池消毒水超标传言：水质检测合格，孩子皮肤起疹系过敏",
        "网传苇塘小学泳池消毒水超标，多名孩子皮肤起疹",
        "榆林沟小学泳池消毒水超标一事处理情况公布"},
    {"听说鹿鸣中学校车刹车失灵撞上护栏，车上坐满学生",
        "关于鹿鸣中学校车刹车失灵撞上护栏的说明：车上没有学生，系空车试车",
        "听说河口中学校车刹车失灵撞上护栏，车上坐满学生",
        "鹿鸣中学校车刹车失灵撞护栏调查结果出炉"},
    {"金桥幼儿园老师给孩子喂药，家长群炸了锅",
        "不实！金桥幼儿园老师给孩子喂药系误传，警方已调查",
        "银杏幼儿园老师给孩子喂药，家长群炸了锅",
        "金桥幼儿园老师给孩子喂药一事后续：园方加装监控"},
};

static void
events_of_our_own_are_put_together_and_apart(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
        const struct event *e = &events[i];
        int64_t hours = 24 * 100 * (int64_t)i;
        int64_t first = put(f, "forum", hours, e->rumour, ""), other;

        assert_int_equal(f->verdict.previous, 0);
        assert_int_equal(put(f, "own", hours + 6, e->refutation, ""), first);
        assert_true(str_starts(f->verdict.why, STR("Alike enough: ")));
        assert_non_null(
            strstr(arena_cstr(f->arena, f->verdict.why), "the same place"));
        other = put(f, "paper", hours + 8, e->elsewhere, "");
        assert_int_not_equal(other, first);
        assert_int_equal(f->verdict.previous, 0);
        assert_non_null(
            strstr(arena_cstr(f->arena, f->verdict.why), "another place"));
        other = put(f, "paper", hours + 24 * 20, e->later, "");
        assert_int_not_equal(other, first);
        assert_int_equal(f->verdict.previous, first);
        assert_non_null(strstr(
            arena_cstr(f->arena, f->verdict.why), "Follows up incident"));
    }
}

static void
what_is_removed_takes_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "media", 0, "城南小学16名学生午餐后呕吐送医", "");

    assert_int_equal(grouper_count(f->grouper), 1);
    grouper_remove(f->grouper, a);
    grouper_remove(f->grouper, a);
    grouper_remove(f->grouper, 12345);
    assert_int_equal(grouper_count(f->grouper), 0);
    assert_int_not_equal(
        put(f, "paper", 1, "城南小学16名学生午餐后呕吐送医", ""), a);
    grouper_expire(
        f->grouper, (struct wall){1780000000000 + 2 * GROUP_MEMORY_MS});
    assert_int_equal(grouper_count(f->grouper), 0);
}

/* More incidents than it holds: the oldest go, the newest are still found. */
static void
it_holds_only_so_many(void **state)
{
    struct fixture *f = *state;
    char title[64];
    struct group_item item;

    for (int i = 0; i < GROUP_MAX_INCIDENTS + 100; i++) {
        (void)snprintf(title, sizeof(title), "w%dx q%dz k%dy", i, i, i);
        item = item_of(f, "s", i / 1000, title, "");
        assert_int_equal(grouper_add(f->grouper, i + 1, &item), 0);
    }
    assert_int_equal(grouper_count(f->grouper), GROUP_MAX_INCIDENTS);
    item = item_of(f, "t", 21, title, "");
    assert_int_equal(grouper_find(f->grouper, &item, f->arena, &f->verdict), 0);
    assert_int_equal(f->verdict.incident, GROUP_MAX_INCIDENTS + 100);
}

static void
an_item_without_features_is_its_own(void **state)
{
    struct fixture *f = *state;
    int64_t a = put(f, "s", 0, "", "");

    assert_int_not_equal(put(f, "s", 0, "", ""), a);
    assert_int_not_equal(put(f, "s", 0, "！？", "…"), a);
}

static void
foreign_bytes_are_refused(void **state)
{
    struct fixture *f = *state;
    struct group_item item = item_of(f, "s", 0, "城南小学午餐", "呕吐");
    struct group_item wrong = item;
    static char bytes[FEATURES_MAX_BYTES * 2];
    struct features opened;

    assert_int_equal(features_open(item.features, &opened), 0);
    for (size_t n = 1; n < item.features.n; n++) {
        wrong.features.n = n;
        assert_int_equal(
            grouper_find(f->grouper, &wrong, f->arena, &f->verdict), E_CORRUPT);
    }
    memset(bytes, 0xff, sizeof(bytes));
    wrong.features = (struct str){bytes, sizeof(bytes)};
    assert_int_equal(grouper_add(f->grouper, 1, &wrong), E_CORRUPT);
    /* Each byte altered: refused or taken, never worse. */
    for (size_t i = 0; i < item.features.n; i++) {
        memcpy(bytes, item.features.p, item.features.n);
        bytes[i] = (char)(bytes[i] ^ 0x55);
        wrong.features = (struct str){bytes, item.features.n};
        (void)grouper_find(f->grouper, &wrong, f->arena, &f->verdict);
    }
}

static void
a_long_text_stays_within_bounds(void **state)
{
    struct fixture *f = *state;
    static uint16_t text[200000];
    struct features opened;

    for (size_t i = 0; i < 200000; i++)
        text[i] = (uint16_t)(0x4e00 + i * 7919 % 20000);
    buf_clear(&f->features);
    assert_int_equal(features_make(text, 100, text, 200000, &f->features), 0);
    assert_true(f->features.n <= FEATURES_MAX_BYTES);
    assert_int_equal(features_open(buf_str(&f->features), &opened), 0);
    assert_int_equal(opened.n, FEATURES_MAX);
}

static bool
tells(const char *text, const char *pair)
{
    uint16_t u[UNITS_MAX], p[UNITS_MAX];
    size_t n = units(text, u);
    uint32_t name;

    (void)units(pair, p);
    for (size_t i = 0; i < n; i++)
        if (name_at(u, n, i, &name) &&
            name == feature_pair(p[0], p[1], FEATURE_NAME))
            return true;
    return false;
}

static void
names_tell_their_telling_pair(void **state)
{
    (void)state;
    assert_true(tells("云溪县城南小学", "城南"));
    assert_true(tells("柳塘镇中心小学", "柳塘"));
    assert_true(tells("大竹岭九年制学校", "竹岭"));
    assert_true(tells("双溪乡九年一贯制学校", "双溪"));
    assert_true(tells("第三中学", "三中"));
    assert_true(tells("云溪一中食堂", "一中"));
    assert_true(tells("县实验小学", "实验"));
    assert_true(tells("职业中专", "职专"));
    assert_false(tells("三名小学生", "三名"));
    assert_false(tells("全县学校", "全县"));
    assert_false(tells("其中一中午", "一中"));
}

static void
pairs_of_texts_are_ordered(void **state)
{
    struct fixture *f = *state;
    struct buf other;
    struct group_item a, b;
    double same, near, far;

    buf_init(&other, FEATURES_MAX_BYTES);
    make("Three pupils drown in a river", "The boys were swimming.", &other);
    a = (struct group_item){.features = buf_str(&other)};
    b = item_of(
        f, "s", 0, "Three pupils drown in a river", "The boys were swimming.");
    same = group_similarity(f->grouper, &a, &b);
    b = item_of(f, "s", 0, "River claims three boys", "Pupils drowned.");
    near = group_similarity(f->grouper, &a, &b);
    b = item_of(f, "s", 0, "Stocks fall after a taper hint", "Bonds rose.");
    far = group_similarity(f->grouper, &a, &b);
    assert_true(same > .99 && same > near && near > far && far < .1);
    buf_done(&other);
}

static void
a_wrong_region_is_refused(void **state)
{
    struct grouper *g = NULL;

    (void)state;
    assert_int_equal(grouper_new(STR("{"), &g), E_PARSE);
    assert_int_equal(grouper_new(STR("[]"), &g), E_PARSE);
    assert_null(g);
    assert_int_equal(
        grouper_new(STR("{\"home\":7,\"far\":{\"a\":[[[]]]}}"), &g), 0);
    grouper_free(g);
    assert_int_equal(grouper_new(STR_NONE, &g), 0);
    grouper_free(g);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reports_with_no_word_in_common_are_one),
        TEST(the_same_kind_elsewhere_is_another),
        TEST(schools_of_one_county_are_apart),
        TEST(the_explanation_names_words_place_and_time),
        TEST(another_kind_at_the_same_school_is_another),
        TEST(a_rumour_and_its_refutation_are_one),
        TEST(a_copied_title_is_one_but_a_form_is_not),
        TEST(names_of_one_school_meet),
        TEST(weeks_later_it_is_a_new_one_that_points_back),
        TEST(events_of_our_own_are_put_together_and_apart),
        TEST(what_is_removed_takes_nothing),
        TEST(it_holds_only_so_many),
        TEST(an_item_without_features_is_its_own),
        TEST(foreign_bytes_are_refused),
        TEST(a_long_text_stays_within_bounds),
        TEST(names_tell_their_telling_pair),
        TEST(pairs_of_texts_are_ordered),
        TEST(a_wrong_region_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

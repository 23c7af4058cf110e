/*
 * Which school a text names: the longest name counts, the title before the
 * text, and what two schools are called says nothing.
 */
#include "check.h"
#include "rules/names.h"

static const struct str red[] = {{"红小", 6}};
static const struct str both[] = {{"实小", 6}};
static const struct rule_owner owners[] = {{.name = {"云溪县第一中学", 21}},
    {.name = {"红桥小学", 12}, .aliases = red, .naliases = 1},
    {.name = {"新红桥小学", 15}, .aliases = both, .naliases = 1},
    {.name = {"Yunxi Experimental School", 25}, .aliases = both, .naliases = 1},
    {.name = {"云溪县教育局", 18}}, {.name = {"红桥小学东校区", 21}}};
enum { FIRST, RED, NEW_RED, EXPERIMENTAL, OFFICE, EAST, OWNERS, NOBODY = 99 };

static size_t
named(const char *title, const char *text)
{
    struct names *names;
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    size_t owner = NOBODY;

    assert_int_equal(names_new(owners, OWNERS, &names), 0);
    int err = names_find(names, arena, str_of(title), str_of(text), &owner);
    assert_true(err == 0 || err == E_NOTFOUND);
    names_free(names);
    arena_free(arena);
    return err == 0 ? owner : NOBODY;
}

static void
short_forms(void **state)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct str form[NAMES_MAX_FORMS];
    size_t n = names_forms(arena, STR("云溪县第一中学"), form);

    (void)state;
    assert_int_equal(n, 4);
    assert_true(str_eq(form[0], STR("云溪县第一中学")));
    assert_true(str_eq(form[1], STR("云溪县一中")));
    assert_true(str_eq(form[2], STR("云溪第一中学")));
    assert_true(str_eq(form[3], STR("云溪一中")));
    assert_int_equal(names_forms(arena, STR("第一中学"), form), 1);
    assert_int_equal(names_forms(arena, STR("红桥小学"), form), 1);
    arena_free(arena);
}

static void
a_school_is_found(void **state)
{
    (void)state;
    assert_int_equal(named("云溪一中学生受伤", ""), FIRST);
    assert_int_equal(named("云溪县第一中学学生受伤", ""), FIRST);
    assert_int_equal(named("", "雲溪縣第一中學"), FIRST); /* folded */
    assert_int_equal(named("红小食堂", ""), RED);
    assert_int_equal(named("新红桥小学食堂", ""), NEW_RED); /* the longest */
    assert_int_equal(named("红桥小学东校区食堂", ""), EAST);
    assert_int_equal(named("YUNXI EXPERIMENTAL SCHOOL", ""), EXPERIMENTAL);
    assert_int_equal(named("实小食堂", ""), NOBODY); /* of two */
    assert_int_equal(named("某校食堂", "别处"), NOBODY);
    assert_int_equal(named("", ""), NOBODY);
}

static void
the_title_comes_first(void **state)
{
    (void)state;
    assert_int_equal(named("红桥小学", "云溪一中 云溪一中 云溪一中"), RED);
    assert_int_equal(named("通报", "红桥小学与云溪一中，云溪一中"), FIRST);
    assert_int_equal(named("通报", "红桥小学与云溪一中"), RED);
}

static void
owners_are_places_of_home(void **state)
{
    struct rule_file file = {.name = "f.yaml",
        .text = STR("rules:\n"
                    "  - {id: s, title: t, category: c, points: 1, any: "
                    "[{list: region-schools}]}\n"
                    "  - {id: h, title: t, category: d, points: 1, any: "
                    "[{list: region-home}]}\n")};
    struct rule_file region = {.name = "region.json",
        .text = STR("{\"home\": {\"county\": [\"云溪县\"], \"schools\": "
                    "[{\"name\": \"城南小学\", \"aliases\": [\"城南附小\"]}, "
                    "\"白杨小学\"]}}")};
    struct rule_options options = {
        .region = &region, .owners = owners, .nowners = OWNERS};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;

    (void)state;
    assert_int_equal(
        ruleset_compile_with(&file, 1, &options, &errors, &set), 0);
    struct check_set c = check_open(set);
    assert_int_equal(check_title(&c, "红小").nreasons, 2);
    assert_int_equal(check_title(&c, "城南附小").nreasons, 2);
    assert_int_equal(check_title(&c, "白杨小学").nreasons, 2);
    assert_int_equal(check_title(&c, "云溪县教育局").nreasons, 1);
    check_close(&c);
}

/* What is of another type is said, by its key. */
static void
regions_are_checked(void **state)
{
    static const struct {
        const char *json, *says;
    } wrong[] = {{"[]", "is to be a JSON object"},
        {"{\"home\": [1]}", "\"home\""}, {"{\"far\": [5]}", "\"far\""},
        {"{\"far\": {\"a\": \"b\"}}", "\"far\""},
        {"{\"home\": {\"schools\": [{\"aliases\": [\"a\"]}]}}", "\"schools\""},
        {"{\"home\": {\"schools\": [{\"name\": \"云溪小学\", "
         "\"aliases\": \"a\"}]}}",
            "\"aliases\""}};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct rule_file region = {
            .name = "region.json", .text = str_of(wrong[i].json)};
        struct rule_options options = {.region = &region};
        struct rule_file file = {.name = "f", .text = STR("rules: []\n")};
        struct toc_errors errors = {.n = 0};
        struct ruleset *set = NULL;

        assert_int_equal(
            ruleset_compile_with(&file, 1, &options, &errors, &set), E_CONF);
        assert_non_null(strstr(errors.list[0].text, wrong[i].says));
        toc_errors_done(&errors);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_forms),
        cmocka_unit_test(a_school_is_found),
        cmocka_unit_test(the_title_comes_first),
        cmocka_unit_test(owners_are_places_of_home),
        cmocka_unit_test(regions_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

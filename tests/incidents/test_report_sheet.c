/*
 * The inspection sheet: every site has its line, every finding its times, and
 * nothing that a page says becomes a formula.
 */
#include "base/err.h"
#include "check.h"
#include "incidents/report_sheet.h"

enum { ARENA = 8 * 1024 * 1024 };
#define AT(minutes) ((struct wall){1785542400000LL + (minutes)*MS_MINUTE})

static struct sheet_finding findings[] = {
    {.group = {"clean", 5},
        .kind = {"hidden_links", 12},
        .page = {"https://a.example/", 18},
        .target = {"https://bet.example/", 20},
        .evidence = {"=HYPERLINK(\"https://x.example\")", 31},
        .line = 12,
        .end_line = 14,
        .count = 3,
        .first_seen = {1785542400000LL},
        .last_seen = {1785549600000LL},
        .gone = {INT64_MIN},
        .incident = 7},
    {.group = {"leaking", 7},
        .kind = {"leak", 4},
        .page = {"https://a.example/list.xlsx", 27},
        .target = {"id_card", 7},
        .mask = {"110101********7758", 18},
        .count = 41,
        .first_seen = {1785542400000LL},
        .last_seen = {1785542400000LL},
        .gone = {1785628800000LL},
        .state = SHEET_GONE},
};

static struct sheet_site sites[] = {
    {.id = {"a", 1},
        .title = {"+甲小学", 10},
        .owner = {"甲小学", 9},
        .url = {"https://a.example/", 18},
        .visits = 200,
        .opened = 190,
        .cert_until = {1785628800000LL},
        .newest = {INT64_MIN},
        .last_round = {1785549600000LL},
        .open = {0, 0, 1, 0, 0},
        .findings = findings,
        .nfindings = 2},
    {.id = {"b", 1},
        .title = {"乙中学", 9},
        .url = {"https://b.example/", 18},
        .cert_until = {INT64_MIN},
        .newest = {INT64_MIN},
        .last_round = {INT64_MIN}},
};

struct made {
    struct arena *arena;
    struct zone *zone;
    struct buf out;
    int err;
};

static void
make(struct made *made, enum lang lang, enum report_format format)
{
    struct sheet sheet = {.bureau = STR("云溪县教育局"),
        .made = AT(600),
        .sites = sites,
        .nsites = 2};
    struct report_form form = {
        .lang = lang, .url = STR("https://desk.example")};

    made->arena = arena_new(ARENA);
    assert_int_equal(zone_load("Asia/Shanghai", &made->zone), 0);
    form.zone = made->zone;
    buf_init(&made->out, REPORT_MAX_BYTES);
    made->err = sheet_write(&sheet, &form, format, made->arena, &made->out);
}

static void
done(struct made *made)
{
    buf_done(&made->out);
    zone_free(made->zone);
    arena_free(made->arena);
}

static bool
has(const struct made *made, const char *what)
{
    struct str all = buf_str(&made->out);

    return str_find(all, str_of(what)) < all.n;
}

static void
every_site_and_every_finding_is_a_line(void **state)
{
    struct made made;
    size_t lines = 0;

    (void)state;
    make(&made, LANG_ZH, REPORT_CSV);
    assert_int_equal(made.err, 0);
    assert_true(
        str_starts(buf_str(&made.out), STR("\xef\xbb\xbf\"责任单位\"")));
    for (size_t i = 0; i < made.out.n; i++)
        lines += made.out.p[i] == '\n';
    assert_int_equal(lines, 1 + 2 + 1);
    assert_true(has(&made, "\"暗链\""));
    assert_true(has(&made, "\"第 12–14 行\"") || has(&made, "第 12–14 行"));
    assert_true(has(&made, "\"2026-08-01 08:00\",\"2026-08-01 10:00\""));
    assert_true(has(&made, "\"95.0 %\"") || has(&made, "\"95.0%\""));
    assert_true(has(&made, "110101********7758"));
    assert_true(has(&made, "https://desk.example/incidents/7"));
    assert_true(has(&made, "\"乙中学\""));
    assert_true(has(&made, "没有发现问题"));
    done(&made);
    make(&made, LANG_EN, REPORT_CSV);
    assert_true(has(&made, "\"hidden links\""));
    assert_true(has(&made, "lines 12–14"));
    assert_true(has(&made, "\"nothing found\""));
    done(&made);
}

static void
no_value_is_a_formula(void **state)
{
    static struct str evil[] = {{"=1+1", 4}, {"@SUM(1)", 7}, {"-2+3", 4}};
    struct made made;

    (void)state;
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        findings[0].target = STR_NONE;
        findings[0].count = 1;
        findings[0].line = 0;
        findings[0].evidence = evil[i];
        make(&made, LANG_EN, REPORT_CSV);
        assert_int_equal(made.err, 0);
        for (size_t k = 1; k + 1 < made.out.n; k++)
            if (made.out.p[k - 1] == ',' && made.out.p[k] == '"')
                assert_null(memchr("=@+-", made.out.p[k + 1], 4));
        assert_true(has(&made, "'+甲小学"));
        done(&made);
    }
}

static void
the_document_is_an_archive_and_always_the_same(void **state)
{
    struct made one, two;

    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        make(&one, (enum lang)lang, REPORT_DOCX);
        make(&two, (enum lang)lang, REPORT_DOCX);
        assert_int_equal(one.err, 0);
        assert_true(str_starts(buf_str(&one.out), STR("PK")));
        assert_true(str_eq(buf_str(&one.out), buf_str(&two.out)));
        done(&one);
        done(&two);
    }
    make(&one, LANG_ZH, REPORT_HTML);
    assert_int_equal(one.err, E_PARSE);
    done(&one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_site_and_every_finding_is_a_line),
        cmocka_unit_test(no_value_is_a_formula),
        cmocka_unit_test(the_document_is_an_archive_and_always_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the prescan refuses, and what the repair makes of the rest. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/err.h"
#include "feeds/prescan.h"
#include "feeds/repair.h"
#include "feeds/xmlscan.h"

static struct arena *arena;

static int
set_up(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CAP_DEFAULT);
    return arena ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int
scan(struct str text, struct prescan *ret)
{
    struct toc_error error;

    return prescan_xml(arena, text, &error, ret);
}

static struct prescan
scan_ok(const char *text)
{
    struct prescan out;

    if (scan(str_of(text), &out))
        fail_msg("\"%s\" is refused", text);
    return out;
}

/* text begin, then unit n times, then end. */
static struct str
repeated(const char *begin, const char *unit, size_t n, const char *end)
{
    struct buf out;
    struct str text;

    buf_init(&out, 1 << 26);
    buf_add_cstr(&out, begin);
    for (size_t i = 0; i < n; i++)
        buf_add_cstr(&out, unit);
    buf_add_cstr(&out, end);
    assert_int_equal(out.err, 0);
    text = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static void
test_clean_documents_pass(void **state)
{
    static const char *const texts[] = {
        "<rss/>",
        ("<rss version=\"2.0\"><channel><title>a &amp; b &#233;</title>"
         "</channel></rss>"),
        "<a b='1' c=\"2\" ><![CDATA[ <x> & ]]></a>",
        "<a><!-- & < --><b/></a>",
        "<a>\t\n\r</a>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct prescan out = scan_ok(texts[i]);

        assert_false(out.damaged);
        assert_false(out.truncated);
        assert_int_equal(out.root.n, strlen(texts[i]));
    }
}

static void
test_finds_the_root(void **state)
{
    struct prescan out;

    (void)state;
    out = scan_ok("  \n<?xml version='1.0'?><!-- <x> --><?pi?>"
                  "<!DOCTYPE rss PUBLIC \"-//A//B\" \"http://a.example/d\">"
                  "<rss>a</rss> <script>junk</script>");
    assert_int_equal(out.root.n, strlen("<rss>a</rss>"));
    assert_memory_equal(out.root.p, "<rss>a</rss>", out.root.n);
    assert_int_equal(out.nentities, 0);
    out = scan_ok("Warning: <b>x</b> in y.php\n<?xml version='1.0'?><rss/>");
    assert_memory_equal(out.name.p, "rss", 3);
}

static void
test_damage_is_seen(void **state)
{
    static const char *const texts[] = {
        "<a>x & y</a>",
        "<a>&nbsp;</a>",
        "<a>&#8;</a>",
        "<a>&#128;</a>",
        "<a>&#xD800;</a>",
        "<a b=c/>",
        "<a b/>",
        "<a b='<'/>",
        "<a b='1'c='2'/>",
        "<a b='x&y'/>",
        "<a><b></a>",
        "<a></b></a>",
        "<a>1 < 2</a>",
        "<a>\x01</a>",
        "<r><?xml version='1.0'?></r>",
        "<c><item><item></item></item></c>",
        "<a></a",
        "<c><item><item/></item></c>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!scan_ok(texts[i]).damaged)
            fail_msg("\"%s\" passed", texts[i]);
}

static void
test_truncation_is_seen(void **state)
{
    static const char *const texts[] = {"<a>", "<a><b>x</b>", "<a>text",
        "<a><b c=", "<a><!-- x", "<a><![CDATA[ x"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(scan_ok(texts[i]).truncated);
}

static void
test_no_element(void **state)
{
    static const char *const texts[] = {"", " ", "garbage", "<", "<!", "<?x",
        "<!-- <a> -->", "</a>", "{}", "< a>", "<1>"};
    struct prescan out;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(scan(str_of(texts[i]), &out), E_PARSE);
}

static void
test_limits(void **state)
{
    struct prescan out;

    (void)state;
    assert_int_equal(scan(repeated("", "<a>", XMLSCAN_MAX_DEPTH, ""), &out), 0);
    assert_int_equal(
        scan(repeated("", "<a>", XMLSCAN_MAX_DEPTH + 1, ""), &out), E_LIMIT);
    assert_int_equal(
        scan(repeated("<a ", "b='' ", XMLSCAN_MAX_ATTRIBUTES, "/>"), &out), 0);
    assert_int_equal(
        scan(repeated("<a ", "b='' ", XMLSCAN_MAX_ATTRIBUTES + 1, "/>"), &out),
        E_LIMIT);
    assert_int_equal(
        scan(repeated("<a b='", "x", XMLSCAN_MAX_TAG_BYTES, "'/>"), &out),
        E_LIMIT);
    /* Unclosed items do not nest. */
    assert_int_equal(
        scan(repeated("<c>", "<item><t>x</t>", 5000, "</c>"), &out), 0);
    assert_true(out.damaged);
}

static void
test_doctypes(void **state)
{
    static const char *const refused[] = {
        "<!DOCTYPE r [<!ATTLIST r a CDATA 'x'>]><r/>",
        "<!DOCTYPE r [<!ELEMENT r ANY>]><r/>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://a.example/'> %p;]><r/>",
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b 'x'>]><r/>",
        "<!DOCTYPE r [<!ENTITY a '&a;'>]><r>&a;</r>",
        "<!DOCTYPE r [<!ENTITY a 'unterminated>]><r/>",
    };
    struct prescan out;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (scan(str_of(refused[i]), &out) == 0)
            fail_msg("%s passed", refused[i]);
    assert_int_equal(
        scan(
            repeated("<!DOCTYPE r [<!ENTITY a '", "x", 2000, "'>]><r/>"), &out),
        E_LIMIT);
    out = scan_ok("<!DOCTYPE r [ <!-- c --> <!ENTITY inst \"云溪 &#233;\">\n"
                  "<!ENTITY x SYSTEM 'file:///etc/passwd'> ]>"
                  "<r>&inst;&x;</r>");
    assert_int_equal(out.nentities, 2);
    assert_memory_equal(out.entities[0].value.p, "云溪 é", 9);
    assert_int_equal(out.entities[1].value.n, 0);
}

struct row {
    const char *damaged, *mended;
};

static void
test_repair(void **state)
{
    static const struct row rows[] = {
        {"<a>x & y &amp; &lt;</a>", "<a>x &amp; y &amp; &lt;</a>"},
        {"<a>&nbsp;&eacute;&unknown;</a>", "<a>\xc2\xa0é&amp;unknown;</a>"},
        {"<a>&#8;&#128;&#x41;</a>", "<a>€A</a>"},
        {"<a b=c d e='x&y'/>", "<a b=\"c\" d=\"\" e=\"x&amp;y\"/>"},
        {"<a b='1'c='2'>x</a>", "<a b=\"1\" c=\"2\">x</a>"},
        {"<a><b>x</a>", "<a><b>x</b></a>"},
        {"<a>x</b>y</a>", "<a>xy</a>"},
        {"<A><b>x</a>", "<A><b>x</b></A>"},
        {"<a>1 < 2 <<b></b></a>", "<a>1 &lt; 2 &lt;<b></b></a>"},
        {"<a>\x01x\x1f<![CDATA[\x02y]]></a>", "<a>x<![CDATA[y]]></a>"},
        {"<c><item>1<item>2</item></c>", "<c><item>1</item><item>2</item></c>"},
        {"<c><item>1<item/>2</item></c>", "<c><item>12</item></c>"},
        {"<r><?xml version='1.0'?>x<!-- c --></r>", "<r>x</r>"},
        {"<a>x</a", "<a>x</a>"},
        {"<u><loc>x</lo", "<u><loc>x</loc>"},
        {"<a>& <b>x", "<a>&amp; <b>x"},
        {"<!DOCTYPE a [<!ENTITY e 'x<y'>]><a>&e;</a>", "<a>x&lt;y</a>"},
        {"<a></b <c></c></a>", "<a> <c></c></a>"},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct prescan found = scan_ok(rows[i].damaged), again;

        assert_true(found.damaged);
        buf_clear(&out);
        assert_int_equal(repair_xml(&found, &out), 0);
        assert_string_equal(buf_cstr(&out), rows[i].mended);
        /* What has been mended is sound. */
        assert_int_equal(scan(buf_str(&out), &again), 0);
        assert_false(again.damaged);
    }
    buf_done(&out);
}

static void
test_expansion_has_a_bound(void **state)
{
    struct str text = repeated("<!DOCTYPE a [<!ENTITY e '0123456789"
                               "0123456789012345678901234567890123456789'>]>"
                               "<a>",
        "&e;", 5000, "</a>");
    struct prescan found;
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 22);
    assert_int_equal(scan(text, &found), 0);
    assert_int_equal(repair_xml(&found, &out), E_LIMIT);
    buf_done(&out);
}

/* Every prefix of a damaged document ends in an answer, and what is mended of
 * it is sound. */
static void
test_every_prefix(void **state)
{
    static const char text[] =
        "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY e 'v'>]><r a='1' b=2>"
        "<!-- c --><item>&e; & &nbsp;<![CDATA[x]]><b></i><item/>1<2"
        "</item></r>tail";
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    for (size_t n = 0; n < sizeof text; n++) {
        struct prescan found, again;

        if (scan((struct str){text, n}, &found))
            continue;
        buf_clear(&out);
        assert_int_equal(repair_xml(&found, &out), 0);
        assert_int_equal(scan(buf_str(&out), &again), 0);
        assert_false(again.damaged);
    }
    buf_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_clean_documents_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finds_the_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damage_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_truncation_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_element, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_doctypes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_repair, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_expansion_has_a_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_prefix, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

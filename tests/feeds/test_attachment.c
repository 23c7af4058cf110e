/* Documents that pages link to, written by other programs: what they say comes
 * out, and nothing that is done to their bytes does harm. */
#include <stdlib.h>

#include "feeds/attachment.h"
#include "feeds/site.h"
#include "fixture_check.h"

static const char *const kinds[] = {"pdf", "docx", "xlsx", "doc", "xls"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct attachment
read_one(struct fixture *f, struct str bytes)
{
    struct attachment document = {.kind = ATTACHMENT_NONE};
    struct toc_error error = {0};

    if (attachment_read(f->arena, bytes, &error, &document))
        fail_msg("not read: %s", error.text);
    return document;
}

static void
has(struct str text, const char *part)
{
    if (str_find(text, str_of(part)) == text.n)
        fail_msg("no \"%s\" in: %.*s", part, STR_ARG(str_first(text, 400)));
}

static void
what_they_say(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < KINDS; i++) {
        struct attachment document;

        arena_clear(f->arena);
        document = read_one(
            f, fixture_load(f->arena, "attachments", "list", kinds[i]));
        assert_string_equal(attachment_name(document.kind), kinds[i]);
        assert_false(document.partial);
        assert_false(document.locked);
        has(document.text, "王思远");
        has(document.text, "13911112222");
        has(document.text, "身份证号");
    }
}

/* A row is a line, and a cell ends with a tab. */
static void
rows_stay_together(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < KINDS; i++) {
        struct attachment document;

        arena_clear(f->arena);
        document = read_one(
            f, fixture_load(f->arena, "attachments", "list", kinds[i]));
        for (struct str rest = document.text, line = {0};
             str_find(line, STR("吴佳宁")) == line.n;) {
            assert_int_not_equal(rest.n, 0);
            line = str_split(&rest, '\n');
            if (str_find(line, STR("吴佳宁")) < line.n) {
                has(line, "13911121721");
                has(line, "\t");
                assert_true(line.n < 80);
            }
        }
    }
}

static void
spreadsheets_are_read_whole(void **state)
{
    struct fixture *f = *state;

    for (int i = 2; i < KINDS; i += 2) { /* xlsx, xls */
        struct attachment document = read_one(
            f, fixture_load(f->arena, "attachments", "list", kinds[i]));

        has(document.text, "80.5");
        has(document.text, "第399号 云溪县白杨小学课后服务安排 note 399\t399");
        has(document.text, "合计\t672"); /* a formula's number … */
        has(document.text, "末行");      /* … and its text */
        has(document.text, "第二张表");
    }
}

static void
word_marks_are_no_text(void **state)
{
    struct fixture *f = *state;

    for (int i = 1; i < KINDS; i += 2) { /* docx, doc */
        struct attachment document = read_one(
            f, fixture_load(f->arena, "attachments", "list", kinds[i]));

        has(document.text, "白杨小学受助学生名单\n");
        has(document.text, "café “监督电话” 0830-1234567");
        has(document.text, "云溪县白杨小学\n2026年9月1日");
        for (size_t k = 0; k < document.text.n; k++) {
            unsigned char c = (unsigned char)document.text.p[k];

            assert_true(c >= 0x20 || c == '\n' || c == '\t');
        }
    }
}

/* Fonts that the document does not bring, in encodings of Chinese. */
static void
pdf_without_its_fonts(void **state)
{
    static const struct {
        const char *encoding, *string;
    } cases[] = {{"GBK-EUC-H", "<D1A7C9FA313338>"},
        {"UniGB-UCS2-H", "<5B66751F003100330038>"},
        {"UniGB-UTF16-H", "<5B66751F003100330038>"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char pdf[2048];
        struct attachment document;

        snprintf(pdf, sizeof pdf,
            "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents "
            "4 0 R/Resources<</Font<</A 5 0 R>>>>>>endobj\n"
            "4 0 obj<</Length %zu>>stream\nBT /A 12 Tf 50 200 Td %s Tj ET\n"
            "endstream endobj\n"
            "5 0 obj<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/%s"
            "/DescendantFonts[6 0 R]>>endobj\n"
            "6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/SimSun"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
            "/FontDescriptor 7 0 R>>endobj\n"
            "7 0 obj<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox"
            "[0 0 999 999]/ItalicAngle 0/Ascent 800/Descent 0/CapHeight 700"
            "/StemV 80>>endobj\ntrailer<</Root 1 0 R/Size 8>>\n%%%%EOF\n",
            strlen(cases[i].string) + 29, cases[i].string, cases[i].encoding);
        document = read_one(f, str_of(pdf));
        has(document.text, "学生");
        /* Poppler gives half-width digits of such fonts as full-width ones. */
        if (str_find(document.text, STR("138")) == document.text.n)
            has(document.text, "１３８");
    }
}

static void
only_documents_are_documents(void **state)
{
    static const char *const none[] = {
        "", "<html>%PDF-", "hello", "PK\x05\x06"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct toc_error error = {0};
        struct attachment document;

        assert_false(attachment_is_one(str_of(none[i])));
        if (i == 1)
            continue; /* poppler would look for one in it */
        assert_int_equal(
            attachment_read(f->arena, str_of(none[i]), &error, &document),
            E_PARSE);
        assert_string_not_equal(error.text, "");
    }
}

/* Cut anywhere, and with bytes turned over: an end, and no harm. */
static void
damage_does_no_harm(void **state)
{
    struct fixture *f = *state;
    unsigned seed = 20261125;

    for (int i = 0; i < KINDS; i++)
        for (int round = 0; round < 120; round++) {
            struct str whole, bytes;
            struct attachment document;
            char *copy;

            arena_clear(f->arena);
            whole = fixture_load(f->arena, "attachments", "list", kinds[i]);
            copy = malloc(whole.n);
            assert_non_null(copy);
            memcpy(copy, whole.p, whole.n);
            bytes = (struct str){copy, whole.n};
            if (round % 2)
                bytes.n = bytes.n * (size_t)round / 120;
            for (int k = 0; k < round % 40; k++) {
                seed = seed * 1103515245 + 12345;
                copy[(seed >> 8) % whole.n] = (char)(seed >> 24);
            }
            (void)attachment_read(f->arena, bytes, NULL, &document);
            free(copy);
        }
}

static void
a_site_check_sees_into_them(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < KINDS; i++) {
        struct feed_input input = {.url = STR("https://a.example/list"),
            .now = page_time("2026-09-20")};
        const struct site_report *report = NULL;
        struct toc_error error = {0};

        arena_clear(f->arena);
        input.bytes = fixture_load(f->arena, "attachments", "list", kinds[i]);
        if (site_check(f->arena, &input, &error, &report))
            fail_msg("%s: %s", kinds[i], error.text);
        assert_int_equal(report->data[SITE_ID_CARD], 8);
        assert_int_equal(report->data[SITE_PHONE], 8);
        assert_int_equal(report->data[SITE_NAME_LIST], 8);
        assert_false(report->defaced);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_they_say, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            rows_stay_together, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            spreadsheets_are_read_whole, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            word_marks_are_no_text, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            pdf_without_its_fonts, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            only_documents_are_documents, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            damage_does_no_harm, page_setup, page_teardown),
        cmocka_unit_test_setup_teardown(
            a_site_check_sees_into_them, page_setup, page_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

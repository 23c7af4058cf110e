/*
 * parse_site: what the engine gets of a page of an own site: findings, links,
 * the page itself sealed; and no number of a person beside it.
 */
#include "../base/check.h"
#include "base/file.h"
#include "base/seal.h"
#include "daemon/parse_site.h"
#include "daemon/pb.h"
#include "feeds/feeds.h"

enum { ARENA_BYTES = 64 << 20, FRAME_BYTES = 16 << 20 };

static const char home[] =
    "<title>云溪一小 16600003920</title>\n"
    "<ul class=nav><li><a href=/xw/ >校园新闻</a></ul>\n"
    "<p>您是第1234位访客 联系 339911201502095366\n"
    "<a href='/list.xlsx'>名单 16600003920</a>\n"
    "<a href='/card/339911201502095366.htm'>查看</a>\n"
    "<img src=/a.png alt='339911201502095366'>\n"
    "<div style='display:none'><a href='http://a.example/16600003920'>澳门金沙"
    "</a></div><meta name=description content='六合彩 16600003920'>\n";

struct answer {
    Tocsin__SiteResult result;
    struct arena *arena;
    struct str packed; /* without the document's bytes */
};

static void
ask(struct answer *answer, Tocsin__SitePurpose purpose, struct str body)
{
    static char url[] = "https://www.yunxi-sx.example/", zone[] = "";
    static char wrong[] = "云溪一小", right[] = "云溪县第一实验小学";
    Tocsin__SiteWord word = TOCSIN__SITE_WORD__INIT, *words[] = {&word};
    Tocsin__SiteContext context = TOCSIN__SITE_CONTEXT__INIT;
    Tocsin__ParseRequest request = TOCSIN__PARSE_REQUEST__INIT;
    ProtobufCBinaryData sealed = {0};
    uint8_t *bytes;

    word.wrong = wrong;
    word.right = right;
    context.zone = zone;
    context.key = pb_data(STR("key"));
    context.words = words;
    context.n_words = 1;
    request.poll = 7;
    request.url = url;
    request.want = TOCSIN__WANT__WANT_SITE;
    request.site = &context;
    request.site_purpose = purpose;
    request.body = pb_data(body);
    request.now_ms = 1781950000000;
    tocsin__site_result__init(&answer->result);
    site_answer(answer->arena, &request, NULL, &answer->result);
    if (answer->result.document) {
        sealed = answer->result.document->sealed;
        answer->result.document->sealed = (ProtobufCBinaryData){0};
    }
    bytes = arena_alloc(answer->arena, FRAME_BYTES);
    assert_non_null(bytes);
    answer->packed = (struct str){(const char *)bytes,
        tocsin__site_result__pack(&answer->result, bytes)};
    if (answer->result.document)
        answer->result.document->sealed = sealed;
}

static void
expect_absent(const struct answer *answer, const char *secret)
{
    if (str_find(answer->packed, str_of(secret)) < answer->packed.n)
        fail_msg("%s left the parser", secret);
}

static const Tocsin__SiteFound *
find(const struct answer *answer, const char *kind, const char *target)
{
    for (size_t i = 0; i < answer->result.n_found; i++)
        if (strcmp(answer->result.found[i]->kind, kind) == 0 &&
            strcmp(answer->result.found[i]->target, target) == 0)
            return answer->result.found[i];
    fail_msg("there is no %s %s", kind, target);
    return NULL;
}

static void
a_page(void **state)
{
    struct answer answer = {.arena = arena_new(ARENA_BYTES)};
    const Tocsin__SiteFound *found;
    struct buf opened;

    (void)state;
    ask(&answer, TOCSIN__SITE_PURPOSE__SITE_HOME, str_of(home));
    assert_true(answer.result.ok);
    assert_int_equal(answer.result.look, 7);
    found = find(&answer, "leak", "id_card");
    assert_int_equal(found->count, 1);
    assert_string_equal(found->mask, "339911********5366");
    assert_int_equal(found->hash.len, 32);
    assert_int_equal(found->line, 3);
    find(&answer, "leak", "phone");
    find(&answer, "hidden_links", "");
    find(&answer, "defaced", "meta_swapped");
    find(&answer, "wrong_word", "云溪一小");
    assert_int_equal(answer.result.n_columns, 1);
    assert_string_equal(answer.result.columns[0]->text, "校园新闻");
    assert_int_equal(answer.result.digest.len, 32);
    assert_true(answer.result.n_masked > 1);
    /* The news, the list, the picture; an address with a number is not told. */
    assert_int_equal(answer.result.n_links, 3);
    expect_absent(&answer, "339911201502095366");
    expect_absent(&answer, "16600003920");
    /* The evidence is the page as it was. */
    buf_init(&opened, sizeof home);
    assert_int_equal(
        seal_open(&opened, pb_bytes(answer.result.document->sealed)), 0);
    assert_int_equal(opened.n, strlen(home));
    buf_done(&opened);
    arena_free(answer.arena);
}

static void
a_document(void **state)
{
    static const char *const kinds[] = {"pdf", "docx", "xlsx", "doc", "xls"};
    char path[512];
    struct buf bytes;

    (void)state;
    buf_init(&bytes, FRAME_BYTES);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct answer answer = {.arena = arena_new(ARENA_BYTES)};
        const Tocsin__SiteFound *found;

        snprintf(path, sizeof path, "%s/feeds/fixtures/attachments/list.%s",
            TESTS_DIR, kinds[i]);
        buf_clear(&bytes);
        assert_int_equal(file_read(path, &bytes, NULL), 0);
        ask(&answer, TOCSIN__SITE_PURPOSE__SITE_DOCUMENT, buf_str(&bytes));
        assert_true(answer.result.ok);
        found = find(&answer, "leak", "id_card");
        assert_true(found->count > 0);
        assert_non_null(strstr(found->mask, "********"));
        assert_int_equal(answer.result.n_links, 0);
        assert_non_null(answer.result.document);
        arena_free(answer.arena);
    }
    buf_done(&bytes);
}

/* What cannot be read says why, and says nothing else. */
static void
nothing_to_read(void **state)
{
    static const char *const pages[] = {
        "<title>网站维护中</title><h2>网站升级维护中</h2>",
        "%PDF-1.4 and then nothing", "PK\x03\x04 broken"};

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct answer answer = {.arena = arena_new(ARENA_BYTES)};

        ask(&answer, TOCSIN__SITE_PURPOSE__SITE_PAGE, str_of(pages[i]));
        assert_false(answer.result.ok);
        assert_true(answer.result.reason[0] != '\0');
        assert_int_equal(answer.result.n_found, 0);
        assert_null(answer.result.document);
        assert_int_equal(answer.result.look, 7);
        arena_free(answer.arena);
    }
}

static void
no_memory(void **state)
{
    struct answer answer = {.arena = arena_new(200000)};
    Tocsin__ParseRequest request = TOCSIN__PARSE_REQUEST__INIT;
    Tocsin__SiteContext context = TOCSIN__SITE_CONTEXT__INIT;

    (void)state;
    request.site = &context;
    request.body = pb_data(str_of(home));
    tocsin__site_result__init(&answer.result);
    site_answer(answer.arena, &request, NULL, &answer.result);
    assert_false(answer.result.ok);
    assert_string_equal(answer.result.reason, "out of memory");
    arena_free(answer.arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page),
        cmocka_unit_test(a_document),
        cmocka_unit_test(nothing_to_read),
        cmocka_unit_test(no_memory),
    };

    return digest_init() == 0 && feeds_init() == 0
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 1;
}

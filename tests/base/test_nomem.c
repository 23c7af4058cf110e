/*
 * Every allocation of base/ fails once: each scenario is run with its first
 * allocation failing, then its second, until it runs through.  A failure must
 * be told by an error and leave nothing behind (the sanitizers look).
 *
 * The linker puts the three functions below in front of the C library's, for
 * our objects only.
 */
#include "base/arena.h"
#include "base/catalog.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "base/tbl.h"
#include "base/timefmt.h"
#include "base/tmpl.h"
#include "base/url.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "check.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

static unsigned long fail_at; /* 0: never */
static unsigned long allocations;

static bool
fails_now(void)
{
    return ++allocations == fail_at;
}

void *
__wrap_malloc(size_t n)
{
    return fails_now() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t count, size_t n)
{
    return fails_now() ? NULL : __real_calloc(count, n);
}

void *
__wrap_realloc(void *p, size_t n)
{
    return fails_now() ? NULL : __real_realloc(p, n);
}

static int
use_arena(void)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    bool failed;

    if (!arena)
        return E_NOMEM;
    for (int i = 0; i < 100; i++)
        arena_printf(arena, "%d %s", i, "some text to fill more blocks");
    arena_alloc(arena, 100000);
    failed = arena_failed(arena);
    arena_clear(arena);
    arena_free(arena);
    return failed ? E_NOMEM : 0;
}

static int
use_buf(void)
{
    struct buf buf;
    int err;

    buf_init(&buf, 100000);
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d", i);
    buf_add_cstr(&buf, "end");
    err = buf.err;
    buf_done(&buf);
    return err;
}

static int
use_yaml(void)
{
    struct toc_errors errors = {0};
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct ynode *root = NULL;
    int err = E_NOMEM;

    if (arena)
        err = yaml_parse(
            arena, "t", STR("a: [1, 2]\nb: {c: d}\n"), &errors, &root);
    if (err == E_CONF)
        assert_true(toc_errors_any(&errors));
    toc_errors_done(&errors);
    arena_free(arena);
    return err;
}

static int
use_catalog(void)
{
    struct catalog *catalog = NULL;
    int err = catalog_load("t", STR("a: b\nc: d\n"), NULL, &catalog);

    catalog_free(catalog);
    return err;
}

static const struct tmpl *
same_partial(void *arg, struct str name)
{
    (void)name;
    return arg;
}

static int
use_tmpl(void)
{
    struct tmpl *tmpl = NULL, *partial = NULL;
    struct buf out;
    int err;

    buf_init(&out, 10000);
    err = tmpl_parse("t", STR("{{#.}}\n {{>p}}\n{{/.}}{{^.}}{{/.}}text"),
        TMPL_HTML, NULL, &tmpl);
    if (!err)
        err = tmpl_parse("p", STR("line\n"), TMPL_HTML, NULL, &partial);
    if (!err) {
        json_t *data = json_string("x");

        err = tmpl_render(tmpl, data, same_partial, partial, &out);
        json_decref(data);
    }
    if (!err)
        assert_string_equal(buf_cstr(&out), " line\ntext");
    tmpl_free(tmpl);
    tmpl_free(partial);
    buf_done(&out);
    return err;
}

/* Shanghai has its fixed form to fall back on, but not for want of memory. */
static int
use_zone(void)
{
    struct zone *zone = NULL;
    int err = zone_load("Asia/Shanghai", &zone);

    zone_free(zone);
    return err;
}

static int
use_url(void)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct str result;
    int err = E_NOMEM;

    if (arena)
        err = url_canonical(arena, STR("http://h.example/a"), &result);
    arena_free(arena);
    return err;
}

static int
use_json(void)
{
    json_t *object = json_object();
    struct buf out;
    int err = jsonx_set(object, "a", jsonx_str(STR("\xFF")));

    buf_init(&out, 1000);
    if (!err)
        err = jsonx_dump(object, &out);
    buf_done(&out);
    json_decref(object);
    return err;
}

static int
use_file(void)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    const char **names;
    struct buf out;
    size_t n;
    int err = E_NOMEM;

    buf_init(&out, 1024 * 1024);
    if (arena)
        err = file_list(arena, TESTS_DIR "/base", ".c", &names, &n);
    if (!err)
        err = file_read(TESTS_DIR "/base/test_nomem.c", &out, NULL);
    buf_done(&out);
    arena_free(arena);
    return err;
}

static int
use_tbl(void)
{
    struct tbl *tbl = tbl_new(2);
    int err = 0;

    if (!tbl)
        return E_NOMEM;
    tbl_heading(tbl, 0, "heading", TBL_LEFT);
    for (int i = 0; i < 200 && !err; i++)
        err = tbl_printf(tbl, "%d", i);
    tbl_free(tbl);
    return err;
}

static int
use_digest(void)
{
    struct buf text, bytes;
    int err;

    buf_init(&text, 100);
    buf_init(&bytes, 100);
    err = digest_base64(&text, "abc", 3);
    if (!err)
        err = digest_unbase64(&bytes, buf_str(&text));
    buf_done(&text);
    buf_done(&bytes);
    return err;
}

static int
use_repair(void)
{
    struct buf out;
    long bad;

    buf_init(&out, 100);
    bad = utf8_repair(STR("a\xFF"), &out);
    buf_done(&out);
    return bad < 0 ? (int)bad : 0;
}

static int
use_errors(void)
{
    struct toc_errors errors = {0};
    bool dropped;

    for (unsigned i = 0; i < 20; i++)
        toc_errors_add(&errors, "f", i, 1, "text");
    assert_int_equal(errors.n + errors.dropped, 20);
    dropped = errors.dropped > 0;
    toc_errors_done(&errors);
    return dropped ? E_NOMEM : 0;
}

static void
every_allocation_fails_once(void **state)
{
    static int (*const scenarios[])(void) = {use_arena, use_buf, use_yaml,
        use_catalog, use_tmpl, use_zone, use_url, use_json, use_file, use_tbl,
        use_digest, use_repair, use_errors};

    (void)state;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        for (fail_at = 1;; fail_at++) {
            int err;

            allocations = 0;
            err = scenarios[i]();
            if (allocations < fail_at) {
                assert_int_equal(err, 0);
                break;
            }
            if (err != E_NOMEM && err != E_CONF)
                fail_msg("scenario %zu gave %d when allocation %lu failed", i,
                    err, fail_at);
        }
        assert_true(fail_at > 1);
    }
    fail_at = 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
    };

    if (digest_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

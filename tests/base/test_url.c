#include "base/err.h"
#include "base/url.h"
#include "check.h"

static struct arena *arena;

static int
make_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CAP_DEFAULT);
    return arena ? 0 : -1;
}

static int
free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void
parsing(void **state)
{
    struct url url;

    (void)state;
    assert_int_equal(
        url_parse(STR("https://u:p@h.example:8080/a/b?q=1?2#f#g"), &url), 0);
    assert_str(url.scheme, "https");
    assert_str(url.userinfo, "u:p");
    assert_str(url.host, "h.example");
    assert_str(url.port, "8080");
    assert_str(url.path, "/a/b");
    assert_str(url.query, "q=1?2");
    assert_str(url.fragment, "f#g");
    assert_int_equal(url_parse(STR("http://[2001:db8::1]:81?"), &url), 0);
    assert_str(url.host, "2001:db8::1");
    assert_str(url.port, "81");
    assert_str(url.path, "");
    assert_non_null(url.query.p);
    assert_null(url.fragment.p);
    assert_null(url.userinfo.p);
    assert_int_equal(url_parse(STR("http://云溪.example:/新闻"), &url), 0);
    assert_str(url.host, "云溪.example");
    assert_null(url.port.p);
}

static void
what_is_no_url(void **state)
{
    static const char *const wrong[] = {"", "http", "http:", "http:/h", "//h/",
        "http://", "http:///p", "http://:80/", "http://u@/", "1http://h/",
        "http://h:65536/", "http://h:8x/", "http://h:-1/", "http://h h/",
        "http://h/a b", "http://h/\n", "http://a\\@b/", "http://a@b@c/",
        "http://[::1/", "http://[::1]x/", "http://[]/", "http://[h]/",
        "http://a<b/", "http://a%2fb/", "mailto:a@b"};
    struct url url;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (url_parse(str_of(wrong[i]), &url) != E_PARSE)
            fail_msg("%s was understood", wrong[i]);
}

static void
length_is_bounded(void **state)
{
    static char text[URL_MAX + 2];
    struct str result;
    struct url url;

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "http://h/", 9);
    assert_int_equal(url_parse((struct str){text, URL_MAX}, &url), 0);
    assert_int_equal(url_parse((struct str){text, URL_MAX + 1}, &url), E_LIMIT);
    assert_int_equal(
        url_resolve(arena, STR_NONE, (struct str){text, URL_MAX + 1}, &result),
        E_LIMIT);
    assert_int_equal(url_resolve(arena, STR("http://host.example/"),
                         (struct str){text + 9, URL_MAX - 9}, &result),
        E_LIMIT);
}

static void
http_or_not(void **state)
{
    (void)state;
    assert_true(url_is_http(STR("HTTPS://h/")));
    assert_true(url_is_http(STR("http://h")));
    assert_false(url_is_http(STR("ftp://h/")));
    assert_false(url_is_http(STR("javascript:alert(1)")));
    assert_false(url_is_http(STR("/a")));
    assert_false(url_is_http(STR_NONE));
}

struct pair {
    const char *from, *to; /* to is NULL where there is no answer */
};

static void
assert_resolves(const char *base, const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str result = STR_NONE;
        int err =
            url_resolve(arena, str_of(base), str_of(pairs[i].from), &result);

        if (!pairs[i].to && err == E_PARSE)
            continue;
        if (err || !pairs[i].to || !str_eq(result, str_of(pairs[i].to)))
            fail_msg("\"%s\" gave %d \"%.*s\", not \"%s\"", pairs[i].from, err,
                STR_ARG(result), pairs[i].to ? pairs[i].to : "nothing");
    }
}
#define ASSERT_RESOLVES(base, pairs)                                           \
    assert_resolves((base), (pairs), sizeof(pairs) / sizeof((pairs)[0]))

/* RFC 3986 §5.4, but for what browsers do otherwise. */
static void
resolving_as_rfc_3986(void **state)
{
    static const struct pair pairs[] = {
        {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"}, {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"}, {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"}, {";x", "http://a/b/c/;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"}, {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"}, {"./", "http://a/b/c/"}, {"..", "http://a/b/"},
        {"../", "http://a/b/"}, {"../g", "http://a/b/g"},
        {"../..", "http://a/"}, {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"}, {"/./g", "http://a/g"},
        {"/../g", "http://a/g"}, {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"}, {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"}, {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"}, {"http:g", "http://a/b/c/g"},
        {"g:h", NULL}, /* a scheme that is not ours */
    };

    (void)state;
    ASSERT_RESOLVES("http://a/b/c/d;p?q", pairs);
}

static void
resolving_as_browsers_do(void **state)
{
    static const struct pair pairs[] = {
        {" \t/a\n/b\r ", "https://h.example/a/b"},
        {"\\a\\b?c\\d", "https://h.example/a/b?c\\d"},
        {"\\\\other.example\\x", "https://other.example/x"},
        {"///other.example/x", "https://other.example/x"},
        {"http:/other.example/x", "http://other.example/x"},
        {"https:page", "https://h.example/dir/page"},
        {"HTTP://Other.Example", "http://Other.Example"},
        {"a b\"<>`", "https://h.example/dir/a%20b%22%3C%3E%60"},
        {"%2e%2E/x", "https://h.example/x"},
        {"新闻/1.html", "https://h.example/dir/新闻/1.html"},
        {"?页=2", "https://h.example/dir/index.html?页=2"},
        {"http://h.example", "http://h.example"},
        {"http://h.example?q", "http://h.example?q"},
        {"http://a\\@b/", "http://a/@b/"},
        {"javascript:alert(1)", NULL},
        {"JaVa\nScript:alert(1)", NULL},
        {"data:text/html,x", NULL},
        {"mailto:a@b.example", NULL},
        {"ftp://h.example/", NULL},
        {"http://", NULL},
        {"//", NULL},
        {"http://h:99999/", NULL},
    };

    (void)state;
    ASSERT_RESOLVES("https://h.example/dir/index.html#top", pairs);
}

static void
odd_bases(void **state)
{
    static const struct pair absolute[] = {
        {"http://h.example/x", "http://h.example/x"}, {"x", NULL}, {"", NULL}};
    static const struct pair bare[] = {{"x", "http://h.example/x"},
        {"?q", "http://h.example?q"}, {"", "http://h.example"}};
    static const struct pair user[] = {{"/x", "http://u:p@h.example:8080/x"}};

    (void)state;
    ASSERT_RESOLVES("", absolute);
    ASSERT_RESOLVES("not a url", absolute);
    ASSERT_RESOLVES("ftp://h.example/", absolute);
    ASSERT_RESOLVES(" HTTP://h.example ", bare);
    ASSERT_RESOLVES("http://u:p@h.example:8080/a/b", user);
}

static void
canonical(void **state)
{
    static const struct pair pairs[] = {
        {"HTTP://H.Example:80", "http://h.example/"},
        {"https://h.example:443/#f", "https://h.example/"},
        {"https://h.example:80/", "https://h.example:80/"},
        {"http://h.example:0080/", "http://h.example/"},
        {"http://h.example/%7Ea/%e4%ba%91/%2f",
            "http://h.example/~a/%E4%BA%91/%2F"},
        {"http://h.example/云 溪", "http://h.example/%E4%BA%91%20%E6%BA%AA"},
        {"http://h.example/a/../b/./c", "http://h.example/b/c"},
        {"http://h.example/a/%2e%2e/b", "http://h.example/b"},
        {"http://h.example/?a=1&utm_source=x&b=2&UTM_medium=y",
            "http://h.example/?a=1&b=2"},
        {"http://h.example/?utm_source=x", "http://h.example/"},
        {"http://h.example/?", "http://h.example/"},
        {"http://h.example/?futm_a=1", "http://h.example/?futm_a=1"},
        {"http://h.example/?a=%e4&c=%zz", "http://h.example/?a=%E4&c=%25zz"},
        {"http://[2001:DB8::A]:8080/", "http://[2001:db8::a]:8080/"},
        {"http://@h.example/", "http://h.example/"},
        {" http://h.example/a\n", "http://h.example/a"},
        {"ftp://h.example/", NULL},
        {"/a", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct str once = STR_NONE, twice = STR_NONE;
        int err = url_canonical(arena, str_of(pairs[i].from), &once);

        if (!pairs[i].to) {
            assert_int_equal(err, E_PARSE);
            continue;
        }
        assert_int_equal(err, 0);
        assert_str(once, pairs[i].to);
        assert_int_equal(url_canonical(arena, once, &twice), 0);
        assert_str(twice, pairs[i].to);
    }
}

/* Whatever the bytes, an answer is an address and its canonical form stays. */
static void
random_references_do_no_harm(void **state)
{
    static const char alphabet[] =
        "http:s//@?#[]%2e..\\ab0:&=;\x01\x7F \t\n\xE4\xBA\x91<";
    uint32_t seed = 12345;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[40];
        struct str result, once, twice;
        size_t n = 0;

        for (; n < sizeof(text); n++) {
            seed = seed * 1664525 + 1013904223;
            if ((seed >> 24) < 6)
                break;
            text[n] = alphabet[(seed >> 8) % (sizeof(alphabet) - 1)];
        }
        if (url_resolve(arena, STR("https://h.example/a/b?c"),
                (struct str){text, n}, &result))
            continue;
        assert_true(url_is_http(result));
        if (url_canonical(arena, result, &once))
            continue;
        assert_true(url_is_http(once));
        assert_int_equal(url_canonical(arena, once, &twice), 0);
        if (!str_eq(once, twice))
            fail_msg("%.*s became %.*s", STR_ARG(once), STR_ARG(twice));
        arena_clear(arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing),
        cmocka_unit_test(what_is_no_url),
        cmocka_unit_test(length_is_bounded),
        cmocka_unit_test(http_or_not),
        cmocka_unit_test(resolving_as_rfc_3986),
        cmocka_unit_test(resolving_as_browsers_do),
        cmocka_unit_test(odd_bases),
        cmocka_unit_test(canonical),
        cmocka_unit_test(random_references_do_no_harm),
    };

    return cmocka_run_group_tests(tests, make_arena, free_arena);
}

/* the Link header */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/http_link.h"

static void
check(const char *value, const char *rel, const char *want)
{
    struct str got = http_link_in(str_of(value), str_of(rel));

    if (!str_eq(got, str_of(want)))
        fail_msg("%s [%s]: \"%.*s\"", value, rel, (int)got.n, got.p);
}

static void
test_links(void **state)
{
    (void)state;
    check("<http://h/>; rel=\"hub\"", "hub", "http://h/");
    check("<http://h/>; rel=hub", "hub", "http://h/");
    check("<http://h/>;REL=\"self hub\"", "HUB", "http://h/");
    check("<http://s/>; rel=self, <http://h/>; rel=\"hub\"", "hub",
        "http://h/");
    check("<http://s/a,b;c>; title=\"x, <y>; rel=hub\"; rel=self, "
          "<http://h/>;rel=hub",
        "hub", "http://h/");
    check("< /hub >; rel=hub", "hub", "/hub");
}

static void
test_none(void **state)
{
    (void)state;
    check("", "hub", "");
    check("http://h/; rel=hub", "hub", "");
    check("<http://h/", "hub", "");
    check("<http://h/>", "hub", "");
    check("<http://h/>; rel=hubs", "hub", "");
    check("<http://h/>; rel=next; rel=hub", "hub", "");
    check("<http://h/>; rel=hub; anchor=\"http://other/\"", "hub", "");
    check("<http://h/>; rel=\"hub", "hub", "http://h/");
    check("<http://h/>;;;=;rel", "hub", "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

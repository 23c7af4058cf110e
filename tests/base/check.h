/*
 * check: what the tests of base/ share: cmocka's includes in its order, and
 * comparing views with C strings.
 */
#ifndef TESTS_BASE_CHECK_H
#define TESTS_BASE_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "base/str.h"

/* Fail unless s is exactly the C string wanted. */
#define assert_str(s, wanted) check_str((s), (wanted), __FILE__, __LINE__)

__attribute__((unused)) static inline void
check_str(struct str s, const char *wanted, const char *file, int line)
{
    if (s.n == strlen(wanted) && (s.n == 0 || memcmp(s.p, wanted, s.n) == 0))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", STR_ARG(s), wanted);
    _fail(file, line);
}

#endif

/* What every test of this folder needs: cmocka, and a set from text. */
#ifndef TESTS_RULES_CHECK_H
#define TESTS_RULES_CHECK_H

/* cmocka needs the first four before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
/* clang-format on */

#include "base/err.h"
#include "rules/rules.h"

/* Compile one file of rules; fails the test with its errors when wrong. */
static inline struct ruleset *
check_compile(const char *yaml)
{
    struct rule_file file = {.name = "test.yaml", .text = str_of(yaml)};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL;
    int err = ruleset_compile(&file, 1, NULL, &errors, &set);

    if (err != 0)
        toc_errors_print(&errors, stderr);
    assert_int_equal(err, 0);
    toc_errors_done(&errors);
    return set;
}

#endif

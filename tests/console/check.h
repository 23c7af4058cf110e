/* check: cmocka with what it needs before it, in the order it needs. */
#ifndef TOCSIN_TESTS_CONSOLE_CHECK_H
#define TOCSIN_TESTS_CONSOLE_CHECK_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif

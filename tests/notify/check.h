/*
 * check: cmocka with the headers that it wants before it.
 */
#ifndef TOCSIN_TESTS_NOTIFY_CHECK_H
#define TOCSIN_TESTS_NOTIFY_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#endif

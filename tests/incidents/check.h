/*
 * check: cmocka's includes in its order.
 */
#ifndef TESTS_INCIDENTS_CHECK_H
#define TESTS_INCIDENTS_CHECK_H

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

#endif

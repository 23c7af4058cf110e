/*
 * err: what can go wrong, as one enum whose class drives behaviour.
 *
 * A function returns 0 or a negative enum toc_err.  Output goes through
 * ret_… parameters, written on success only.  Where a person must act
 * (configuration, rules) the function also fills a struct toc_error, or adds
 * to a struct toc_errors when it can go on and find more.
 */
#ifndef TOCSIN_BASE_ERR_H
#define TOCSIN_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* What follows from an error: TRANSIENT: try again later; PERMANENT: a person
 * must change something; LIMIT: the input was too large or too deep, count it
 * and drop it; BUG: log and refuse. */
enum toc_err_class { ERR_TRANSIENT, ERR_PERMANENT, ERR_LIMIT, ERR_BUG };

/* clang-format off */
/*  name          value class      sentence part                              */
#define TOC_ERRS(X)                                                           \
    X(E_NOMEM,     -1, TRANSIENT, "out of memory")                            \
    X(E_IO,        -2, TRANSIENT, "input or output failed")                   \
    X(E_TIMEOUT,   -3, TRANSIENT, "took too long")                            \
    X(E_BUSY,      -4, TRANSIENT, "busy")                                     \
    X(E_CLOSED,    -5, TRANSIENT, "the other side closed")                    \
    X(E_NOTFOUND,  -6, PERMANENT, "not found")                                \
    X(E_EXISTS,    -7, PERMANENT, "exists already")                           \
    X(E_DENIED,    -8, PERMANENT, "not allowed")                              \
    X(E_PARSE,     -9, PERMANENT, "not understood")                           \
    X(E_CONF,     -10, PERMANENT, "the configuration is wrong")               \
    X(E_ENCODING, -11, PERMANENT, "not valid in its encoding")                \
    X(E_LIMIT,    -12, LIMIT,     "over a limit")                             \
    X(E_STATE,    -13, BUG,       "means nothing in this state")              \
    X(E_PROTO,    -14, BUG,       "breaks the protocol between roles")        \
    X(E_CORRUPT,  -15, PERMANENT, "the stored data is damaged")               \
    X(E_BUG,      -16, BUG,       "internal error")
/* clang-format on */

enum toc_err {
#define X(name, value, class, text) name = value,
    TOC_ERRS(X)
#undef X
};

/* Return the class of err; ERR_BUG for a value that is not in the table. */
enum toc_err_class err_class(int err);

/* Return the sentence part of err: static, never NULL. */
const char *err_text(int err);

/* One thing a person must mend.  line and column start at 1; 0 is unknown. */
struct toc_error {
    char file[256];
    unsigned line, column;
    char text[512]; /* what is wrong, and what would be right */
};

/* Fill error (NULL is allowed) with a printf-like sentence. */
void toc_error_set(struct toc_error *error, const char *file, unsigned line,
    unsigned column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Write error as "file:line:column: sentence" to stream (a FILE *), leaving out
 * what is unknown. */
void toc_error_print(const struct toc_error *error, void *stream);

/* All errors of one reading, so that a person mends them in one go. */
enum { TOC_ERRORS_MAX = 200 };
struct toc_errors {
    struct toc_error *list; /* owned; toc_errors_done frees it */
    size_t n;               /* kept */
    size_t dropped;         /* beyond TOC_ERRORS_MAX or out of memory */
};

/* Add one error; errors may be NULL.  Never fails: what cannot be kept is
 * counted in dropped. */
void toc_errors_add(struct toc_errors *errors, const char *file, unsigned line,
    unsigned column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Whether anything is wrong. */
bool toc_errors_any(const struct toc_errors *errors);

/* Write each as "file:line:column: sentence" to stream (a FILE *). */
void toc_errors_print(const struct toc_errors *errors, void *stream);

/* Free what errors holds and make it empty. */
void toc_errors_done(struct toc_errors *errors);

#endif

/*
 * fuzz: what every target needs.
 *
 * A target is a function fuzz_NAME over one input, in a file of that name; it
 * says with HOLD what is true for every input.  libfuzzer.c makes a fuzzer of
 * it, replay.c feeds the seeds and the regressions to all of them in every
 * build.  A target keeps nothing between inputs but what it prepared once.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

/* clang-format off */
#define FUZZ_TARGETS(X)                                                       \
    X(article) X(date) X(discover) X(feed) X(features) X(fold) X(frame)       \
    X(gate) X(http_value) X(image) X(json) X(list) X(mail) X(mask) X(match)   \
    X(opml) X(redact) X(request) X(robots) X(rules) X(seen) X(site) X(tmpl)   \
    X(url) X(verdict) X(yaml)
/* clang-format on */
#define X(name) void fuzz_##name(struct str input);
FUZZ_TARGETS(X)
#undef X

/* The condition is true whatever the input is; otherwise the process ends. */
#define HOLD(condition)                                                        \
    do {                                                                       \
        if (!(condition))                                                      \
            fuzz_fail(#condition, __FILE__, __LINE__);                         \
    } while (0)
_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/* The moment that every input is read at: 2026-06-07 04:00 UTC. */
#define FUZZ_NOW ((struct wall){INT64_C(1780804800000)})

/* Take the first byte off input, for choices; 0 when there is none.  Seeds
 * begin with a digit, whose low bits are its value. */
unsigned fuzz_choice(struct str *input);
/* Take the text before the next newline off input. */
struct str fuzz_line(struct str *input);
/* An arena; ends the process when there is no memory. */
struct arena *fuzz_arena(void);
/* A text that goes to people: valid UTF-8 without NUL, at most max bytes. */
void fuzz_text(struct str s, size_t max);
/* A text with bad sequences replaced, in arena. */
struct str fuzz_repaired(struct arena *arena, struct str s);
/* An address that goes out: absent, or http or https, and a text. */
void fuzz_url_out(struct str s);

#endif

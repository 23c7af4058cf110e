/* document: how the targets that read documents ask, and what holds of the
 * answers. */
#ifndef TESTS_FUZZ_DOCUMENT_H
#define TESTS_FUZZ_DOCUMENT_H

#include "feeds/feeds.h"
#include "fuzz.h"

/* Prepare feeds once, take the choices off input and make of the rest what a
 * document of that kind comes with. */
struct feed_input document_input(struct str *input, bool page);
/* What holds of an answer: an error has its sentence. */
void document_check_error(int err, const struct toc_error *error);
void document_check(
    const struct document *document, const struct feed_input *input);
/* A moment that a document names: not before 1970, not of the future. */
void document_check_time(struct wall t);

#endif

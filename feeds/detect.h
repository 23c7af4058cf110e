/*
 * detect: which encoding bytes without a usable label are probably in.
 *
 * A guess by how the pairs of high bytes are spread, over a sample; used only
 * when nothing better is known (decode.h).
 */
#ifndef TOCSIN_FEEDS_DETECT_H
#define TOCSIN_FEEDS_DETECT_H

#include "base/str.h"

enum { DETECT_SAMPLE_BYTES = 64 * 1024 };

struct detect_utf8 {
    size_t good; /* sequences of two bytes and more */
    size_t wide; /* of these, sequences of three bytes and more */
    size_t bad;  /* bytes that belong to none */
};

/* Whether all of bytes is UTF-8 (RFC 3629). */
bool detect_is_utf8(struct str bytes);
/* How much of bytes is UTF-8. */
struct detect_utf8 detect_utf8(struct str bytes);
/* Whether valid UTF-8 is rather GB2312 whose pairs all look like sequences of
 * two bytes, as those of 联通 do: words that mix scripts. */
bool detect_is_disguised_gb(struct str bytes);
/* Whether all high bytes stand in pairs of 0xA1 and above, as in GB2312 and
 * the EUC encodings; damaged UTF-8 has others soon. */
bool detect_is_paired(struct str bytes);
/* The label of the likeliest encoding other than UTF-8; static. */
struct str detect_guess(struct str bytes);

#endif

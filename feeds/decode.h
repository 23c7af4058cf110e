/*
 * decode: bytes of any encoding to UTF-8, as browsers understand labels.
 *
 * The order of CONTRACTS §2: byte order mark, charset of Content-Type, XML
 * declaration or <meta>, UTF-8 when it is valid, the detector.  A wrong label
 * that leaves more replacement characters than another candidate loses, with a
 * note.  One bad byte is one U+FFFD and never changes the encoding of the
 * rest.  Decoding never fails a document but for its size.
 *
 * The converters are opened once by decode_init, before lockdown, and kept:
 * one thread only.
 */
#ifndef TOCSIN_FEEDS_DECODE_H
#define TOCSIN_FEEDS_DECODE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    DECODE_MAX_BYTES = 24 * 1024 * 1024, /* of UTF-8, and inflated */
    DECODE_SNIFF_BYTES = 4096            /* where a declaration may stand */
};

enum decode_kind { DECODE_XML, DECODE_HTML, DECODE_JSON };

struct decoded {
    struct str text;     /* valid UTF-8 without byte order mark; the input
                            itself when that was so already */
    struct str encoding; /* WHATWG's name, lower case; static */
    size_t replaced;     /* U+FFFD that stand for bad bytes */
    struct str note;     /* what was wrong with the label, or absent */
};

/* Open every converter that a document may ask for.  E_NOTFOUND when the
 * system's are not installed. */
int decode_init(void);
/* The WHATWG encoding that a label means ("gb2312" is "gb18030"), static, or
 * absent when the label is unknown or not allowed. */
struct str decode_label(struct str label);
/* Decode.  The result lives in arena or is bytes itself.  E_LIMIT, E_NOMEM. */
int decode_bytes(struct arena *arena, struct str bytes, struct str content_type,
    enum decode_kind kind, struct decoded *ret);

#endif

/*
 * reading: foreign bytes read in a child process that can do nothing else.
 *
 * What the daemon leaves to its parse role the command line leaves to a child
 * of its own: no file, no socket, a bound on memory and processor time.  What
 * it read comes back as JSON, and a child that dies is a sentence.
 */
#ifndef TOCSIN_CLI_READING_H
#define TOCSIN_CLI_READING_H

#include "base/jsonx.h"
#include "feeds/feeds.h"

enum {
    READING_MAX_ANSWER = 128 * 1024 * 1024, /* bytes of JSON */
    READING_WALL_S = 60
};

enum reading_kind {
    READING_FEED, /* {"document"} */
    READING_LIST, /* {"document"} */
    /* A feed when it is one: {"document"}; else {"document", "discovery"}: the
     * page as a list and what it offers. */
    READING_ANY,
    READING_OPML /* {"opml"} */
};

struct reading_limits {
    int64_t cpu_ms;
    int64_t memory_bytes;
};

/* Open what the child will need and cannot open itself.  0 or an error. */
int reading_init(void);
/* Read input.  0 with *ret (a new reference), or E_PARSE, E_LIMIT, E_NOMEM,
 * E_IO with *reterr saying why. */
int reading_run(enum reading_kind kind, const struct feed_input *input,
    const struct reading_limits *limits, struct toc_error *reterr,
    json_t **ret);

#endif

/*
 * build: a document under construction, the same for every format.
 *
 * A reader of a format begins items, offers values for their fields with a
 * rank, and at the end build_finish chooses, resolves addresses, reads dates,
 * makes identities, and puts the document into the arena.
 */
#ifndef TOCSIN_FEEDS_BUILD_H
#define TOCSIN_FEEDS_BUILD_H

#include "base/arena.h"
#include "base/buf.h"
#include "feeds/feeds.h"
#include "feeds/plain.h"
#include "feeds/vocab.h"

enum {
    BUILD_MAX_CATEGORIES = 64, /* of one item; the rest is dropped */
    BUILD_MAX_ENCLOSURES = 64,
    BUILD_MAX_SHORT_BYTES = 4096,          /* of ids, dates, categories */
    BUILD_MAX_ALL_BYTES = 20 * 1024 * 1024 /* of all that is kept */
};

/* What is known of an item, or of the feed itself, so far. */
struct draft {
    struct str value[FIELD_COUNT];
    uint8_t rank[FIELD_COUNT];
    struct str *categories;
    size_t ncategories;
    struct enclosure *enclosures;
    size_t nenclosures;
};

struct build {
    struct arena *arena;
    const struct feed_input *input;
    struct document document;
    struct draft feed;
    struct draft *items; /* owned */
    size_t nitems, cap;
    struct draft *item; /* the one under way, or NULL */
    struct buf scratch; /* for texts in the making */
    struct str language;
    struct str self; /* the address that the feed says is its own */
    size_t kept;     /* bytes of all values */
    bool full;       /* a limit was reached: no more items */
    int err;
};

void build_init(
    struct build *build, struct arena *arena, const struct feed_input *input);
void build_done(struct build *build);
/* Begin an item; false when there may be no more. */
bool build_begin(struct build *build);
void build_end(struct build *build);
/* Forget the item under way. */
void build_drop(struct build *build);
/* The item under way, else the feed itself. */
struct draft *build_target(struct build *build);
/* Offer a value (copied): taken when it is not empty and rank is above that of
 * what is there. */
void build_offer(struct build *build, struct draft *draft, enum field field,
    uint8_t rank, struct str value);
/* The same for text with markup. */
void build_offer_text(struct build *build, struct draft *draft,
    enum field field, uint8_t rank, struct str value, enum plain_mode mode);
void build_category(struct build *build, struct draft *draft, struct str value);
void build_enclosure(
    struct build *build, struct draft *draft, struct str url, struct str type);
/* Add a sentence about trouble to the notes, once, and set its bit. */
void build_note(struct build *build, enum document_trouble trouble,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
int build_finish(struct build *build, const struct document **ret);

#endif

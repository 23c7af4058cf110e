/*
 * conditions: what is wrong, since when, and who was told; what the last polls
 * of a source brought.
 *
 * A condition is a row from the sign that opened it until the one that closes
 * it, and for a while after.  Whether it was told is kept with it, so that a
 * restart neither forgets nor repeats.  The header's functions keep the rules
 * of store.h.
 */
#ifndef TOCSIN_STORE_CONDITIONS_H
#define TOCSIN_STORE_CONDITIONS_H

#include "feeds/condition.h"
#include "store/store.h"

enum {
    STORE_PAST_CONDITIONS = 50, /* closed ones kept of one subject */
    STORE_POLLS_KEPT = 20,      /* entries of one source's log */
    STORE_POLL_NOTES_BYTES = 2000
};

/* --- conditions --- */

/* As store_condition_open, with the text in both languages. */
int store_condition_put(struct store *store, struct str subject,
    struct str kind, const struct condition_text *text, struct wall now,
    bool *ret_edge);

/* What is open of a subject, and what is suspected, indexed by kind.  Kinds
 * that are none of CONDITION_KINDS are left out. */
int store_condition_courses(struct store *store, struct str subject,
    struct condition_course ret[CONDITION_COUNT]);
/* Remember how many signs in a row spoke against the present state. */
int store_condition_suspect(
    struct store *store, struct str subject, struct str kind, unsigned against);

/* Close all open ones of a kind, whatever their subjects. */
int store_condition_close_kind(
    struct store *store, struct str kind, struct wall now);

/* A condition whose opening (or end) is to be told. */
struct condition_news {
    int64_t id;
    struct str subject, kind;
    struct str title, owner; /* of the source, else absent */
    struct condition_text text;
    bool open;
    struct wall opened, closed; /* closed: WALL_NONE while open */
};
/* Those that stand so since before and were not told of it, oldest first;
 * kinds has 1 << kind of those that anybody wants to know.  The end of one is
 * news only when its opening was told. */
int store_condition_untold(struct store *store, uint32_t kinds,
    struct wall before, size_t max, struct arena *arena,
    struct condition_news **ret, size_t *ret_n);
int store_condition_told(
    struct store *store, const struct condition_news *news, struct wall now);

/* --- the last polls of a source --- */

struct poll_entry {
    struct wall at, since; /* since: of the first of `times` like it */
    uint32_t times;
    struct str outcome; /* "items", "unchanged", "failed", … */
    struct str cause;   /* "dns", "status", …, absent when it went well */
    int status;         /* HTTP, 0 when no answer came */
    int64_t elapsed_ms;
    uint64_t bytes; /* as they came over the wire */
    uint32_t in_window, news;
    struct str reason;
    struct str notes; /* one a line */
};
/* Append to the log of a source, which forgets its oldest; one that brought
 * nothing, as the one before it, only counts there.  since and times are set
 * here. */
int store_poll_log(
    struct store *store, struct str source, const struct poll_entry *entry);

#endif

/*
 * body: the JSON of a message (CONTRACTS §4), made once.
 *
 * The engine stores these bytes in the outbox, and every attempt sends them as
 * they are.  Whatever came from outside is masked (phone and identity numbers)
 * and bounded here; a message longer than BODY_MAX_BYTES is made again with
 * fewer explanations, sources or incidents.  Functions return 0, E_NOMEM, or
 * E_LIMIT when out is full.
 */
#ifndef TOCSIN_NOTIFY_BODY_H
#define TOCSIN_NOTIFY_BODY_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "incidents/incident.h"

enum {
    BODY_MAX_BYTES = 20000,
    BODY_TITLE_BYTES = 512,
    BODY_TEXT_BYTES = 300, /* of other texts */
    BODY_MAX_SOURCES = 20, /* named; the number is in "items" */
    BODY_MAX_EXPLANATIONS = 30,
    BODY_MAX_DIGEST = 60, /* incidents named in one digest */
    BODY_MAX_ITEMS = 30   /* new items named of one incident in one message */
};

/* An item that no message has named yet. */
struct body_item {
    struct str title, url, source; /* source: its name or id */
};

/* A link by which somebody may act without a log-in. */
struct body_act {
    const char *act;       /* "acknowledge", "snooze", "false_alarm": static */
    struct str label, url; /* label in the channel's language */
};

/* An incident as a message shows it. */
struct body_incident {
    const struct incident *incident;
    struct str url;            /* of its page on the console, or absent */
    const struct str *sources; /* names or ids */
    size_t nsources;
    const struct body_item *items; /* those that are new to the receiver */
    size_t nitems;
    const struct body_act *acts; /* of the channel that is told, or none */
    size_t nacts;
    bool discreet; /* nothing is quoted, no title and no address made of words:
                      they may name a child.  A title is made of the rule that
                      held, the owner and the level instead */
};

/* Append the message about one incident: any incident.… event.  *ret_items is
 * how many of view's new items it names ("new_items"). */
int body_incident(struct buf *out, enum incident_event event,
    const struct body_incident *view, struct str reason, struct wall now,
    size_t *ret_items);
/* Append a digest: each incident once, at most BODY_MAX_DIGEST of them in full,
 * with their new items, and the others counted in "more".  *ret_shown is how
 * many are in it, *ret_items how many new items of each it names at most. */
int body_digest(struct buf *out, const struct body_incident *views,
    size_t nviews, struct str reason, struct wall now, size_t *ret_shown,
    size_t *ret_items);
/* Append the message about something wrong with a source or channel
 * (INCIDENT_EVENT_SOURCE, INCIDENT_EVENT_CHANNEL): who it is about, the kind of
 * condition, whether it holds or has ended, and the sentence. */
struct body_condition {
    struct str subject; /* id of the source or channel, or "daemon" */
    struct str title;   /* its name, or absent */
    struct str owner;   /* of the source, or absent */
    struct str kind;    /* "down", "gone", "quarantined", … */
    struct str name;    /* of the kind, in the channel's language */
    struct str text;    /* what is wrong */
    struct str advice;  /* what to do about it, or absent */
    struct str url;     /* of its page on the console, or absent */
    bool open;
    struct wall since, until; /* until: WALL_NONE while it is open */
};
int body_condition(struct buf *out, enum incident_event event,
    const struct body_condition *condition, struct wall now);
/* Append one digest of n of them, the others than BODY_MAX_DIGEST of them
 * counted in "more". */
int body_conditions(struct buf *out, const struct body_condition *conditions,
    size_t n, struct wall now);
/* Append any other message; data is taken. */
int body_say(struct buf *out, enum incident_event event, struct wall now,
    json_t *data_taken);
/* Append the message of "send a test". */
int body_test(struct buf *out, struct str channel, struct wall now);

/* A message id for a delivery: "msg_" and 24 characters of 16 random bytes,
 * NUL-terminated. */
enum { BODY_ID_SIZE = 32 };
char *body_message_id(const uint8_t random[16], char out[BODY_ID_SIZE]);

#endif

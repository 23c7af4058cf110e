/*
 * silences: silences, messages that wait, and links that were used, as the
 * engine writes them (store/view_silences.h).
 */
#ifndef TOCSIN_STORE_SILENCES_H
#define TOCSIN_STORE_SILENCES_H

#include "incidents/silence.h"
#include "store/store.h"

/* E_LIMIT when SILENCE_MAX_OPEN are in force. */
int store_silence_add(
    struct store *store, const struct silence *silence, int64_t *ret_id);
/* Those in force, without what they held back. */
int store_silences(struct store *store, struct arena *arena,
    struct silence **ret, size_t *ret_n);
int store_silence_load(
    struct store *store, int64_t id, struct arena *arena, struct silence *ret);
/* E_STATE when it has ended already. */
int store_silence_end(struct store *store, int64_t id, struct str by,
    struct str why, struct wall now);
/* It held back a message about incident for channel. */
int store_silence_matched(struct store *store, int64_t id, int64_t incident,
    struct str channel, struct wall now);

/* A message that waits. */
struct held {
    int64_t id, incident;
    struct str channel;
    struct str event;  /* "incident.opened", … */
    struct str word;   /* why: "quiet-hours", "silenced", "inhibited" */
    int64_t silence;   /* that holds it, or 0 */
    struct wall since; /* when the first of them was held */
    struct wall until; /* as far as that is known, or WALL_NONE */
    struct wall next;  /* when it is looked at again */
};
/* One waits per incident and channel: a further one changes why and until, and
 * counts; the event stays the first.  *ret_first is whether it is the first. */
int store_held_put(
    struct store *store, const struct held *held, bool *ret_first);
/* It is looked at again at next; why and until may have changed. */
int store_held_wait(struct store *store, const struct held *held);
/* It waits no longer.  Nothing that waits is no error. */
int store_held_settle(struct store *store, int64_t incident, struct str channel,
    struct str outcome, struct wall now);
/* Those to be looked at at now, by channel, then as they came; at most max. */
int store_held_due(struct store *store, struct wall now, size_t max,
    struct arena *arena, struct held **ret, size_t *ret_n);
/* Forget what was settled before. */
int store_held_forget(struct store *store, struct wall before);
/* Look at all that wait (for silence, when it is not 0) at once. */
int store_held_hurry(struct store *store, int64_t silence, struct wall now);

/* Open incidents from min_level up, newest first, at most max: id, level,
 * state, category and owner only. */
int store_open_incidents(struct store *store, enum level min_level, size_t max,
    struct arena *arena, struct incident **ret, size_t *ret_n);

/* Rules that gave the items of an incident points, at most max. */
int store_incident_rules(struct store *store, int64_t incident, size_t max,
    struct arena *arena, struct str **ret, size_t *ret_n);

/* The key that links to act are signed with, made of random when there is
 * none yet. */
enum { STORE_ACT_KEY_SIZE = 32, STORE_ACT_NONCE_SIZE = 8 };
int store_act_key(struct store *store, const uint8_t random[STORE_ACT_KEY_SIZE],
    uint8_t ret[STORE_ACT_KEY_SIZE]);
/* A link of the message with this nonce was used for act: E_EXISTS when it was
 * before.  Those that expired before now are forgotten. */
int store_act_use(struct store *store,
    const uint8_t nonce[STORE_ACT_NONCE_SIZE], int act, int64_t incident,
    struct wall now, struct wall expires);
/* 0 when it was used, with when; else E_NOTFOUND. */
int store_act_used(struct store *store,
    const uint8_t nonce[STORE_ACT_NONCE_SIZE], int act, struct wall *ret);

#endif

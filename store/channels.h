/*
 * channels: what is known of each channel besides its configuration.
 */
#ifndef TOCSIN_STORE_CHANNELS_H
#define TOCSIN_STORE_CHANNELS_H

#include "store/channel_state.h"
#include "store/store.h"

/* All that was ever saved, by id. */
int store_channel_states(struct store *store, struct arena *arena,
    struct channel_state **ret, size_t *ret_n);
int store_channel_save(struct store *store, const struct channel_state *state);

/* Attempts at a channel with a limit, each written before it is made, so that a
 * kill does not forget one. */
struct sent {
    int64_t id;
    struct str channel;
    struct wall ended; /* WALL_NONE: not known to have */
};
/* Write one; those that ended more than an hour ago are forgotten now and then.
 */
int store_sent_add(struct store *store, struct str channel, int64_t delivery,
    struct wall now, int64_t *ret_id);
int store_sent_end(struct store *store, int64_t id, struct wall now);
/* Those that ended since, or did not, in order of time. */
int store_sents(struct store *store, struct wall since, struct arena *arena,
    struct sent **ret, size_t *ret_n);
/* As after a start: whatever was under way has ended now at the latest, and may
 * have arrived; what ended before before is forgotten; what waits and was made
 * after now, by a clock that was set back, is due. */
int store_sent_settle(struct store *store, struct wall before, struct wall now);

/* When a thing that is watched was last well: "heartbeat". */
int store_pulse_save(struct store *store, struct str name, struct wall at,
    bool ok, struct str text);

/* Open incidents that nobody took, and that no channel heard of since before;
 * at most max. */
int store_incident_unheard(struct store *store, struct wall before,
    enum level min_level, size_t max, struct arena *arena, int64_t **ret,
    size_t *ret_n);

#endif

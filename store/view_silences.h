/*
 * view_silences: silences, and messages that wait: for a silence's end, for
 * the end of quiet hours, or for a greater incident to be over.
 */
#ifndef TOCSIN_STORE_VIEW_SILENCES_H
#define TOCSIN_STORE_VIEW_SILENCES_H

#include "incidents/silence.h"
#include "store/view.h"

/* Those in force first, then those that ended last; at most max. */
int view_silences(struct view *view, size_t max, struct arena *arena,
    struct silence **ret, size_t *ret_n);
/* E_NOTFOUND when there never was one. */
int view_silence(
    struct view *view, int64_t id, struct arena *arena, struct silence *ret);

/* What a silence held back from one channel of one incident. */
struct silenced_row {
    int64_t incident;
    struct str title, channel;
    enum level level;
    enum incident_state state;
    uint32_t messages;
    struct wall first, last;
};
/* The newest first, at most max. */
int view_silenced(struct view *view, int64_t silence, size_t max,
    struct arena *arena, struct silenced_row **ret, size_t *ret_n);

/* A message about an incident that waits, or waited, for a channel. */
struct held_row {
    int64_t id, incident;
    struct str title, channel;
    enum level level;
    enum incident_state state;
    struct str word;   /* why it waits: "quiet-hours", "silenced", … */
    int64_t silence;   /* that holds it, or 0 */
    uint32_t messages; /* that would have gone out */
    struct wall since;
    struct wall until;   /* or WALL_NONE: not known */
    struct wall settled; /* WALL_NONE while it waits */
    struct str outcome;  /* "told", "told-in-digest", "over", "taken" */
};
/* Those that wait, by when they are told; at most max. */
int view_held(struct view *view, size_t max, struct arena *arena,
    struct held_row **ret, size_t *ret_n);
int view_held_count(struct view *view, uint64_t *ret);

#endif

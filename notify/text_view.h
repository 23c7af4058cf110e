/*
 * text_view: a message as its templates see it.
 *
 * Keys of the view; what a message does not have is absent, so that a section
 * of it is skipped.  Words are in the style's language, times in its zone, and
 * texts from outside are made harmless for the markup.
 *
 *   type                 "incident.opened"; is_incident, is_digest,
 *                        is_condition, is_test, is_other: true for one of them
 *   event                its word: "新事件"
 *   b, e                 begin and end of bold
 *   level, level_name, rank   "橙色", "orange", "二级 重大"
 *   title, owner, category, state, score, items, sources, first_seen
 *   nsources             how many sources are named in sources
 *   new_items            list of title, source, url, link (title, linked)
 *   has_rules, rules     list of title, points, comma (all but the last)
 *   count                of a digest: how many it is about
 *   incidents            of a digest: each as above, with n, its link and what
 *                        happened to it, unless it opened
 *   conditions           of a digest: each with name, subject, text, since
 *   name, subject, text, advice, since, until, open, ended   of a condition
 *   channel              of a test
 *   more, more_items, more_rules   how many are left out
 *   reason               why it was sent
 *   bureau, console, url
 *   link (to url), has_actions, actions (name, link): where there are no
 * buttons
 */
#ifndef TOCSIN_NOTIFY_TEXT_VIEW_H
#define TOCSIN_NOTIFY_TEXT_VIEW_H

#include <jansson.h>

#include "notify/text.h"

/* How much of a message is shown. */
struct text_budget {
    size_t most;       /* of each list */
    size_t items;      /* new items of each incident */
    size_t text_bytes; /* of each text from outside */
};

/* New view of message (parsed body), NULL when memory ends.  *ret gets event,
 * level, open, url, url_name, actions and left_out; its texts live in arena.
 * E_PARSE when the message has no type of ours. */
int text_view(struct arena *arena, const json_t *message,
    const struct text_style *style, const struct text_budget *budget,
    struct text *ret, json_t **ret_view);

#endif

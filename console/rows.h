/*
 * rows: what the store says, as the JSON that README.md describes.
 *
 * For a page (not ctx->json) each object also gets what a template cannot make
 * itself: local times, words of the language, texts cut into marked pieces.
 */
#ifndef TOCSIN_CONSOLE_ROWS_H
#define TOCSIN_CONSOLE_ROWS_H

#include "console/context.h"

enum {
    ROWS_TEXT_POINTS = 2000, /* of an item's text on a page, code points */
    ROWS_MAX_SOURCES = 2000  /* to choose from on a page */
};

/* Objects are owned by the caller; NULL when memory ended. */
json_t *row_incident(struct context *ctx, const struct incident_row *row);
json_t *row_item(struct context *ctx, const struct item_row *row);
json_t *row_ledger(struct context *ctx, const struct ledger_row *row);
json_t *row_delivery(struct context *ctx, const struct delivery_row *row);
json_t *row_source(struct context *ctx, const struct source_row *row);
json_t *row_user(struct context *ctx, const struct user *user);
json_t *row_condition(struct context *ctx, const struct condition_row *row);
json_t *row_poll(struct context *ctx, const struct poll_entry *row);
json_t *row_source_item(struct context *ctx, const struct source_item *row);

/* Write what /metrics says of sources. */
void metrics_sources(struct context *ctx, struct buf *out);
void metrics_channels(struct context *ctx, struct buf *out);

/* All sources, asked for once per request; none when there are more than
 * ROWS_MAX_SOURCES of them, which no list on a page could hold. */
const struct source_row *rows_sources(struct context *ctx, size_t *ret_n);
/* The title of a source, its id when it has none. */
struct str rows_source_title(struct context *ctx, struct str id);
/* Open incidents that nobody has taken, counted up to VIEW_PAGE_MAX. */
size_t rows_unacknowledged(struct context *ctx);

/* Set key to a number; to its text for pages when it is a name that has one
 * under prefix_name: key_text. */
void set_number(json_t *object, const char *key, int64_t n);
void set_name(const struct context *ctx, json_t *object, const char *key,
    const char *prefix, struct str name);
void set_str(json_t *object, const char *key, struct str s);
/* rows_score.c: the lines of a score's explanation, as "explanation". */
void set_explanation(
    const struct context *ctx, json_t *object, struct str explanation);
/* Show a host beside a link, unless it could pass for another one: only ASCII
 * is shown. */
void set_host(json_t *object, struct str host);
/* A flag that a template can ask for.  False is written down too: a row that
 * lacked the key would show the flag of what is around it (tmpl.h). */
void set_flag(json_t *object, const char *key, bool on);

/* What each of an item's last max versions changed, newest first, as "changes"
 * (rows_more.c). */
void set_item_changes(struct context *ctx, const struct item_row *row,
    size_t max, json_t *item);

#endif

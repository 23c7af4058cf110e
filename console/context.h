/*
 * context: what a handler may ask of its request, and how it answers.
 *
 * Every handler ends in exactly one of the reply_ functions or in ask_engine,
 * whose continuation does.
 */
#ifndef TOCSIN_CONSOLE_CONTEXT_H
#define TOCSIN_CONSOLE_CONTEXT_H

#include "console/inside.h"

/* --- asking the request --- */
/* A parameter of the query, STR_NONE when absent. */
struct str query_get(const struct context *ctx, const char *name);
/* A field of the form or of the JSON object; STR_NONE when it is absent or no
 * string. */
struct str field_get(const struct context *ctx, const char *name);
/* Argument i of the path as a positive number.  0 or E_PARSE. */
int arg_number(const struct context *ctx, size_t i, int64_t *ret);

/* --- words and times --- */
/* The text of key in the asker's language; the key itself when missing. */
struct str text_get(const struct context *ctx, const char *key);
/* The text of prefix_name, name itself when there is none. */
struct str text_of(
    const struct context *ctx, const char *prefix, struct str name);
/* The text of key with its arguments, in the arena. */
struct str text_format(const struct context *ctx, const char *key,
    const struct str *args, size_t nargs);
/* A sentence that the house made, in English, as the asker's language has it:
 * its parts that the catalogues have as phrase_… are replaced.  In the arena.
 */
struct str text_sentence(const struct context *ctx, struct str english);
/* s escaped as one part of a path or of a query, in the arena. */
struct str link_part(const struct context *ctx, struct str s);
/* Set key to the RFC 3339 form; for pages also key_text (local, short) and
 * key_ago ("12 min"). */
void set_time(
    const struct context *ctx, json_t *object, const char *key, struct wall t);

/* --- answering --- */
/* Answer value (taken): as JSON, or through the page template called name. */
void reply(
    struct context *ctx, int status, const char *name, json_t *value_taken);
/* Answer bytes of a type as they are. */
void reply_bytes(
    struct context *ctx, int status, const char *type, struct str bytes);
/* Send a browser elsewhere (303); to is a path of ours, as built by us. */
void reply_redirect(struct context *ctx, struct str to);
/* Answer an error with the text of key (error_STATUS when NULL). */
void reply_error(struct context *ctx, int status, const char *key);
/* Answer an error with a sentence of the engine's. */
void reply_error_text(struct context *ctx, int status, struct str text);
/* After a change: an API gets value (taken), a browser is sent back to the page
 * it came from. */
void reply_done(struct context *ctx, json_t *value_taken, struct str back);

/* Ask the engine; by and from are filled in.  then gets its answer and replies;
 * NULL: reply_result with the page's own address. */
void ask_engine(struct context *ctx, struct action *action,
    void (*then)(struct context *ctx, const struct action_result *result));
/* Tell the engine something nobody waits for. */
void tell_engine(struct console *console, struct action *action);
/* Answer with what the engine said.  back: where a browser goes. */
void reply_result(
    struct context *ctx, const struct action_result *result, struct str back);
/* The status that an error of the engine's means. */
int status_of_err(int err);
/* Answers that came too late, streams, at each tick. */
void asks_tick(struct console *console, struct mono now);
void asks_forget(struct console *console, const struct context *ctx);

#endif

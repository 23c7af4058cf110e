/*
 * config_check: what needs several options to be judged.
 *
 * Internal to daemon/config*.c.
 */
#ifndef TOCSIN_DAEMON_CONFIG_CHECK_H
#define TOCSIN_DAEMON_CONFIG_CHECK_H

#include "daemon/config_option.h"

/* Where an entry stands. */
struct place {
    const char *file;
    unsigned line, column;
    unsigned url_line, url_column;
    bool has_secret; /* a channel that names one, be it readable or not */
    bool has_url;
};

/* Sources, owners or channels as they are gathered. */
struct entries {
    void *items; /* malloc'ed array of n elements of size bytes */
    struct place *places;
    size_t n, cap, places_cap;
    size_t size, max;
    bool overflow; /* more than max were met, and it was said */
    const char *const *further; /* keys besides the table's, or NULL */
};

/* Fill in defaults that come from other options, and add an error for
 * everything that does not go together.  places are those of config_options. */
void config_check(struct config *config, const struct option_place *places,
    struct entries *sources, struct entries *channels,
    struct toc_errors *errors);

/* What the kind of a channel wants; its template is read.  policy is its own.
 */
void config_check_channel(struct arena *arena, struct channel *channel,
    const struct gate_policy *policy, const struct place *place,
    struct toc_errors *errors);

/* Whether source is polled by its rhythm; its interval, when it has none. */
void config_polling_source(const struct config *config, struct source *source);
/* An owner that is named twice. */
void config_check_owners(struct entries *owners, struct toc_errors *errors);
/* What routes and inhibitions name, and quiet hours that never end. */
void config_check_routes(struct config *config, struct entries *routes,
    struct entries *inhibits, const struct entries *channels,
    const struct entries *sources, const struct entries *owners,
    struct toc_errors *errors);

#endif

/*
 * probe: asks an address once, as the daemon would, and has the answer read.
 *
 * The same client, gate, limits and user agent as the fetch role's, with the
 * addresses that the configuration opens; robots.txt is asked once per origin.
 * One request at a time, with the configured gap between two to one host.
 */
#ifndef TOCSIN_CLI_PROBE_H
#define TOCSIN_CLI_PROBE_H

#include "cli/reading.h"
#include "daemon/config.h"
#include "net/http.h"

enum { PROBE_MAX_ORIGINS = 32, PROBE_ARENA_BYTES = 512 * 1024 * 1024 };

struct probe_origin {
    struct str name; /* "https://host:port" */
    bool known;      /* body is its robots.txt, possibly an empty one */
    struct str body;
    struct str why; /* it is not known */
};

struct probe {
    struct arena *arena;   /* of all that is found; owned */
    struct config *config; /* owned */
    struct zone *zone;     /* the configuration's; owned */
    struct loop *loop;
    struct http *http;
    struct gate_policy policy;
    struct reading_limits limits;
    struct probe_origin origins[PROBE_MAX_ORIGINS];
    size_t norigins;
    unsigned requests; /* sent so far */
};

/* What came of one address. */
struct probe_result {
    struct str url;      /* that answered */
    struct str source;   /* what a source is to ask: url when every redirect was
                          * for good, else what was asked for */
    struct str sentence; /* why there is no document, or absent */
    int status;          /* of HTTP, 0 when there was no answer */
    json_t *document;    /* what `tocsin try` prints, or NULL; owned */
    json_t *discovery;   /* of a page, or NULL; owned */
};

/* Read the configuration at path (NULL: $TOCSIN_CONFIG, then the default) and
 * make ready.  CLI_OK, or CLI_FAILED with the complaint printed. */
int probe_open(struct probe *probe, const char *path);
void probe_close(struct probe *probe);
/* The configuration alone, for commands that ask nobody. */
int probe_open_config(struct probe *probe, const char *path);
/* Open further addresses, as a source's allow does. */
void probe_allow(struct probe *probe, const struct str *allow, size_t nallow);
/* Go through a source's own proxy, "direct" for none; absent: that of the
 * configuration.  False when it cannot be used. */
bool probe_proxy(struct probe *probe, struct str proxy);
/* Ask url and read it as kind.  With robots, robots.txt is asked first.  What
 * went wrong is in ret->sentence. */
void probe_ask(struct probe *probe, enum reading_kind kind, bool robots,
    struct str url, const struct feed_input *how, struct probe_result *ret);
void probe_result_done(struct probe_result *result);

#endif

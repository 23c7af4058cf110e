/*
 * demo: the parts of `tocsin demo`, which plays a fictional county.
 *
 *   demo_script    what the county publishes, and when (demo/county.yaml)
 *   demo_render    a source as the feed or page that it is at one moment
 *   demo_config    the configuration of a daemon that watches the county
 *   demo_receiver  checks and prints the webhooks that come back
 *   demo_robot     a chat robot that the duty group reads
 *   demo_server    the HTTP server that joins them
 *
 * Only what happens on loopback is played; nothing here runs in the daemon.
 */
#ifndef TOCSIN_CLI_DEMO_H
#define TOCSIN_CLI_DEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "base/yaml.h"

enum {
    DEMO_MAX_SOURCES = 64,
    DEMO_MAX_PUBLICATIONS = 2000,
    DEMO_FEED_ITEMS = 20,            /* newest that a feed shows */
    DEMO_MAX_DOCUMENT = 1024 * 1024, /* bytes of a rendered source */
    DEMO_MAX_TAGS = 8
};

enum demo_format { DEMO_RSS, DEMO_RDF, DEMO_ATOM, DEMO_JSON, DEMO_LIST };

struct demo_source {
    struct str id, title, tier, owner;
    struct str tags[DEMO_MAX_TAGS];
    size_t ntags;
    enum demo_format format;
    int64_t weight;
    bool gb18030;
    bool has_etag, has_modified; /* which validators its server sends */
    bool unavailable;            /* every third answer is 503 */
    bool malformed;              /* its XML is as broken as some are */
    unsigned requests;           /* that it has answered */
    struct wall changed;         /* when it last published */
};

struct demo_publication {
    size_t source;
    int64_t at_ms; /* script time; negative: long before */
    struct str title, text;
    struct str event; /* of the real event it reports, or absent */
    bool out;         /* published */
    struct wall published;
};

struct demo_script {
    struct demo_source sources[DEMO_MAX_SOURCES];
    size_t nsources;
    struct demo_publication *publications; /* by at_ms */
    size_t npublications;
    size_t nout;
};

/* The county that comes with the program: demo/county.yaml, region.json. */
extern const unsigned char demo_county[];
extern const size_t demo_county_size;
extern const unsigned char demo_region[];
extern const size_t demo_region_size;

/* Read a script; everything lives in arena.  0 or E_CONF with errors. */
int demo_script_load(struct arena *arena, struct str yaml,
    struct toc_errors *errors, struct demo_script **ret);
/* Publish what is due at script time elapsed_ms (INT64_MIN + …: only what lies
 * before), dated now.  Returns the next one that was published, NULL when
 * there is none; call until then. */
struct demo_publication *demo_script_next(
    struct demo_script *script, int64_t elapsed_ms, struct wall now);

/* What a source's server answers: body in its encoding and the media type. */
int demo_render_source(const struct demo_script *script, size_t source,
    const char *base_url, struct buf *out, const char **ret_type);
/* The page of one publication, UTF-8. */
int demo_render_page(
    const struct demo_script *script, size_t publication, struct buf *out);
/* Append the path of a source or publication below the base URL. */
void demo_source_path(
    const struct demo_script *script, size_t source, struct buf *out);
void demo_publication_path(
    const struct demo_script *script, size_t publication, struct buf *out);

struct demo_options {
    const char *dir;     /* where the configuration is written */
    const char *console; /* ADDRESS:PORT of the console */
    const char *record;  /* file of JSON lines, or NULL */
    int64_t port;        /* 0: any */
    double speed;
    int64_t duration_ms; /* 0: until a signal */
    bool chinese;
};

/* Write the configuration of a daemon that watches script's county served at
 * base_url.  The webhook secret of an earlier run is kept; it is put into
 * *secret (the 24 or more raw bytes).  0, or an error with *reterr. */
int demo_config_write(const struct demo_script *script,
    const struct demo_options *options, const char *base_url, int port,
    struct buf *secret, struct toc_error *reterr);

/* What has come back so far. */
struct demo_receiver {
    struct buf secret;
    bool chinese;
    unsigned messages, repeats, wrong; /* wrong: signature or form */
    unsigned char (*ids)[16];          /* of messages seen; malloc'ed */
    size_t nids, ids_cap;
    FILE *out;
};
struct demo_message {
    struct str id, timestamp, signature; /* headers, absent when missing */
    struct str body;
};
/* Check a message and print it as the desk would read it.  Returns the status
 * to answer with. */
int demo_receive(struct demo_receiver *receiver,
    const struct demo_message *message, struct wall now);
void demo_receiver_done(struct demo_receiver *receiver);

/* A chat robot.  Its key is no secret: it is of loopback. */
#define DEMO_ROBOT_TOKEN "demo"
#define DEMO_ROBOT_SECRET "SECdemo-of-an-invented-county"
enum { DEMO_ROBOT_PER_MINUTE = 20 };
struct demo_robot {
    bool chinese;
    unsigned messages, refused;
    struct wall calls[DEMO_ROBOT_PER_MINUTE]; /* the last ones, in a ring */
    size_t ncalls;
    struct wall until; /* silenced */
    FILE *out;
};
struct demo_call {
    struct str token, timestamp, sign; /* of the query, decoded once */
    struct str body;
};
/* Take a message or not, print what was taken, and append the JSON that it
 * answers with status 200.  0 or the error of answer. */
int demo_robot_call(struct demo_robot *robot, const struct demo_call *call,
    struct wall now, struct buf *answer);

/* Serve until the duration ends or a signal comes.  CLI_OK or CLI_FAILED. */
int demo_serve(struct demo_script *script, const struct demo_options *options);

#endif

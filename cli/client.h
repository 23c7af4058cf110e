/*
 * client: how a command asks the running daemon.
 *
 * One request at a time over the console's unix socket, answered in JSON
 * (console/README.md).  The socket's peer is the person who types, so there is
 * no password: root and the daemon's own user are admins.
 */
#ifndef TOCSIN_CLI_CLIENT_H
#define TOCSIN_CLI_CLIENT_H

#include <getopt.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/jsonx.h"
#include "base/timefmt.h"

enum {
    CLIENT_MAX_ANSWER = 64 * 1024 * 1024, /* bytes */
    CLIENT_TIMEOUT_MS = 60 * 1000         /* a reload compiles all rules */
};

struct client {
    const char *socket, *config; /* as given, or NULL */
    bool json;                   /* print answers as they came */
    struct arena *arena;         /* of one call's answer; owned */
    struct str path;             /* the socket that is asked */
    struct zone *zone;           /* in which times are shown; owned */
};

/* The options of every client command, for getopt_long; client_option takes
 * what it returned. */
/* clang-format off */
#define CLIENT_LONG_OPTIONS                                                    \
    {"socket", required_argument, NULL, 'S'},                                  \
    {"config", required_argument, NULL, 'C'},                                  \
    {"json", no_argument, NULL, 'J'}
/* clang-format on */

/* Take one of the common options.  False when it is none of them. */
bool client_option(struct client *client, int option);
/* The next option of argv, as getopt_long gives it; complains of unknown ones
 * on standard error and returns '?'. */
int client_getopt(int argc, char **argv, const struct option *options);
/* Find the socket and the zone: from the options, the environment
 * (TOCSIN_SOCKET, TOCSIN_CONFIG) and the configuration.  CLI_OK, or
 * CLI_FAILED with the reason on standard error. */
int client_open(struct client *client);
void client_close(struct client *client);
/* Ask method path, with body (taken; may be NULL), and give the JSON of a
 * 2xx answer in *ret, which the caller owns.  CLI_OK, or CLI_FAILED with what
 * the daemon said on standard error. */
int client_ask(struct client *client, const char *method, const char *path,
    json_t *body_taken, json_t **ret);
/* Post JSON to path; CLI_OK and the status and JSON of any answer, which the
 * caller owns; CLI_FAILED when there was none, with the reason on standard
 * error. */
int client_post(struct client *client, const char *path, struct str body,
    int *ret_status, json_t **ret);
/* Get bytes of path; they live in the client's arena.  As client_ask. */
int client_get(struct client *client, const char *path, struct str *ret);
/* Print json as one line and give it up.  CLI_OK or CLI_FAILED. */
int client_print_json(json_t *json_taken);
/* Append text as it stands in a query of a URL. */
void client_add_query(struct buf *out, const char *text);
/* A member of object as text for people: numbers and booleans too, "" when
 * absent.  Lent by arena. */
struct str client_text(
    struct client *client, const json_t *object, const char *key);
/* A time of object in the client's zone, "" when absent.  Lent by arena. */
struct str client_time(
    struct client *client, const json_t *object, const char *key);

#endif

/*
 * try_address: say which URLs the gate would let out, without connecting.
 *
 * The policy is that of --config or $TOCSIN_CONFIG, else the shipped one.
 * The same two judgements as the fetcher's: of the URL, then of every address
 * its name has.  The fetcher meets addresses one at a time as it connects;
 * here all are judged at once, and one that is refused refuses the name.
 */
#include <sys/socket.h>

#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "daemon/config.h"
#include "net/gate.h"

enum {
    INPUT_MAX = 64 * 1024 * 1024, /* bytes of JSON lines */
    OUTPUT_MAX = 1024 * 1024,     /* bytes of one line */
    RESOLVE_MAX = 256             /* names on the command line */
};

struct address_run {
    struct gate_policy policy;
    struct str resolve[RESOLVE_MAX]; /* NAME=ADDR,ADDR… */
    size_t nresolve;
    int exit;
};

/* What --resolve says of host: its addresses, absent when it says nothing. */
static struct str
resolved(const struct address_run *run, struct str host)
{
    struct str any = STR_NONE;

    for (size_t i = 0; i < run->nresolve; i++) {
        struct str rest = run->resolve[i];
        struct str name = str_split(&rest, '=');

        if (str_eq_nocase(name, host))
            return rest;
        if (str_eq(name, STR("*")))
            any = rest;
    }
    return any;
}

static int
judge_one(const struct address_run *run, const struct gate_target *target,
    const struct sockaddr *addr, socklen_t len, const char **ret_reason)
{
    return target->inside
               ? gate_address_inside(&run->policy, addr, len, ret_reason)
               : gate_address(&run->policy, addr, len, ret_reason);
}

static int
judge_given(const struct address_run *run, const struct gate_target *target,
    struct str addresses, const char **ret_reason)
{
    while (addresses.p) {
        struct str one = str_trim(str_split(&addresses, ','));
        char text[INET6_ADDRSTRLEN] = "";
        struct sockaddr_storage addr;
        socklen_t len;

        if (one.n < sizeof(text))
            memcpy(text, one.p, one.n);
        if (gate_sockaddr(text, target->port, &addr, &len) < 0) {
            *ret_reason = "what --resolve gives is no address";
            return E_PARSE;
        }
        if (judge_one(run, target, (struct sockaddr *)&addr, len, ret_reason) <
            0)
            return E_DENIED;
    }
    return 0;
}

static int
judge_by_dns(const struct address_run *run, const struct gate_target *target,
    const char **ret_reason)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[8];
    int err = 0;

    snprintf(port, sizeof(port), "%u", (unsigned)target->port);
    if (getaddrinfo(target->host.p, port, &hints, &found) != 0) {
        *ret_reason = "the name has no address";
        return E_NOTFOUND;
    }
    for (const struct addrinfo *a = found; a && !err; a = a->ai_next)
        err = judge_one(run, target, a->ai_addr, a->ai_addrlen, ret_reason);
    freeaddrinfo(found);
    return err;
}

static int
judge_url(
    const struct address_run *run, struct str url, const char **ret_reason)
{
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct gate_target target;
    struct str given;
    int err = E_NOMEM;

    if (!arena)
        *ret_reason = err_text(E_NOMEM);
    else
        err = gate_target(&run->policy, arena, url, &target, ret_reason);
    if (!err && !target.literal) {
        given = resolved(run, target.host);
        err = given.p ? judge_given(run, &target, given, ret_reason)
                      : judge_by_dns(run, &target, ret_reason);
    }
    arena_free(arena);
    return err;
}

static void
print_verdict(struct address_run *run, struct str url)
{
    const char *reason = "passes the gate";
    bool allowed = judge_url(run, url, &reason) == 0;
    json_t *line = json_object();
    struct buf out;

    buf_init(&out, OUTPUT_MAX);
    if (jsonx_set(line, "url", jsonx_str(url)) < 0 ||
        jsonx_set(line, "allowed", json_boolean(allowed)) < 0 ||
        jsonx_set(line, "reason",
            json_string(allowed ? "passes the gate" : reason)) < 0 ||
        jsonx_dump(line, &out) < 0) {
        fputs("tocsin try address: out of memory\n", stderr);
        run->exit = CLI_FAILED;
    } else {
        puts(buf_cstr(&out));
    }
    buf_done(&out);
    json_decref(line);
}

static void
run_lines(struct address_run *run, struct str text)
{
    unsigned number = 0;

    while (text.p) {
        struct str line = str_trim(str_split(&text, '\n'));
        struct toc_error error = {.line = 0};
        json_t *json = NULL;

        number++;
        if (line.n == 0)
            continue;
        if (jsonx_load(line, &error, &json) == 0 &&
            json_is_string(json_object_get(json, "url"))) {
            print_verdict(run, jsonx_get_str(json, "url"));
        } else {
            fprintf(stderr, "-:%u:1: a line is to be {\"url\": \"…\"}%s%s\n",
                number, error.text[0] ? ": " : "", error.text);
            run->exit = CLI_FAILED;
        }
        json_decref(json);
    }
}

static int
run_input(struct address_run *run)
{
    struct toc_error error = {.line = 0};
    struct buf text;

    buf_init(&text, INPUT_MAX);
    if (file_read("-", &text, &error) < 0) {
        toc_error_print(&error, stderr);
        run->exit = CLI_FAILED;
    } else {
        run_lines(run, buf_str(&text));
    }
    buf_done(&text);
    return run->exit;
}

static int
add_allow(struct address_run *run, struct str text)
{
    struct gate_policy *policy = &run->policy;
    struct toc_error error = {.line = 0};

    if (policy->nallow == GATE_MAX_ALLOW) {
        fputs("tocsin try address: too many --allow\n", stderr);
        return CLI_USAGE;
    }
    if (gate_allow_parse(text, &error, &policy->allow[policy->nallow]) < 0) {
        fprintf(stderr, "tocsin try address: %s\n", error.text);
        return CLI_USAGE;
    }
    policy->nallow++;
    return CLI_OK;
}

/* Take ranges and ports from a configuration. */
static int
read_config(struct address_run *run, const char *path)
{
    struct gate_policy *policy = &run->policy;
    struct toc_errors errors = {.n = 0};
    struct config *config = NULL;
    struct ruleset *rules = NULL;
    int exit = CLI_OK;

    if (digest_init() < 0 || config_load(path, &errors, &config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    for (size_t i = 0; !exit && i < config->nallow; i++)
        exit = add_allow(run, config->allow[i]);
    for (size_t i = 0; i < config->nports && i < GATE_MAX_PORTS; i++)
        policy->ports[policy->nports++] = config->ports[i];
    ruleset_free(rules);
    config_free(config);
    return exit;
}

static int
add_resolve(struct address_run *run, const char *text)
{
    if (run->nresolve == RESOLVE_MAX || !strchr(text, '=')) {
        fputs("tocsin try address: --resolve is NAME=ADDRESS,ADDRESS…, at most "
              "256 times\n",
            stderr);
        return CLI_USAGE;
    }
    run->resolve[run->nresolve++] = str_of(text);
    return CLI_OK;
}

int
cmd_try_address(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"resolve", required_argument, NULL, 'r'},
        {"allow", required_argument, NULL, 'a'},
        {NULL, 0, NULL, 0},
    };
    struct address_run run = {.exit = CLI_OK};
    const char *config = getenv("TOCSIN_CONFIG");
    int option;

    gate_policy_init(&run.policy);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        int bad = option == 'c' ? CLI_OK : CLI_USAGE;

        if (option == 'c')
            config = optarg;
        else if (option == 'r')
            bad = add_resolve(&run, optarg);
        else if (option == 'a')
            bad = add_allow(&run, str_of(optarg));
        if (bad)
            return bad;
    }
    if (config && *config) {
        int bad = read_config(&run, config);

        if (bad)
            return bad;
    }
    if (optind == argc)
        return run_input(&run);
    for (int i = optind; i < argc; i++) {
        if (strcmp(argv[i], "-") == 0)
            run_input(&run);
        else
            print_verdict(&run, str_of(argv[i]));
    }
    return run.exit;
}

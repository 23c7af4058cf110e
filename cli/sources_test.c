/*
 * tocsin sources test: what a configured source gives now.
 *
 * Asked and read as the daemon would, with the source's own addresses, zone
 * and selector, but nothing is kept: the daemon does not learn of it.
 */
#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/document_json.h"
#include "cli/probe.h"
#include "cli/sources_view.h"

static int
show(struct probe *probe, const struct source *source,
    const struct probe_result *result, bool json)
{
    struct view view;

    if (json)
        return document_json_print(json_incref(result->document));
    view_read(result->document, &view);
    printf("%.*s: ", STR_ARG(source->id));
    view_say(stdout, result->url);
    fputc('\n', stdout);
    view_print(stdout, probe->arena, probe->zone, &view);
    if (!str_eq(result->url, source->url))
        printf("  It was asked for at %.*s and redirected.\n",
            STR_ARG(source->url));
    if (view.items == 0)
        fprintf(stderr, "tocsin: %.*s gives no item\n", STR_ARG(source->id));
    return view.items > 0 ? CLI_OK : CLI_FAILED;
}

static int
test_source(struct probe *probe, const struct source *source, bool json)
{
    struct zone *zone = NULL;
    struct feed_input how = {.select = source->select,
        .select_link = source->select_link,
        .select_title = source->select_title,
        .select_date = source->select_date};
    bool list = source->kind == SOURCE_LIST;
    struct probe_result result;
    int status = CLI_FAILED;

    if (source->kind == SOURCE_PUSH) {
        fprintf(stderr,
            "tocsin: nothing is fetched for %.*s: its items are brought "
            "(tocsin ingest)\n",
            STR_ARG(source->id));
        return CLI_FAILED;
    }
    if (source->kind == SOURCE_SITE) {
        fprintf(stderr,
            "tocsin: %.*s is an own site, which is checked (tocsin try site)\n",
            STR_ARG(source->id));
        return CLI_FAILED;
    }
    if (source->zone.n > 0)
        zone_load(arena_cstr(probe->arena, source->zone), &zone);
    how.zone = zone ? zone : probe->zone;
    probe_allow(probe, source->allow, source->nallow);
    if (!probe_proxy(probe, source->proxy)) {
        fputs("tocsin: its proxy could not be used\n", stderr);
        zone_free(zone);
        return CLI_FAILED;
    }
    probe_ask(probe, list ? READING_LIST : READING_FEED,
        list ? probe->config->obey_robots : probe->config->robots_feeds,
        source->url, &how, &result);
    if (result.document)
        status = show(probe, source, &result, json);
    else
        fprintf(stderr, "tocsin: %.*s: %.*s\n", STR_ARG(source->url),
            STR_ARG(result.sentence));
    probe_result_done(&result);
    zone_free(zone);
    return status;
}

int
cmd_sources_test(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"json", no_argument, NULL, 'J'}, {NULL, 0, NULL, 0}};
    const struct source *source;
    const char *config = NULL;
    struct probe probe = {0};
    bool json = false;
    int c, status;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'C')
            config = optarg;
        else if (c == 'J')
            json = true;
        else
            return CLI_USAGE;
    }
    if (optind + 1 != argc) {
        fputs("tocsin: sources test: name one source by its id\n", stderr);
        return CLI_USAGE;
    }
    status = probe_open(&probe, config);
    if (status == CLI_OK) {
        source = config_source(probe.config, str_of(argv[optind]));
        if (source) {
            status = test_source(&probe, source, json);
        } else {
            fprintf(stderr,
                "tocsin: there is no source \"%s\" in the configuration\n",
                argv[optind]);
            status = CLI_FAILED;
        }
    }
    probe_close(&probe);
    return status;
}

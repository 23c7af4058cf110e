/*
 * rules_packs: which packs of rules there are, and whether each has what it
 * requires.
 *
 * Packs lie in the folder of the shipped ones and in rules.d beside the
 * configuration.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "rules/files.h"

enum { PACKS_ARENA_BYTES = 256 * 1024 * 1024 };

/* What is wrong with a need of a pack, or NULL. */
static const char *
wrong_with(const struct pack_list *packs, const struct pack_need *need)
{
    for (size_t i = 0; i < packs->n; i++)
        if (str_eq(packs->pack[i].id, need->id))
            return pack_version_cmp(&packs->pack[i].version, &need->version) < 0
                       ? "too old"
                       : NULL;
    return "missing";
}

/* Say which packs cannot be used as they are; how many. */
static size_t
check_packs(const struct pack_list *packs)
{
    size_t wrong = 0;

    for (size_t i = 0; i < packs->n; i++) {
        const struct pack *p = &packs->pack[i];

        for (size_t k = 0; k < i; k++) {
            if (!str_eq(packs->pack[k].id, p->id))
                continue;
            fprintf(stderr, "%s: the pack %.*s is in %s too: one is to go\n",
                p->folder, STR_ARG(p->id), packs->pack[k].folder);
            wrong++;
        }
        for (size_t k = 0; k < p->nneeds; k++) {
            const char *what = wrong_with(packs, &p->needs[k]);

            if (!what)
                continue;
            fprintf(stderr,
                "%s:%u:%u: the pack %.*s, which is required, is %s\n",
                p->manifest, p->needs[k].line, p->needs[k].column,
                STR_ARG(p->needs[k].id), what);
            wrong++;
        }
    }
    return wrong;
}

/* The folder of rules beside the configuration. */
static char *
own_folder(struct arena *arena, const char *config)
{
    const char *slash = strrchr(config, '/');
    struct str folder =
        slash ? (struct str){config, (size_t)(slash - config)} : STR(".");

    return arena_cstr(
        arena, arena_printf(arena, "%.*s/rules.d", STR_ARG(folder)));
}

static int
print_json(const struct pack_list *packs)
{
    json_t *list = json_array();
    int r = list ? 0 : E_NOMEM;

    for (size_t i = 0; i < packs->n && r == 0; i++) {
        const struct pack *p = &packs->pack[i];
        json_t *j = json_object(), *needs = json_array();

        for (size_t k = 0; k < p->nneeds; k++)
            json_array_append_new(needs, jsonx_str(p->needs[k].id));
        jsonx_set(j, "id", jsonx_str(p->id));
        jsonx_set(j, "version", jsonx_str(p->version_text));
        jsonx_set(j, "title", jsonx_str(p->title));
        jsonx_set(j, "author", jsonx_str(p->author));
        jsonx_set(j, "licence", jsonx_str(p->licence));
        jsonx_set(j, "requires", needs);
        jsonx_set(j, "folder", json_string(p->folder));
        r = json_array_append_new(list, j) == 0 ? 0 : E_NOMEM;
    }
    struct buf out;
    buf_init(&out, PACKS_ARENA_BYTES);
    if (r == 0)
        r = jsonx_dump(list, &out);
    if (r == 0)
        printf("%s\n", buf_cstr(&out));
    else
        fprintf(stderr, "tocsin: %s\n", err_text(r));
    buf_done(&out);
    json_decref(list);
    return r == 0 ? CLI_OK : CLI_FAILED;
}

static void
print_packs(const struct pack_list *packs)
{
    for (size_t i = 0; i < packs->n; i++) {
        const struct pack *p = &packs->pack[i];

        printf("%.*s %.*s  %.*s\n", STR_ARG(p->id), STR_ARG(p->version_text),
            STR_ARG(p->title));
        printf("  %.*s, %.*s, %s\n", STR_ARG(p->author), STR_ARG(p->licence),
            p->folder);
        if (p->nneeds == 0)
            continue;
        printf("  requires");
        for (size_t k = 0; k < p->nneeds; k++)
            printf("%s %.*s", k ? "," : "", STR_ARG(p->needs[k].id));
        printf("\n");
    }
}

/* The shipped packs, and those beside the configuration. */
static void
add_usual(struct pack_list *packs, struct arena *arena, const char *config,
    struct toc_errors *errors)
{
    char *own;

    if (!config || !*config)
        config = getenv("TOCSIN_CONFIG");
    if (!config || !*config)
        config = "/etc/tocsin/tocsin.yaml";
    own = own_folder(arena, config);
    pack_list_add(packs, arena,
        rule_files_packs(arena, getenv("TOCSIN_RULES_DIR")), errors);
    if (own && access(own, F_OK) == 0)
        pack_list_add(packs, arena, own, errors);
}

int
cmd_rules_packs(int argc, char **argv)
{
    static const struct option longs[] = {{"dir", required_argument, NULL, 'd'},
        {"config", required_argument, NULL, 'C'},
        {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    _cleanup_(arena_freep) struct arena *arena = arena_new(PACKS_ARENA_BYTES);
    struct pack_list *packs = arena ? ARENA_NEW(arena, struct pack_list) : NULL;
    struct toc_errors errors = {.n = 0};
    const char *config = NULL;
    bool json = false, own = false;
    int c;

    if (!packs) {
        fprintf(stderr, "tocsin: out of memory\n");
        return CLI_FAILED;
    }
    optind = 1;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'd') {
            own = true;
            pack_list_add(packs, arena, optarg, &errors);
        } else if (c == 'C')
            config = optarg;
        else if (c == 'j')
            json = true;
        else
            return CLI_USAGE;
    }
    if (!own)
        add_usual(packs, arena, config, &errors);
    toc_errors_print(&errors, stderr);
    c = toc_errors_any(&errors) ? CLI_FAILED : CLI_OK;
    toc_errors_done(&errors);
    if (json && print_json(packs) != CLI_OK)
        return CLI_FAILED;
    if (!json)
        print_packs(packs);
    return check_packs(packs) > 0 ? CLI_FAILED : c;
}

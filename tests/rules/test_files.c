/*
 * Rule files on the disk: packs as folders, what they require and lend, the
 * bureau's own folder with local.d, includes.
 */
#include <sys/stat.h>

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "rules/files.h"

static char root[] = "/tmp/tocsin-files-XXXXXX";

static void
put(const char *name, const char *text)
{
    char path[400];

    for (const char *slash = strchr(name, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        size_t n = (size_t)snprintf(path, sizeof(path), "%s/%s", root, name);
        path[n - strlen(slash)] = '\0';
        mkdir(path, 0700);
    }
    snprintf(path, sizeof(path), "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

#define RULE(id, conditions)                                                   \
    "rules:\n  - {id: " id ", title: t, category: c, points: 10, " conditions  \
    ", samples: {hits: [甲甲], misses: [丁丁]}}\n"
#define MANIFEST(id, more)                                                     \
    "pack: {id: " id ", version: 1.2, author: 我们, licence: Apache-2.0" more  \
    "}\n"

static int
set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(root));
    put("base/manifest.yaml", MANIFEST("base", ", title: 基本"));
    put("base/00-lists.yaml", "lists: {shared: [甲甲]}\n");
    put("base/one.yaml", RULE("one", "any: [{list: shared}]"));
    put("base/two.yaml", RULE("two", "composite: {all: [one]}"));
    put("more/manifest.yaml", MANIFEST("more", ", requires: [base]"));
    put("more/three.yaml", RULE("three", "any: [{list: shared}]"));
    return 0;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *walk)
{
    (void)st;
    (void)flag;
    (void)walk;
    return remove(path);
}

static int
tear_down(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct given {
    struct arena *arena;
    struct rule_files *files;
    struct toc_errors errors, warnings;
    struct ruleset *set;
    int err;
};

/* Read and compile paths below root, as every caller does. */
static struct given
give(const char *first, const char *second, const char *library)
{
    struct given g = {.arena = arena_new((size_t)1 << 28)};
    const char *const paths[] = {first, second};
    char path[400];

    g.files = ARENA_NEW(g.arena, struct rule_files);
    assert_non_null(g.files);
    for (size_t i = 0; i < 2 && paths[i] && g.err == 0; i++) {
        snprintf(path, sizeof(path), "%s/%s", root, paths[i]);
        g.err = rule_files_add(g.files, g.arena, path, &g.errors);
    }
    snprintf(path, sizeof(path), "%s/%s", root, library ? library : "none");
    if (g.err == 0)
        g.err = rule_files_finish(
            g.files, g.arena, library ? path : NULL, &g.errors);
    struct rule_options options = {.warnings = &g.warnings};
    if (g.err == 0)
        g.err = ruleset_compile_with(
            g.files->file, g.files->n, &options, &g.errors, &g.set);
    return g;
}

static void
done(struct given *g)
{
    ruleset_free(g->set);
    toc_errors_done(&g->errors);
    toc_errors_done(&g->warnings);
    arena_free(g->arena);
}

/* How many rules hold on 甲甲, of which id is one. */
static size_t
found(struct given *g, const char *id)
{
    toc_errors_print(&g->errors, stderr);
    assert_int_equal(g->err, 0);
    struct check_set c = check_open(g->set);
    struct score s = check_title(&c, "甲甲");
    size_t n = s.nreasons;

    assert_non_null(check_reason(&s, id));
    matcher_free(c.matcher);
    arena_free(c.arena);
    return n;
}

static void
a_pack_is_a_folder(void **state)
{
    struct given g = give("base", NULL, NULL);

    (void)state;
    assert_int_equal(found(&g, "two"), 2);
    done(&g);
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);
    struct pack_list *list = ARENA_NEW(arena, struct pack_list);
    struct toc_errors errors = {.n = 0};
    assert_int_equal(pack_list_add(list, arena, root, &errors), 0);
    assert_true(list->n >= 2);
    assert_true(str_eq(list->pack[0].id, STR("base")));
    assert_true(str_eq(list->pack[0].title, STR("基本")));
    assert_int_equal(list->pack[0].version.part[1], 2);
    assert_true(str_eq(list->pack[1].needs[0].id, STR("base")));
    arena_free(arena);
}

static void
one_file_lends_from_its_pack(void **state)
{
    struct given g = give("base/two.yaml", NULL, NULL);

    (void)state;
    assert_int_equal(found(&g, "two"), 1); /* one is there, but lent */
    done(&g);
    g = give("base/two.yaml", "base/one.yaml", NULL);
    assert_int_equal(found(&g, "one"), 2);
    done(&g);
}

static void
what_a_pack_requires_is_found(void **state)
{
    struct given g = give("more", NULL, NULL); /* beside it */

    (void)state;
    assert_int_equal(found(&g, "three"), 1);
    done(&g);
    g = give("more", "base", NULL); /* wanted itself, too */
    assert_int_equal(found(&g, "one"), 3);
    done(&g);
    put("far/more/manifest.yaml", MANIFEST("more", ", requires: [base]"));
    put("far/more/three.yaml", RULE("three", "any: [{list: shared}]"));
    g = give("far/more", NULL, NULL);
    assert_int_equal(g.err, E_CONF);
    assert_true(check_says(&g.errors, 1, "base, which this one requires"));
    done(&g);
    g = give("far/more", NULL, ""); /* in the library */
    assert_int_equal(found(&g, "three"), 1);
    done(&g);
    put("far/new/manifest.yaml",
        MANIFEST("new", ", requires: [{id: base, version: 1.10}]"));
    g = give("far/new", NULL, "");
    assert_int_equal(g.err, E_CONF);
    assert_true(check_says(&g.errors, 1, "version 1.10.0 or later"));
    done(&g);
}

static void
packs_of_one_id_do_not_meet(void **state)
{
    struct given g;

    (void)state;
    put("twin/manifest.yaml", MANIFEST("base", ""));
    g = give("base", "twin", NULL);
    assert_int_equal(g.err, E_CONF);
    assert_true(check_says(&g.errors, 1, "the pack base is there already"));
    done(&g);
    put("clash/manifest.yaml", MANIFEST("clash", ""));
    put("clash/x.yaml", RULE("one", "any: [甲甲]"));
    g = give("base", "clash", NULL);
    assert_int_equal(g.err, E_CONF);
    assert_true(check_says(&g.errors, 2, "of the pack clash is taken"));
    assert_true(check_says(&g.errors, 2, "of the pack base"));
    done(&g);
}

static void
local_is_read_last(void **state)
{
    struct given g;

    (void)state;
    put("own/a.yaml", "rules:\n  - {id: mine, title: t, category: d, points: "
                      "10, any: [甲甲]}\n");
    put("own/bought/manifest.yaml", MANIFEST("bought", ""));
    put("own/bought/b.yaml", RULE("bought-rule", "any: [甲甲]"));
    put("own/local.d/c.yaml",
        "overrides:\n  bought-rule: {points: 33}\n  mine: {disable: true}\n"
        "  gone: {points: 1}\n");
    g = give("own", "base", NULL);
    assert_int_equal(found(&g, "bought-rule"), 3);
    assert_int_equal(g.warnings.n, 1);
    assert_int_equal(g.warnings.list[0].line, 4);
    assert_non_null(strstr(g.warnings.list[0].file, "own/local.d/c.yaml"));
    done(&g);
    /* the pack is replaced by a newer one: the local word stays */
    put("own/bought/b.yaml",
        RULE("bought-rule", "any: [甲甲, 乙乙], level: red"));
    g = give("own", NULL, NULL);
    assert_int_equal(found(&g, "bought-rule"), 2); /* and its floor */
    uint32_t number;
    assert_int_equal(ruleset_find(g.set, STR("bought-rule"), &number), 0);
    assert_int_equal(ruleset_rule(g.set, number).points, 33);
    done(&g);
}

static void
files_include_files_and_packs(void **state)
{
    struct given g;

    (void)state;
    put("inc/main.yaml", "include: [names/list.yml, base]\n"
                         "rules:\n  - {id: m, title: t, category: c, points: "
                         "1, any: [{list: named}, {list: shared}]}\n");
    put("inc/names/list.yml", "lists: {named: [甲甲]}\n");
    g = give("inc/main.yaml", NULL, "");
    assert_int_equal(found(&g, "m"), 3);
    done(&g);
    put("inc/main.yaml", "include: ../base/one.yaml\n");
    g = give("inc", NULL, NULL);
    assert_true(check_says(&g.errors, 1, "is not below the folder"));
    done(&g);
    put("inc/main.yaml", "rules: []\ninclude: [a.txt, no-such-pack]\n");
    g = give("inc", NULL, NULL);
    assert_true(check_says(&g.errors, 2, "there is no file"));
    assert_true(check_says(&g.errors, 2, "there is no pack no-such-pack"));
    done(&g);
}

static void
includes_go_round_no_circle(void **state)
{
    struct given g;

    (void)state;
    put("round/a.yaml", "include: b.yml\n");
    put("round/b.yml", "lists: {}\ninclude: [c.yml]\n");
    put("round/c.yml", "include: [a.yaml]\n");
    g = give("round/a.yaml", NULL, NULL);
    assert_int_equal(g.err, E_CONF);
    assert_int_equal(g.errors.n, 1);
    assert_non_null(strstr(g.errors.list[0].file, "round/c.yml"));
    assert_true(check_says(&g.errors, 1, "includes itself"));
    assert_non_null(strstr(g.errors.list[0].text, "b.yml → "));
    done(&g);
    put("round/c.yml", "lists: {}\n"); /* twice is no circle */
    put("round/a.yaml", "include: [b.yml, c.yml, b.yml]\n");
    g = give("round/a.yaml", NULL, NULL);
    assert_int_equal(g.err, 0);
    assert_int_equal(g.files->n, 3);
    done(&g);
}

static void
manifests_are_checked(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *says;
    } list[] = {{"", 1, "a manifest is to be"},
        {"pack: {id: Bad Id, version: 1, author: a, licence: l}\n", 1,
            "small letters"},
        {"pack: {id: a, version: one, author: a, licence: l}\n", 1,
            "one to three numbers"},
        {"pack:\n  id: a\n  version: 1\n  author: a\n", 2, "no licence"},
        {"pack: {id: a, version: 1, autor: x, author: a, licence: l}\n", 1,
            "\"author\""},
        {"pack: {id: a, version: 1, author: a, licence: l, requires: [a]}\n", 1,
            "requires itself"},
        {"pack: {id: a, version: 1, author: a, licence: l}\nrules: []\n", 2,
            "\"rules\" is not known"}};

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        put("bad/manifest.yaml", list[i].text);
        struct given g = give("bad", NULL, NULL);
        if (!check_says(&g.errors, list[i].line, list[i].says))
            toc_errors_print(&g.errors, stderr);
        assert_int_equal(g.err, E_CONF);
        assert_true(check_says(&g.errors, list[i].line, list[i].says));
        done(&g);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_is_a_folder),
        cmocka_unit_test(one_file_lends_from_its_pack),
        cmocka_unit_test(what_a_pack_requires_is_found),
        cmocka_unit_test(packs_of_one_id_do_not_meet),
        cmocka_unit_test(local_is_read_last),
        cmocka_unit_test(files_include_files_and_packs),
        cmocka_unit_test(includes_go_round_no_circle),
        cmocka_unit_test(manifests_are_checked),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

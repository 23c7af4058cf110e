/*
 * Golden tests of the configuration: a folder with a tocsin.yaml in, the list
 * of all that is wrong with it out (expected.txt; empty when nothing is).
 * Set TOCSIN_GOLDEN=write to write the lists anew, then read the difference.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "daemon/config.h"
#include "daemon/config_option.h"

#define FIXTURES TESTS_DIR "/daemon/fixtures/"
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static void
load(const char *path, struct toc_errors *errors, struct config **config,
    struct ruleset **rules)
{
    *errors = (struct toc_errors){0};
    *config = NULL;
    *rules = NULL;
    config_load(path, errors, config, rules);
}

/* The errors, one per line, without the folder that the fixture is in. */
static void
render(const struct toc_errors *errors, const char *folder, struct buf *out)
{
    for (size_t i = 0; i < errors->n; i++) {
        char line[2048], *at = line;
        FILE *stream = fmemopen(line, sizeof(line), "w");
        assert_non_null(stream);
        toc_error_print(&errors->list[i], stream);
        fclose(stream);
        for (char *found; (found = strstr(at, folder)); at = found)
            memmove(found, found + strlen(folder),
                strlen(found + strlen(folder)) + 1);
        buf_add_cstr(out, line);
    }
}

static void
check_fixture(const char *name)
{
    char folder[512], path[600], expected_path[600];
    struct toc_errors errors;
    struct config *config;
    struct ruleset *rules;
    struct buf got, expected;

    snprintf(folder, sizeof(folder), FIXTURES "%s/", name);
    snprintf(path, sizeof(path), "%stocsin.yaml", folder);
    snprintf(expected_path, sizeof(expected_path), "%sexpected.txt", folder);
    buf_init(&got, 1 << 20);
    buf_init(&expected, 1 << 20);
    load(path, &errors, &config, &rules);
    render(&errors, folder, &got);
    if (getenv("TOCSIN_GOLDEN"))
        file_replace(expected_path, buf_str(&got), 0644, NULL);
    assert_int_equal(file_read(expected_path, &expected, NULL), 0);
    if (strcmp(buf_cstr(&got), buf_cstr(&expected)) != 0)
        print_message("--- %s: got\n%s--- expected\n%s", name, buf_cstr(&got),
            buf_cstr(&expected));
    assert_string_equal(buf_cstr(&got), buf_cstr(&expected));
    assert_true((config != NULL) == (got.n == 0));
    assert_true((rules != NULL) == (got.n == 0));
    buf_done(&got);
    buf_done(&expected);
    toc_errors_done(&errors);
    ruleset_free(rules);
    config_free(config);
}

static void
all_errors_at_once(void **state)
{
    static const char *const names[] = {"minimal", "full", "unknown_keys",
        "wrong_values", "wrong_sources", "duplicates", "channels", "no_secret",
        "bounds", "broken_yaml", "wrong_routes", "wrong_rules", "wrong_duty",
        "duty", "empty", "sites", "wrong_sites"};
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_fixture(names[i]);
}

static void
missing_file(void **state)
{
    struct toc_errors errors;
    struct config *config;
    struct ruleset *rules;
    (void)state;

    load("/nonexistent/tocsin.yaml", &errors, &config, &rules);
    assert_null(config);
    assert_true(errors.n >= 1);
    assert_string_equal(errors.list[0].file, "/nonexistent/tocsin.yaml");
    toc_errors_done(&errors);
}

static void
values_arrive(void **state)
{
    struct toc_errors errors;
    struct config *c;
    struct ruleset *rules;
    (void)state;

    load(FIXTURES "full/tocsin.yaml", &errors, &c, &rules);
    toc_errors_print(&errors, stderr);
    assert_non_null(c);
    assert_true(str_eq(c->zone, STR("Asia/Urumqi")));
    assert_true(str_eq(c->database, str_of(FIXTURES "full/state/desk.db")));
    assert_int_equal(c->notify_min_level, LEVEL_ORANGE);
    assert_int_equal(c->ack_expiry_ms, 36 * MS_HOUR);
    assert_int_equal(c->nallow, 3);
    assert_int_equal(c->nports, 2);
    assert_int_equal(c->ports[1], 8443);
    assert_false(c->obey_robots);
    assert_int_equal(c->host_gap_ms, 250);
    assert_int_equal(c->max_wire_bytes, 2 << 20);
    assert_int_equal(c->session_idle_ms, 20 * MS_MINUTE);
    assert_int_equal(c->parse_cpu_ms, 1500);
    assert_int_equal(c->nsources, 3);
    assert_int_equal(c->nrules, 1);
    assert_int_equal(ruleset_count(rules), 1);
    assert_non_null(c->region_file.text.p);

    const struct source *own = config_source(c, STR("bureau-news"));
    assert_non_null(own);
    assert_int_equal(own->interval_ms, 90 * MS_MINUTE);
    assert_int_equal(own->weight, 80);
    assert_false(own->learnt); /* it has an interval of its own */
    assert_int_equal(own->ntags, 2);
    const struct source *list = config_source(c, STR("no-1-school"));
    assert_non_null(list);
    assert_int_equal(list->kind, SOURCE_LIST);
    assert_int_equal(list->interval_ms, 5 * MS_MINUTE);
    assert_true(str_eq(list->zone, STR("Asia/Urumqi")));
    assert_true(list->learnt);
    assert_int_equal(c->interval_max_ms, 4 * MS_HOUR);
    assert_int_equal(c->polls_per_hour, 900);
    assert_int_equal(c->nowners, 2);
    assert_true(str_eq(c->owners[0].name, STR("云溪县第一中学")));
    assert_int_equal(c->owners[0].naliases, 2);
    assert_true(str_eq(c->owners[0].aliases[1], STR("溪水中学")));
    assert_true(str_eq(c->owners[1].name, STR("红桥小学")));
    assert_int_equal(c->nkey_dates, 2);
    assert_int_equal(c->key_dates[0].polls, 3);
    assert_int_equal(c->key_dates[0].ntags, 2);
    /* Days of the bureau's zone, six hours east, both of them whole. */
    assert_int_equal(c->key_dates[0].spans[0].from.ms, 1780596000000);
    assert_int_equal(
        c->key_dates[0].spans[0].until.ms - c->key_dates[0].spans[0].from.ms,
        6LL * MS_DAY);
    assert_int_equal(c->key_dates[1].polls, 2);
    assert_int_equal(
        c->key_dates[1].spans[0].until.ms - c->key_dates[1].spans[0].from.ms,
        MS_DAY);
    assert_null(config_source(c, STR("nobody")));

    const struct channel *desk = config_channel(c, STR("desk"));
    assert_non_null(desk);
    assert_int_equal(desk->min_level, LEVEL_RED);
    assert_int_equal(desk->nsecrets, 1);
    assert_int_equal(desk->nconditions, 2);
    assert_true(str_eq(desk->conditions[1], STR("many-down")));
    assert_true(str_eq(desk->secrets[0], str_of(SECRET)));
    const struct channel *hall = config_channel(c, STR("hall"));
    assert_non_null(hall);
    assert_int_equal(hall->min_level, LEVEL_ORANGE);
    assert_int_equal(hall->nsecrets, 2);
    /* The bureau's quiet hours are a channel's, unless it has its own. */
    assert_true(hall->quiet_hours.is_none && !hall->quiet_hours.is_set);
    assert_true(desk->quiet_hours.is_set);
    assert_int_equal(desk->quiet_hours.from, 21 * 60 + 30);
    assert_int_equal(desk->quiet_hours.until, 6 * 60 + 45);
    assert_int_equal(desk->quiet_hours.days, 0x41);
    assert_int_equal(desk->quiet_hours.calendar, HOURS_WORKDAYS);
    assert_int_equal(
        desk->quiet_hours.levels, 1 << LEVEL_BLUE | 1 << LEVEL_ORANGE);
    assert_int_equal(c->nroutes, 2);
    assert_int_equal(c->routes[0].match.ncategories, 2);
    assert_int_equal(c->routes[0].match.max_level, LEVEL_ORANGE);
    assert_int_equal(c->routes[0].hours.until, 1440);
    assert_true(c->routes[0].go_on && !c->routes[1].go_on);
    assert_int_equal(c->ninhibits, 1);
    assert_int_equal(c->inhibits[0].when.min_level, LEVEL_ORANGE);
    assert_int_equal(c->inhibits[0].nsame, 2);
    assert_false(c->act_links);
    assert_int_equal(c->act_links_ms, 2 * MS_HOUR);
    ruleset_free(rules);
    config_free(c);
}

/* What is printed is the same configuration, and holds no secret. */
static void
round_trip(const char *file)
{
    char folder[] = "/tmp/tocsin-config-XXXXXX", path[64];
    struct toc_errors errors;
    struct config *first, *second;
    struct ruleset *rules1, *rules2;
    struct buf one, two;

    load(file, &errors, &first, &rules1);
    assert_non_null(first);
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    assert_int_equal(config_print(first, &one), 0);
    assert_null(strstr(buf_cstr(&one), "whsec_"));
    assert_non_null(strstr(buf_cstr(&one), "{env: TOCSIN_TEST_SECRET}"));

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/tocsin.yaml", folder);
    assert_int_equal(file_replace(path, buf_str(&one), 0600, NULL), 0);
    load(path, &errors, &second, &rules2);
    toc_errors_print(&errors, stderr);
    assert_non_null(second);
    assert_int_equal(config_print(second, &two), 0);
    assert_string_equal(buf_cstr(&one), buf_cstr(&two));
    unlink(path);
    rmdir(folder);
    buf_done(&one);
    buf_done(&two);
    ruleset_free(rules1);
    ruleset_free(rules2);
    config_free(first);
    config_free(second);
}

static void
print_round_trip(void **state)
{
    (void)state;
    round_trip(FIXTURES "full/tocsin.yaml");
    round_trip(FIXTURES "duty/tocsin.yaml");
    round_trip(FIXTURES "sites/tocsin.yaml");
}

static void
sites_arrive(void **state)
{
    struct toc_errors errors;
    struct config *c;
    struct ruleset *rules;
    (void)state;

    load(FIXTURES "sites/tocsin.yaml", &errors, &c, &rules);
    toc_errors_print(&errors, stderr);
    assert_non_null(c);
    assert_int_equal(c->sites.visits_per_day, 48);
    assert_int_equal(c->sites.cert_first_ms, 40 * (int64_t)MS_DAY);
    assert_int_equal(c->sites.open_ms, 15 * MS_SECOND);
    assert_int_equal(c->sites.nwords, 2);
    assert_true(str_eq(c->sites.words[0].right, STR("云溪县红桥实验学校")));
    assert_true(str_eq(c->sites.words[0].note, STR("2025年合并")));
    assert_true(str_eq(c->sites.words[1].wrong, STR("按排")));
    const struct source *site = config_source(c, STR("qingshi-site"));
    assert_int_equal(site->kind, SOURCE_SITE);
    assert_true(site->site.crawler);
    assert_false(site->site.ignore_robots);
    assert_int_equal(site->site.ncolumns, 2);
    const struct source_column *columns = site->site.columns;
    assert_true(str_eq(config_site_column_kind(&columns[0]), STR("news")));
    assert_true(str_eq(config_site_column_kind(&columns[1]), STR("notice")));
    assert_int_equal(columns[1].fresh_ms, 90 * (int64_t)MS_DAY);
    ruleset_free(rules);
    config_free(c);
    toc_errors_done(&errors);
}

/* Deadlines, people, rotas, policies and the calendar arrive. */
static void
duty_arrives(void **state)
{
    struct toc_errors errors;
    struct config *c;
    struct ruleset *rules;
    const struct clock_rule *clock;
    const struct owner *owner;
    const struct rota *rota;
    size_t shipped;
    int64_t day;
    (void)state;

    load(FIXTURES "duty/tocsin.yaml", &errors, &c, &rules);
    assert_non_null(c);
    assert_non_null(config_clocks_shipped(&shipped));
    assert_int_equal(c->duty.nclocks, shipped + 1);
    clock = duty_clock(&c->duty, STR("response"));
    assert_int_equal(clock->after_ms, 36LL * MS_HOUR);
    assert_int_equal(clock->until, CLOCK_UNTIL_RESPONDING);
    assert_int_equal(clock->nlevels, 2);
    assert_int_equal(clock->remind[1], 80);
    assert_false(clock->shipped);
    assert_false(duty_clock(&c->duty, STR("press-conference"))->enabled);
    clock = duty_clock(&c->duty, STR("own"));
    assert_int_equal(clock->nremind, 1);
    assert_int_equal(clock->remind[0], 25);
    assert_true(
        duty_clock(&c->duty, STR("authoritative-information"))->shipped);
    assert_int_equal(c->duty.npeople, 4);
    owner = duty_owner(&c->duty, STR("云溪县第一中学"));
    assert_non_null(owner);
    assert_true(str_eq(owner->kind, STR("school")));
    assert_int_equal(owner->ncontacts, 1);
    assert_true(str_eq(owner->contacts[0].mobile, STR("555-0101")));
    assert_int_equal(c->nowners, 2);
    rota = duty_rota(&c->duty, STR("duty"));
    assert_int_equal(rota->nlayers, 2);
    assert_int_equal(rota->accept_ms, 30LL * MS_MINUTE);
    assert_int_equal(rota->layers[1].hours.until, 32 * 60);
    assert_int_equal(c->duty.escalations[0].nsteps, 2);
    assert_int_equal(c->duty.escalations[0].steps[1].nto, 3);
    assert_int_equal(c->nkey_dates, 2);
    assert_true(c->key_dates[1].exam);
    assert_int_equal(c->key_dates[0].nspans, KEY_DATE_YEARS);
    assert_int_equal(c->duty.nholidays, 2);
    assert_int_equal(day_parse(STR("2026-10-10"), &day), 0);
    assert_true(calendar_is_workday(&c->duty.calendar, day));
    assert_false(calendar_is_workday(&c->duty.calendar, day + 1));
    ruleset_free(rules);
    config_free(c);
}

/* A secret's file is refused as soon as others may read it. */
static void
secret_file_modes(void **state)
{
    static const char text[] =
        "bureau: b\ncontact: c@d.example\nrules: {shipped: false}\n"
        "channels: [{id: a, kind: webhook, url: \"https://h.example/\", "
        "secret: {file: key}}]\n";
    char folder[] = "/tmp/tocsin-config-XXXXXX", path[64], key[64];
    struct toc_errors errors;
    struct config *config;
    struct ruleset *rules;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/tocsin.yaml", folder);
    snprintf(key, sizeof(key), "%s/key", folder);
    assert_int_equal(file_replace(path, str_of(text), 0600, NULL), 0);
    assert_int_equal(file_replace(key, STR(SECRET "\n"), 0600, NULL), 0);
    load(path, &errors, &config, &rules);
    assert_non_null(config);
    assert_true(str_eq(config->channels[0].secrets[0], str_of(SECRET)));
    ruleset_free(rules);
    config_free(config);

    assert_int_equal(chmod(key, 0640), 0);
    load(path, &errors, &config, &rules);
    assert_null(config);
    assert_non_null(strstr(errors.list[0].text, "others than its owner"));
    assert_null(strstr(errors.list[0].text, "whsec_"));
    toc_errors_done(&errors);
    unlink(key);
    unlink(path);
    rmdir(folder);
}

/* The hash tells two configurations apart, and one from itself not. */
static void
hash_follows_content(void **state)
{
    struct toc_errors errors;
    struct config *a, *b, *c;
    struct ruleset *ra, *rb, *rc;
    (void)state;

    load(FIXTURES "full/tocsin.yaml", &errors, &a, &ra);
    load(FIXTURES "full/tocsin.yaml", &errors, &b, &rb);
    load(FIXTURES "minimal/tocsin.yaml", &errors, &c, &rc);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_memory_equal(a->hash, b->hash, sizeof(a->hash));
    assert_memory_not_equal(a->hash, c->hash, sizeof(a->hash));
    ruleset_free(ra);
    ruleset_free(rb);
    ruleset_free(rc);
    config_free(a);
    config_free(b);
    config_free(c);
}

/* docs/configuration.md has a row for every option, with its default. */
static void
reference_in_step(void **state)
{
    const struct option *const tables[] = {config_options, source_options,
        channel_options, key_date_options, owner_options, route_options,
        inhibit_options, match_options, owner_duty_options, contact_options,
        person_options, clock_options, rota_options, layer_options,
        escalation_options, step_options, range_options, calendar_options, report_options,
        success_options, column_options};
    struct buf doc;
    (void)state;

    buf_init(&doc, 1 << 20);
    assert_int_equal(
        file_read(SOURCE_DIR "/docs/configuration.md", &doc, NULL), 0);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        for (const struct option *o = tables[i]; o->key; o++) {
            char row[600];
            const char *def = o->def == option_required ? "required"
                              : o->def                  ? o->def
                                                        : "–";
            snprintf(
                row, sizeof(row), "| `%s` | %s | %s |", o->key, def, o->text);
            if (!strstr(buf_cstr(&doc), row))
                fail_msg("docs/configuration.md lacks the row\n%s", row);
        }
    buf_done(&doc);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_errors_at_once),
        cmocka_unit_test(missing_file),
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(print_round_trip),
        cmocka_unit_test(duty_arrives),
        cmocka_unit_test(sites_arrive),
        cmocka_unit_test(secret_file_modes),
        cmocka_unit_test(hash_follows_content),
        cmocka_unit_test(reference_in_step),
    };

    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("TOCSIN_TEST_UNSET");
    setenv("TOCSIN_RULES_DIR", "/nonexistent", 1);
    setenv("TOCSIN_TEST_SECRET", SECRET, 1);
    setenv("TOCSIN_TEST_WRONG", "whsec_c2hvcnQ=", 1);
    if (digest_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

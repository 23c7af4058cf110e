#include "duty.h"

#include <sys/stat.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "daemon/engine_outbox.h"
#include "net/loop.h"

int64_t house_now_ms = 1780000000000;
bool house_is_full;

/* The linker gives these to everybody who asks for the time. */
struct wall __wrap_loop_wall(struct loop *loop);
struct mono __wrap_loop_mono(struct loop *loop);
int __wrap_store_commit(struct store *store);
int __real_store_commit(struct store *store);

struct wall
__wrap_loop_wall(struct loop *loop)
{
    (void)loop;
    return (struct wall){house_now_ms};
}

struct mono
__wrap_loop_mono(struct loop *loop)
{
    (void)loop;
    return (struct mono){house_now_ms - 1700000000000};
}

int
__wrap_store_commit(struct store *store)
{
    return house_is_full ? E_IO : __real_store_commit(store);
}

static void
put(const struct house *house, const char *name, const char *text,
    const char *more)
{
    char path[160];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", house->folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "%s%s", text, more);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

void
house_configure(struct house *house, const char *more)
{
    put(house, "tocsin.yaml",
        "bureau: 云溪县教育局\n"
        "contact: desk@yunxi.example\n"
        "database: tocsin.db\n"
        "rules: {shipped: false}\n"
        "notify: {min_level: blue}\n"
        "routes:\n"
        " - {name: all, channels: [desk]}\n"
        "channels:\n"
        " - {id: desk, kind: webhook, url: 'https://desk.example/h', secret: "
        "{file: secret}}\n"
        " - {id: lin, kind: webhook, url: 'https://lin.example/h', secret: "
        "{file: secret}}\n"
        " - {id: shen, kind: webhook, url: 'https://shen.example/h', secret: "
        "{file: secret}}\n",
        more);
}

void
house_setup(struct house *house, const char *more)
{
    *house = (struct house){.folder = "/tmp/tocsin-duty-XXXXXX"};
    assert_non_null(mkdtemp(house->folder));
    snprintf(
        house->config, sizeof house->config, "%s/tocsin.yaml", house->folder);
    snprintf(
        house->database, sizeof house->database, "%s/tocsin.db", house->folder);
    put(house, "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "");
    house_configure(house, more);
    house_now_ms = 1780000000000;
    house_up(house);
}

void
house_teardown(struct house *house)
{
    static const char *const names[] = {"tocsin.yaml", "secret", "tocsin.db",
        "tocsin.db-wal", "tocsin.db-shm", "tocsin.db-lock"};

    house_down(house);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[160];

        snprintf(path, sizeof path, "%s/%s", house->folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(house->folder), 0);
}

static void
nothing(void *arg)
{
    (void)arg;
}

static void
read_config(struct house *house, struct engine *e)
{
    struct toc_errors errors = {0};

    if (config_load(house->config, &errors, &e->config, &e->rules) != 0)
        for (size_t i = 0; i < errors.n; i++)
            toc_error_print(&errors.list[i], stderr);
    assert_int_equal(errors.n, 0);
    toc_errors_done(&errors);
    assert_int_equal(zone_load(e->config->zone.p, &e->zone), 0);
}

void
house_up(struct house *house)
{
    struct engine *e = calloc(1, sizeof *e);
    struct toc_error error;

    assert_non_null(e);
    assert_null(house->engine);
    house->engine = e;
    e->arena = arena_new(16 * 1024 * 1024);
    assert_non_null(e->arena);
    read_config(house, e);
    assert_int_equal(store_open(house->database, &error, &e->store), 0);
    assert_int_equal(loop_new(&e->loop), 0);
    assert_int_equal(loop_timer_new(e->loop, nothing, e, &e->commit_timer), 0);
    assert_int_equal(loop_timer_new(e->loop, nothing, e, &e->outbox_timer), 0);
    assert_int_equal(engine_outbox_init(e), 0);
    assert_int_equal(engine_duty_start(e), 0);
}

static void
outbox_free(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->n; i++)
        window_done(&outbox->lines[i].own);
    free(outbox->lines);
    free(outbox);
}

static void
end(struct house *house)
{
    struct engine *e = house->engine;

    if (e == NULL)
        return;
    loop_timer_free(e->duty->timer);
    free(e->duty->dirty);
    free(e->duty);
    outbox_free(e->outbox);
    for (size_t i = 0; i < e->npending; i++) {
        free(e->pending[i].text);
        free(e->pending[i].data);
    }
    free(e->pending);
    free(e->follows);
    free(e->tells);
    loop_timer_free(e->commit_timer);
    loop_timer_free(e->outbox_timer);
    loop_free(e->loop);
    grouper_free(e->grouper);
    store_close(e->store);
    zone_free(e->zone);
    config_free(e->config);
    ruleset_free(e->rules);
    arena_free(e->arena);
    free(e);
    house->engine = NULL;
}

void
house_down(struct house *house)
{
    if (house->engine)
        assert_int_equal(engine_commit(house->engine), 0);
    end(house);
}

void
house_kill(struct house *house)
{
    end(house);
}

void
house_reload(struct house *house)
{
    struct engine *e = house->engine;

    assert_int_equal(engine_commit(e), 0);
    zone_free(e->zone);
    config_free(e->config);
    ruleset_free(e->rules);
    read_config(house, e);
    assert_int_equal(engine_outbox_init(e), 0);
    engine_duty_reload(e);
    house_tick(house);
}

void
house_tick(struct house *house)
{
    engine_expire(house->engine);
    engine_duty_run(house->engine);
    while (house->engine->duty->walking)
        engine_duty_run(house->engine);
    assert_int_equal(engine_commit(house->engine), 0);
}

int64_t
house_open(struct house *house, enum level level, const char *category)
{
    struct engine *e = house->engine;
    struct wall now = {house_now_ms};
    struct incident incident = {.state = INCIDENT_NEW,
        .level = level,
        .score = 60,
        .title = STR("云溪二小多名学生呕吐送医"),
        .category = str_of(category),
        .first_seen = now,
        .last_seen = now,
        .opened = now,
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE,
        .unmerged_until = WALL_NONE};
    int64_t id;

    assert_int_equal(engine_write_begin(e), 0);
    assert_int_equal(store_incident_add(e->store, &incident, &id), 0);
    engine_changed(e, "incident", id);
    assert_int_equal(engine_write_end(e, 0), 0);
    assert_int_equal(engine_commit(e), 0);
    return id;
}

void
house_change(struct house *house, int64_t id, enum incident_state state,
    enum level level)
{
    struct engine *e = house->engine;
    struct incident incident;

    arena_clear(e->arena);
    assert_int_equal(engine_write_begin(e), 0);
    assert_int_equal(store_incident_load(e->store, id, e->arena, &incident), 0);
    incident.state = state;
    incident.level = level;
    assert_int_equal(store_incident_save(e->store, &incident), 0);
    engine_changed(e, "incident", id);
    assert_int_equal(engine_write_end(e, 0), 0);
    assert_int_equal(engine_commit(e), 0);
}

/* --- behind its back ------------------------------------------------------ */

int64_t
house_count(const struct house *house, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    int64_t n;

    assert_int_equal(sqlite3_open(house->database, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 2000);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return n;
}

void
house_meddle(const struct house *house, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;

    assert_int_equal(sqlite3_open(house->database, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 2000);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    (void)sqlite3_close(db);
}

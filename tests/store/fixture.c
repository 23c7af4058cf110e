#include "fixture.h"

#include <dirent.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/err.h"

struct wall
at(int64_t seconds)
{
    return (struct wall){1780000000000 + seconds * 1000};
}

static const struct source news = {.id = {"news", 4},
    .url = {"https://news.example/feed", 25},
    .title = {"云溪新闻", 12},
    .weight = 100,
    .interval_ms = 60000};

int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f || digest_init() != 0)
        return -1;
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tocsin-store-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    (void)snprintf(f->path, sizeof(f->path), "%s/tocsin.db", f->folder);
    f->arena = arena_new(ARENA_CAP_DEFAULT);
    if (store_open(f->path, NULL, &f->store) != 0 ||
        store_source_sync(f->store, &news, 1, at(0)) != 0 ||
        view_open(f->path, NULL, &f->view) != 0)
        return -1;
    *state = f;
    return 0;
}

int
fixture_teardown(void **state)
{
    struct fixture *f = *state;
    DIR *folder = opendir(f->folder);
    struct dirent *entry;
    char name[400];

    view_close(f->view);
    store_close(f->store);
    arena_free(f->arena);
    while (folder && (entry = readdir(folder))) {
        (void)snprintf(name, sizeof(name), "%s/%s", f->folder, entry->d_name);
        (void)unlink(name);
    }
    if (folder)
        (void)closedir(folder);
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

void
fixture_close(struct fixture *f)
{
    view_close(f->view);
    f->view = NULL;
    store_close(f->store);
    f->store = NULL;
}

void
fixture_reopen(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(store_open(f->path, NULL, &f->store), 0);
}

struct item
item_of(int n, const char *title, const char *text)
{
    struct item item = {.title = str_of(title),
        .text = str_of(text),
        .url = STR("https://news.example/1"),
        .published = WALL_NONE,
        .updated = WALL_NONE};
    struct str parts[] = {str_of(title), str_of(text)};
    char number[16];
    int len = snprintf(number, sizeof(number), "%d", n);

    digest_sha256((struct str){number, (size_t)len}, item.identity);
    digest_parts(parts, 2, item.digest);
    return item;
}

int64_t
put_item(struct store *store, const struct item *item)
{
    struct item_put put = {
        .source = STR("news"), .item = item, .seen = at(10), .generation = 1};
    enum item_outcome outcome;
    int64_t id = 0, revision = 0;

    assert_int_equal(store_item_put(store, &put, &id, &revision, &outcome), 0);
    return id;
}

struct incident
incident_of(const char *title, enum level level, int64_t seen)
{
    return (struct incident){.level = level,
        .score = 50,
        .title = str_of(title),
        .first_seen = at(seen),
        .last_seen = at(seen),
        .opened = at(seen),
        .acknowledged = WALL_NONE,
        .closed = WALL_NONE,
        .until = WALL_NONE,
        .before_until = WALL_NONE,
        .generation = 1};
}

int64_t
add_incident(
    struct store *store, const char *title, enum level level, int64_t seen)
{
    struct incident incident = incident_of(title, level, seen);
    int64_t id = 0;

    assert_int_equal(store_incident_add(store, &incident, &id), 0);
    return id;
}

int64_t
add_delivery(struct store *store, const char *message_id, enum level level,
    int64_t created, int64_t next)
{
    struct delivery delivery = {.message_id = str_of(message_id),
        .channel = STR("desk"),
        .type = STR("incident.opened"),
        .level = level,
        .body = STR("{\"a\":\0 1}"),
        .created = at(created),
        .next = at(next),
        .finished = WALL_NONE};
    int64_t id = 0;

    assert_int_equal(store_delivery_add(store, &delivery, &id), 0);
    return id;
}

bool
may(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    int r;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    r = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return r == SQLITE_OK;
}

void
meddle(const char *path, const char *sql)
{
    assert_true(may(path, sql));
}

#include "desk.h"

#include <sys/stat.h>

#include <assert.h>
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "incidents/report_sheet.h"
#include "incidents/state.h"
#include "seed.h"
#include "seed_sites.h"
#include "store/store.h"
#include "store/users.h"

#define CHECK(call)                                                            \
    do {                                                                       \
        int check_ = (call);                                                   \
        if (check_) {                                                          \
            (void)fprintf(                                                     \
                stderr, "%s:%d: %s: %d\n", __FILE__, __LINE__, #call, check_); \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* --- the engine --- */

static int
apply(struct desk *desk, const struct action *action)
{
    static const struct {
        enum action_kind kind;
        enum incident_act act;
    } acts[] = {{ACTION_ACKNOWLEDGE, INCIDENT_ACT_ACKNOWLEDGE},
        {ACTION_RESPOND, INCIDENT_ACT_RESPOND},
        {ACTION_RESOLVE, INCIDENT_ACT_CLOSE},
        {ACTION_FALSE_ALARM, INCIDENT_ACT_FALSE_ALARM},
        {ACTION_SNOOZE, INCIDENT_ACT_SNOOZE},
        {ACTION_REOPEN, INCIDENT_ACT_REOPEN},
        {ACTION_ASSIGN, INCIDENT_ACT_ASSIGN}, {ACTION_NOTE, INCIDENT_ACT_NOTE}};
    _cleanup_(arena_freep) struct arena *arena = arena_new(1024 * 1024);
    struct incident incident;
    struct incident_change change = {
        .by = action->by, .reason = action->text, .until = action->until};
    struct incident_result result;
    size_t i = 0;
    int err = store_incident_load(desk->store, action->id, arena, &incident);
    struct ledger_entry entry;

    if (err)
        return err;
    while (acts[i].kind != action->kind)
        i++;
    change.act = acts[i].act;
    if (change.act == INCIDENT_ACT_ACKNOWLEDGE)
        change.until.ms = loop_wall(desk->loop).ms + MS_DAY;
    if (change.act == INCIDENT_ACT_ASSIGN)
        change.reason = action->object;
    err = incident_apply(&incident, &change, loop_wall(desk->loop), &result);
    if (err)
        return err;
    entry = (struct ledger_entry){.at = loop_wall(desk->loop),
        .kind = arena_printf(arena, "incident.%s",
            change.act == INCIDENT_ACT_NOTE
                ? "note"
                : incident_state_name(incident.state)),
        .incident = action->id,
        .by = action->by,
        .from = action->from,
        .text = arena_printf(
            arena, "{\"reason\":\"%.*s\"}", STR_ARG(action->text))};
    CHECK(store_begin(desk->store));
    err = store_incident_save(desk->store, &incident);
    if (!err)
        err = store_ledger_add(desk->store, &entry);
    CHECK(store_commit(desk->store));
    return err;
}

/* Sessions: the first half of the secret; the second is a recovery code. */
static int
open_session(struct desk *desk, const struct action *action)
{
    const uint8_t *hash = (const uint8_t *)action->secret.p;
    struct wall now = loop_wall(desk->loop);
    int err = 0;

    if (action->secret.n == 64)
        err = store_recovery_use(desk->store, action->object, hash + 32);
    else if (action->id > 0)
        err = store_totp_use(desk->store, action->object, action->id);
    if (err)
        return E_STATE;
    err = store_session_add(
        desk->store, hash, action->object, now, action->until);
    return err ? err
               : store_session_note(
                     desk->store, hash, now, action->from, action->text);
}

static int
change_user(struct desk *desk, const struct action *action)
{
    bool own = action->kind == ACTION_USER_LANG;
    struct user user;
    int err = view_user(
        desk->view, own ? action->by : action->object, desk->arena, &user);

    if (err)
        return err;
    if (own)
        user.lang = action->text;
    else if (action->kind == ACTION_USER_PASSWORD)
        user.password_hash = action->secret;
    else if (action->role.n > 0)
        user.role = action->role;
    if (action->kind == ACTION_USER_CHANGE && action->text.n > 0)
        user.disabled = str_eq(action->text, STR("disable"));
    err = store_user_save(desk->store, &user);
    return err || own ? err : store_session_drop_user(desk->store, user.name);
}

static int
set_totp(struct desk *desk, const struct action *action)
{
    uint8_t codes[RECOVERY_CODES][32];
    struct str secret = str_first(action->secret, TOTP_SECRET_BYTES);

    assert(action->secret.n == TOTP_SECRET_BYTES + sizeof codes);
    memcpy(codes, action->secret.p + TOTP_SECRET_BYTES, sizeof codes);
    return store_totp_set(desk->store, action->object, secret, action->id,
        (const uint8_t(*)[32])codes, RECOVERY_CODES);
}

static int
end_session(struct desk *desk, const struct action *action)
{
    if (!str_eq(action->text, STR("others")))
        return store_session_end(desk->store,
            action->object.n ? action->object : STR_NONE, action->text);
    return store_session_end_others(
        desk->store, action->object, (const uint8_t *)action->secret.p);
}

static int
add_token(struct desk *desk, const struct action *action)
{
    const uint8_t *hash = (const uint8_t *)action->secret.p;
    struct str owner = action->data.n ? action->data : action->by;
    int err = store_token_add(desk->store, hash, owner, action->object,
        action->role, loop_wall(desk->loop), action->until);

    return err || action->text.n == 0
               ? err
               : store_token_restrict(desk->store, hash, action->text);
}

static int
people(struct desk *desk, const struct action *action)
{
    const uint8_t *hash = (const uint8_t *)action->secret.p;
    struct user user = {.name = action->object,
        .password_hash = action->secret,
        .role = action->role,
        .lang = STR("zh"),
        .created = loop_wall(desk->loop)};

    switch ((int)action->kind) {
    case ACTION_SESSION_OPEN:
        return open_session(desk, action);
    case ACTION_SESSION_CLOSE:
        return store_session_drop(desk->store, hash);
    case ACTION_SESSION_TOUCH:
        return store_session_touch(desk->store, hash, action->until);
    case ACTION_SESSION_END:
        return end_session(desk, action);
    case ACTION_TOKEN_ADD:
        return add_token(desk, action);
    case ACTION_TOKEN_DROP:
        return store_token_drop(desk->store,
            action->data.n ? action->data : action->by, action->object);
    case ACTION_TOKEN_USED:
        return store_token_used(desk->store, hash, loop_wall(desk->loop));
    case ACTION_USER_ADD:
        return store_user_add(desk->store, &user);
    case ACTION_USER_DROP:
        return store_user_drop(desk->store, action->object);
    case ACTION_USER_THEME:
        return store_user_theme(desk->store, action->by, action->text);
    case ACTION_TOTP_SET:
        return set_totp(desk, action);
    case ACTION_TOTP_CLEAR:
        return store_totp_clear(desk->store, action->object);
    case ACTION_USER_LANG:
    case ACTION_USER_PASSWORD:
    case ACTION_USER_CHANGE:
        return change_user(desk, action);
    default:
        return E_NOTFOUND;
    }
}

static void
copy_action(struct desk *desk, const struct action *action)
{
    struct action *last = &desk->last;

    *last = *action;
    last->object = arena_str(desk->arena, action->object);
    last->text = arena_str(desk->arena, action->text);
    last->role = arena_str(desk->arena, action->role);
    last->secret = arena_str(desk->arena, action->secret);
    last->by = arena_str(desk->arena, action->by);
    last->from = arena_str(desk->arena, action->from);
    last->data = arena_str(desk->arena, action->data);
}

/* Of rules and own sites: taken as they are, answered with desk->data. */
static bool
is_of_others(enum action_kind kind)
{
    return (kind >= ACTION_ITEM_OPEN && kind <= ACTION_RULE_TRY) ||
           kind == ACTION_SITE_HOSTS_APPROVE ||
           kind == ACTION_SITE_FINDING_ACCEPT;
}

static int
engine_act(void *arg, uint64_t token, const struct action *action)
{
    struct desk *desk = arg;

    assert(action->by.p && action->from.p);
    desk->nactions++;
    desk->counts[action->kind]++;
    copy_action(desk, action);
    desk->result = desk->fail;
    if (!desk->fail && action->kind <= ACTION_NOTE)
        desk->result = apply(desk, action);
    else if (!desk->fail && action->kind >= ACTION_USER_ADD &&
             !is_of_others(action->kind) && action->kind != ACTION_LOGIN_FAILED)
        desk->result = people(desk, action);
    if (action->kind == ACTION_LOGIN_FAILED ||
        action->kind == ACTION_SESSION_TOUCH ||
        action->kind == ACTION_TOKEN_USED || str_eq(action->by, STR("proxy")))
        return 0;
    desk->token = token;
    if (!desk->silent)
        loop_timer_set(desk->answer, 0);
    return 0;
}

static void
answer_cb(void *arg)
{
    struct desk *desk = arg;
    struct action_result result = {.err = desk->result};

    if (desk->last.kind == ACTION_STATUS || desk->last.kind == ACTION_RELOAD)
        result.data =
            str_of(desk->data ? desk->data : "{\"generation\":7,\"roles\":5}");
    if (is_of_others(desk->last.kind) && desk->data)
        result.data = str_of(desk->data);
    console_answer(desk->console, desk->token, &result);
    if (desk->result == 0 && desk->last.kind <= ACTION_NOTE)
        console_changed(desk->console, "incident", desk->last.id);
}

/* --- life --- */

static void
add_user(struct desk *desk, const char *name, const char *role, bool strong)
{
    char password[64], hash[crypto_pwhash_STRBYTES];
    struct user user = {.name = str_of(name),
        .role = str_of(role),
        .lang = STR_NONE,
        .created = desk->now};

    (void)snprintf(password, sizeof password, "云溪-2026-%s", role);
    CHECK(crypto_pwhash_argon2id_str(hash, password, strlen(password),
        strong ? 2 : crypto_pwhash_argon2id_OPSLIMIT_MIN,
        strong ? 19 * 1024 * 1024 : crypto_pwhash_argon2id_MEMLIMIT_MIN));
    user.password_hash = str_of(hash);
    CHECK(store_user_add(desk->store, &user));
}

static int
engine_sheet(void *arg, const struct sheet_ask *ask, struct buf *out,
    const char **ret_type)
{
    struct report_form form = {
        .lang = ask->lang, .url = ask->url, .zone = ask->zone};
    _cleanup_(arena_freep) struct arena *arena = arena_new(16 * 1024 * 1024);
    enum report_format format;
    int r = report_format_parse(ask->format, &format);

    (void)arg;
    if (r)
        return r;
    *ret_type = report_format_type(format);
    return sheet_write(ask->sheet, &form, format, arena, out);
}

static void
desk_console(struct desk *desk, const struct desk_options *options)
{
    static const struct console_ops ops = {
        .act = engine_act, .sheet = engine_sheet};
    struct toc_error error = {0};
    struct console_config config = {.listen = options->listen,
        .url = options->url,
        .bureau = STR("云溪县教育局"),
        .zone = STR("Asia/Shanghai"),
        .templates_dir = STR(SOURCE_DIR "/console/templates"),
        .static_dir = STR(SOURCE_DIR "/console/static"),
        .hosts = {STR("x")},
        .nhosts = 1,
        .generation = 3,
        .proxies = {STR("127.0.0.1")},
        .nproxies = options->nproxies,
        .proxy_user = options->proxy_user,
        .factor = options->factor};

    if (!config.listen.p)
        config.listen = STR("127.0.0.1:0");
    if (!config.url.p)
        config.url = STR("http://127.0.0.1:8480");
    if (options->socket)
        config.socket_path = str_of(desk->socket);
    if (console_new(desk->loop, &config, desk->view, &ops, desk, &error,
            &desk->console)) {
        toc_error_print(&error, stderr);
        abort();
    }
    CHECK(console_start(desk->console));
}

void
desk_new(struct desk *desk, const struct desk_options *options)
{
    char path[96];
    struct toc_error error = {0};

    memset(desk, 0, sizeof *desk);
    CHECK(digest_init());
    (void)snprintf(desk->dir, sizeof desk->dir, "/tmp/tocsin-desk-XXXXXX");
    if (!mkdtemp(desk->dir))
        abort();
    (void)snprintf(path, sizeof path, "%s/store", desk->dir);
    (void)snprintf(desk->socket, sizeof desk->socket, "%s/socket", desk->dir);
    desk->arena = arena_new(16 * 1024 * 1024);
    CHECK(loop_new(&desk->loop));
    desk->now = loop_wall(desk->loop);
    if (store_open(path, &error, &desk->store)) {
        toc_error_print(&error, stderr);
        abort();
    }
    add_user(desk, "管理员", "admin", options->strong);
    add_user(desk, "值班员", "operator", options->strong);
    add_user(desk, "查看员", "viewer", options->strong);
    seed_store(desk->store, options->incidents, desk->now);
    if (options->sites)
        seed_sites(path, desk->now, options->incidents ? 1 : 0);
    CHECK(view_open(path, &error, &desk->view));
    CHECK(loop_timer_new(desk->loop, answer_cb, desk, &desk->answer));
    desk_console(desk, options);
}

void
desk_free(struct desk *desk)
{
    DIR *dir = opendir(desk->dir);
    struct dirent *entry;

    console_free(desk->console);
    loop_timer_free(desk->answer);
    view_close(desk->view);
    store_close(desk->store);
    loop_free(desk->loop);
    arena_free(desk->arena);
    while (dir && (entry = readdir(dir)))
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        (void)closedir(dir);
    (void)rmdir(desk->dir);
}

int64_t
desk_add_incident(struct desk *desk, struct str title, struct str text,
    struct str url, enum level level)
{
    return seed_one(desk->store, title, text, url, level, desk->now);
}

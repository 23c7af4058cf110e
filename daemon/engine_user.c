/*
 * engine_user: what people ask about users, their sessions and tokens.
 *
 * The console has checked who asks; that somebody always remains who can let
 * others in is checked here, in the transaction that would end it.
 */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_act.h"
#include "daemon/pb.h"
#include "store/store.h"
#include "store/users.h"

enum {
    USER_MAX_NAME_BYTES = 128,
    USER_MAX_HASH_BYTES = 256,
    USER_MAX_ONLY_BYTES = 1024,
    USER_MAX_AGENT_BYTES = 80
};

static bool
name_is_sound(struct str name)
{
    return name.n > 0 && name.n <= USER_MAX_NAME_BYTES;
}

static bool
role_is_sound(struct str role)
{
    return str_eq(role, STR("viewer")) || str_eq(role, STR("operator")) ||
           str_eq(role, STR("editor")) || str_eq(role, STR("admin"));
}

/* --- users --- */

/* Refuse what would leave nobody to let others in. */
static int
stays_an_admin(struct asked *asked, const struct user *before)
{
    int64_t others = 0;
    int r;

    if (before->disabled || !str_eq(before->role, STR("admin")))
        return 0;
    r = store_user_admins(asked->engine->store, before->name, &others);
    if (r == 0 && others == 0) {
        asked->words = "This is the last admin. Make another one first.";
        r = E_STATE;
    }
    return r;
}

/* One whom a proxy vouches for has no password. */
static int
act_user_add(struct asked *asked)
{
    struct user user = {.name = asked->object,
        .password_hash = pb_bytes(asked->in->secret),
        .role = asked->role,
        .created = engine_now(asked->engine)};
    bool vouched = str_eq(asked->text, STR("proxy"));
    int r;

    if (!name_is_sound(user.name) || !role_is_sound(user.role) ||
        (user.password_hash.n == 0) != vouched ||
        user.password_hash.n > USER_MAX_HASH_BYTES)
        return E_PARSE;
    if (vouched)
        user.password_hash = STR_NONE;
    r = store_user_add(asked->engine->store, &user);
    return r ? r : act_ledger(asked, "user.added", 0, NULL);
}

static int
act_user_password(struct asked *asked)
{
    struct store *store = asked->engine->store;
    struct user user;
    int r = store_user_load(store, asked->object, asked->engine->arena, &user);

    if (r != 0)
        return r;
    user.password_hash = pb_bytes(asked->in->secret);
    if (user.password_hash.n == 0 || user.password_hash.n > USER_MAX_HASH_BYTES)
        return E_PARSE;
    r = store_user_save(store, &user);
    if (r == 0)
        r = store_session_drop_user(store, user.name);
    return r ? r : act_ledger(asked, "user.password", 0, NULL);
}

/* A new role ends the sessions that have the old one. */
static int
change_role(struct asked *asked, struct user *user)
{
    int r = 0;

    if (!role_is_sound(asked->role))
        return E_PARSE;
    if (str_eq(asked->role, user->role))
        return 0;
    if (!str_eq(asked->role, STR("admin")))
        r = stays_an_admin(asked, user);
    user->role = asked->role;
    if (r == 0)
        r = store_user_save(asked->engine->store, user);
    if (r == 0)
        r = store_session_drop_user(asked->engine->store, user->name);
    return r ? r : act_ledger(asked, "user.role", 0, NULL);
}

static int
change_state(struct asked *asked, struct user *user, bool disabled)
{
    int r = 0;

    if (disabled == user->disabled)
        return 0;
    if (disabled)
        r = stays_an_admin(asked, user);
    user->disabled = disabled;
    if (r == 0)
        r = store_user_save(asked->engine->store, user);
    return r ? r
             : act_ledger(
                   asked, disabled ? "user.disabled" : "user.enabled", 0, NULL);
}

static int
act_user_change(struct asked *asked)
{
    struct user user;
    int r = store_user_load(
        asked->engine->store, asked->object, asked->engine->arena, &user);

    if (r != 0)
        return r;
    if (asked->role.n > 0)
        r = change_role(asked, &user);
    if (r == 0 && str_eq(asked->text, STR("enable")))
        r = change_state(asked, &user, false);
    else if (r == 0 && str_eq(asked->text, STR("disable")))
        r = change_state(asked, &user, true);
    else if (r == 0 && (asked->text.n > 0 || asked->role.n == 0))
        r = E_PARSE;
    return r;
}

static int
act_user_drop(struct asked *asked)
{
    struct store *store = asked->engine->store;
    struct user user;
    int r = store_user_load(store, asked->object, asked->engine->arena, &user);

    if (r == 0)
        r = stays_an_admin(asked, &user);
    if (r == 0)
        r = store_user_drop(store, user.name);
    return r ? r : act_ledger(asked, "user.removed", 0, NULL);
}

static int
act_user_lang(struct asked *asked)
{
    struct store *store = asked->engine->store;
    struct user user;
    int r = store_user_load(store, asked->by, asked->engine->arena, &user);

    if (r != 0)
        return r;
    if (!str_eq(asked->text, STR("zh")) && !str_eq(asked->text, STR("en")))
        return E_PARSE;
    user.lang = asked->text;
    r = store_user_save(store, &user);
    return r ? r : act_ledger(asked, "user.lang", 0, NULL);
}

/* How pages look is nobody's business but the user's: no entry. */
static int
act_user_theme(struct asked *asked)
{
    bool system = str_eq(asked->text, STR("system"));

    if (!system && !str_eq(asked->text, STR("light")) &&
        !str_eq(asked->text, STR("dark")))
        return E_PARSE;
    return store_user_theme(
        asked->engine->store, asked->by, system ? STR_NONE : asked->text);
}

/* --- the second factor --- */

static int
act_totp_set(struct asked *asked)
{
    struct str bytes = pb_bytes(asked->in->secret);
    struct str codes = str_from(bytes, TOTP_SECRET_BYTES);
    uint8_t hashes[RECOVERY_CODES][DIGEST_SIZE];
    int r;

    if (bytes.n != TOTP_SECRET_BYTES + sizeof hashes || asked->id <= 0)
        return E_PARSE;
    memcpy(hashes, codes.p, sizeof hashes);
    r = store_totp_set(asked->engine->store, asked->object,
        str_first(bytes, TOTP_SECRET_BYTES), asked->id,
        (const uint8_t(*)[32])hashes, RECOVERY_CODES);
    return r ? r : act_ledger(asked, "user.totp_set", 0, NULL);
}

/* Somebody else's is reset because he cannot log in: then what is open may be
 * who took it from him. */
static int
act_totp_clear(struct asked *asked)
{
    int r = store_totp_clear(asked->engine->store, asked->object);

    if (r == 0 && !str_eq(asked->object, asked->by))
        r = store_session_drop_user(asked->engine->store, asked->object);
    return r ? r : act_ledger(asked, "user.totp_cleared", 0, NULL);
}

/* --- sessions --- */

/* Use up what the log-in showed: a step of the second factor (id), or a
 * recovery code (the second half of secret). */
static int
use_factor(struct asked *asked)
{
    struct store *store = asked->engine->store;
    const Tocsin__ActionRequest *in = asked->in;
    int r = 0;

    if (in->secret.len == 2 * (size_t)DIGEST_SIZE) {
        r = store_recovery_use(
            store, asked->object, in->secret.data + DIGEST_SIZE);
        if (r == 0)
            r = act_ledger(asked, "user.recovery_used", 0, NULL);
    } else if (asked->id > 0) {
        r = store_totp_use(store, asked->object, asked->id);
    }
    if (r == E_STATE || r == E_NOTFOUND) {
        asked->words = "This code was used already.";
        r = E_STATE;
    }
    return r;
}

static int
act_session_open(struct asked *asked)
{
    struct store *store = asked->engine->store;
    const uint8_t *hash = asked->in->secret.data;
    struct wall now = engine_now(asked->engine);
    struct user user;
    int r;

    if (asked->in->secret.len != DIGEST_SIZE &&
        asked->in->secret.len != 2 * (size_t)DIGEST_SIZE)
        return E_PARSE;
    (void)store_session_expire(store, now);
    r = store_user_load(store, asked->object, asked->engine->arena, &user);
    if (r == 0 && user.disabled)
        r = E_DENIED;
    if (r == 0)
        r = use_factor(asked);
    if (r == 0)
        r = store_session_add(store, hash, asked->object, now,
            (struct wall){asked->in->until_ms});
    if (r == 0)
        r = store_session_note(store, hash, now, asked->from,
            str_first(asked->text, USER_MAX_AGENT_BYTES));
    return r ? r : act_ledger(asked, "session.opened", 0, NULL);
}

static int
act_session_touch(struct asked *asked)
{
    struct store *store = asked->engine->store;
    const uint8_t *hash = asked->in->secret.data;
    int r;

    if (asked->in->secret.len != DIGEST_SIZE)
        return E_PARSE;
    r = store_session_touch(store, hash, (struct wall){asked->in->until_ms});
    return r ? r : store_session_used(store, hash, engine_now(asked->engine));
}

static int
act_session_close(struct asked *asked)
{
    struct store *store = asked->engine->store;
    int r = asked->in->secret.len == DIGEST_SIZE
                ? store_session_drop(store, asked->in->secret.data)
                : store_session_drop_user(store, asked->object);

    return r ? r : act_ledger(asked, "session.closed", 0, NULL);
}

static int
act_session_end(struct asked *asked)
{
    struct store *store = asked->engine->store;
    struct str user = asked->object.n ? asked->object : STR_NONE;
    int r;

    if (!str_eq(asked->text, STR("others")))
        r = store_session_end(store, user, asked->text);
    else if (user.n == 0)
        r = E_PARSE;
    else if (asked->in->secret.len == DIGEST_SIZE)
        r = store_session_end_others(store, user, asked->in->secret.data);
    else
        r = store_session_drop_user(store, user);
    return r ? r : act_ledger(asked, "session.ended", 0, NULL);
}

static int
act_login_failed(struct asked *asked)
{
    return act_ledger(asked, "login.failed", 0, NULL);
}

/* --- tokens --- */

/* Whose: data says it when it is not his who asks. */
static struct str
token_owner(const struct asked *asked)
{
    struct str owner = pb_bytes(asked->in->data);

    return owner.n > 0 ? owner : asked->by;
}

static json_t *
owner_entry(const struct asked *asked)
{
    json_t *more = json_object();

    (void)jsonx_set(more, "owner", jsonx_str(token_owner(asked)));
    return more;
}

static int
act_token_add(struct asked *asked)
{
    struct store *store = asked->engine->store;
    struct str owner = token_owner(asked);
    const uint8_t *hash = asked->in->secret.data;
    int r;

    if (!name_is_sound(asked->object) || asked->text.n > USER_MAX_ONLY_BYTES ||
        asked->in->secret.len != DIGEST_SIZE || !name_is_sound(owner) ||
        !role_is_sound(asked->role))
        return E_PARSE;
    r = store_token_add(store, hash, owner, asked->object, asked->role,
        engine_now(asked->engine), (struct wall){asked->in->until_ms});
    if (r == 0 && asked->text.n > 0)
        r = store_token_restrict(store, hash, asked->text);
    return r ? r : act_ledger(asked, "token.added", 0, owner_entry(asked));
}

static int
act_token_drop(struct asked *asked)
{
    struct str owner = token_owner(asked);
    int r;

    if (!name_is_sound(asked->object))
        return E_PARSE;
    r = store_token_drop(asked->engine->store, owner, asked->object);
    return r ? r : act_ledger(asked, "token.dropped", 0, owner_entry(asked));
}

static int
act_token_used(struct asked *asked)
{
    if (asked->in->secret.len != DIGEST_SIZE)
        return E_PARSE;
    return store_token_used(asked->engine->store, asked->in->secret.data,
        engine_now(asked->engine));
}

int
act_people(struct asked *asked)
{
    static const struct {
        enum action_kind kind;
        int (*run)(struct asked *asked);
    } acts[] = {
        {ACTION_USER_ADD, act_user_add},
        {ACTION_USER_PASSWORD, act_user_password},
        {ACTION_USER_CHANGE, act_user_change},
        {ACTION_USER_DROP, act_user_drop},
        {ACTION_USER_LANG, act_user_lang},
        {ACTION_USER_THEME, act_user_theme},
        {ACTION_TOTP_SET, act_totp_set},
        {ACTION_TOTP_CLEAR, act_totp_clear},
        {ACTION_SESSION_OPEN, act_session_open},
        {ACTION_SESSION_TOUCH, act_session_touch},
        {ACTION_SESSION_CLOSE, act_session_close},
        {ACTION_SESSION_END, act_session_end},
        {ACTION_LOGIN_FAILED, act_login_failed},
        {ACTION_TOKEN_ADD, act_token_add},
        {ACTION_TOKEN_DROP, act_token_drop},
        {ACTION_TOKEN_USED, act_token_used},
    };

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (acts[i].kind == (enum action_kind)asked->in->kind)
            return acts[i].run(asked);
    return E_NOTFOUND;
}

/*
 * engine_link: tokens, written and read; and what their acts do.
 *
 * Bytes of a token before base64url: version 1, act 1, incident 8, end in
 * seconds 8, nonce 8 (numbers with their greatest byte first), the channel's
 * id, and of the HMAC-SHA-256 over all that the first LINK_MAC_SIZE bytes.
 */
#include "daemon/engine_link.h"

#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/jsonx.h"
#include "base/mask.h"
#include "daemon/engine_act.h"
#include "daemon/pb.h"
#include "incidents/state.h"
#include "store/silences.h"

enum {
    LINK_VERSION = 1,
    LINK_HEAD_SIZE = 26,
    LINK_MAC_SIZE = 16,
    LINK_CHANNEL_MAX = 64
};
_Static_assert((int)LINK_KEY_SIZE == (int)STORE_ACT_KEY_SIZE, "one key");
_Static_assert((int)LINK_NONCE_SIZE == (int)STORE_ACT_NONCE_SIZE, "one nonce");

static const char link_context[] = "tocsin act link v1";

const char *
link_state_name(enum link_state state)
{
    static const char *const names[] = {
#define X(state, name) name,
        LINK_STATES(X)
#undef X
    };

    return names[state];
}

/* --- tokens
 * -------------------------------------------------------------------------- */

static void
put_number(uint8_t *out, uint64_t n)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)n;
        n >>= 8;
    }
}

static uint64_t
get_number(const uint8_t *in)
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n = n << 8 | in[i];
    return n;
}

/* The key of the tokens is derived, so that the stored one may serve others. */
static void
mac_of(const uint8_t key[LINK_KEY_SIZE], const uint8_t *bytes, size_t n,
    uint8_t ret[DIGEST_SIZE])
{
    uint8_t own[DIGEST_SIZE];

    digest_hmac_sha256(
        (struct str){(const char *)key, LINK_KEY_SIZE}, STR(link_context), own);
    digest_hmac_sha256((struct str){(const char *)own, sizeof own},
        (struct str){(const char *)bytes, n}, ret);
}

/* Between base64 and its form for URLs, without padding. */
static void
swap_alphabet(char *p, size_t n, bool to_url)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == (to_url ? '+' : '-'))
            p[i] = to_url ? '-' : '+';
        else if (p[i] == (to_url ? '/' : '_'))
            p[i] = to_url ? '_' : '/';
    }
}

int
link_write(
    const struct link *link, const uint8_t key[LINK_KEY_SIZE], struct buf *out)
{
    uint8_t bytes[LINK_HEAD_SIZE + LINK_CHANNEL_MAX + LINK_MAC_SIZE];
    uint8_t mac[DIGEST_SIZE];
    struct str channel = str_of(link->channel);
    size_t n = LINK_HEAD_SIZE + channel.n, begin = out->n;
    int r;

    if (channel.n == 0 || channel.n > LINK_CHANNEL_MAX)
        return E_LIMIT;
    bytes[0] = LINK_VERSION;
    bytes[1] = (uint8_t)link->act;
    put_number(bytes + 2, (uint64_t)link->incident);
    put_number(bytes + 10, (uint64_t)(link->expires.ms / MS_SECOND));
    memcpy(bytes + 18, link->nonce, LINK_NONCE_SIZE);
    memcpy(bytes + LINK_HEAD_SIZE, channel.p, channel.n);
    mac_of(key, bytes, n, mac);
    memcpy(bytes + n, mac, LINK_MAC_SIZE);
    r = digest_base64(out, bytes, n + LINK_MAC_SIZE);
    if (r != 0)
        return r;
    while (out->n > begin && out->p[out->n - 1] == '=')
        out->n--;
    swap_alphabet(out->p + begin, out->n - begin, true);
    return 0;
}

static bool
unpack(const uint8_t *bytes, size_t n, const uint8_t key[LINK_KEY_SIZE],
    struct link *ret)
{
    uint8_t mac[DIGEST_SIZE];
    size_t signed_n = n - LINK_MAC_SIZE;

    if (n <= LINK_HEAD_SIZE + LINK_MAC_SIZE ||
        n > LINK_HEAD_SIZE + LINK_CHANNEL_MAX + LINK_MAC_SIZE)
        return false;
    mac_of(key, bytes, signed_n, mac);
    if (!digest_equal(mac, bytes + signed_n, LINK_MAC_SIZE) ||
        bytes[0] != LINK_VERSION || bytes[1] < LINK_ACKNOWLEDGE ||
        bytes[1] > LINK_FALSE_ALARM)
        return false;
    *ret = (struct link){.act = (enum link_act)bytes[1],
        .incident = (int64_t)get_number(bytes + 2),
        .expires = {(int64_t)get_number(bytes + 10) * MS_SECOND}};
    memcpy(ret->nonce, bytes + 18, LINK_NONCE_SIZE);
    memcpy(ret->channel, bytes + LINK_HEAD_SIZE, signed_n - LINK_HEAD_SIZE);
    return true;
}

/* digest_unbase64 takes one spelling of the same bytes only: bits that no byte
 * has are to be 0. */
enum link_state
link_read(struct str token, const uint8_t key[LINK_KEY_SIZE], struct wall now,
    struct link *ret)
{
    char text[LINK_TOKEN_BYTES];
    struct buf bytes;
    bool good;

    if (token.n == 0 || token.n > sizeof text)
        return LINK_ALTERED;
    for (size_t i = 0; i < token.n; i++)
        if (token.p[i] == '+' || token.p[i] == '/' || token.p[i] == '=')
            return LINK_ALTERED;
    memcpy(text, token.p, token.n);
    swap_alphabet(text, token.n, false);
    buf_init(&bytes, LINK_TOKEN_BYTES);
    good = digest_unbase64(&bytes, (struct str){text, token.n}) == 0 &&
           unpack((const uint8_t *)bytes.p, bytes.n, key, ret);
    buf_done(&bytes);
    if (!good)
        return LINK_ALTERED;
    return now.ms < ret->expires.ms ? LINK_GOOD : LINK_EXPIRED;
}

/* --- made for a message
 * ------------------------------------------------------------------ */

static int
key_of(struct engine *engine, uint8_t ret[LINK_KEY_SIZE])
{
    uint8_t random[LINK_KEY_SIZE];

    digest_random(random, sizeof random);
    return store_act_key(engine->store, random, ret);
}

static const struct {
    enum link_act act;
    const char *name;
    struct str zh, en;
} link_acts[LINK_ACTS] = {
    {LINK_ACKNOWLEDGE, "acknowledge", {"确认收到", 12}, {"Acknowledge", 11}},
    {LINK_SNOOZE, "snooze", {"2 小时后再说", 17}, {"Snooze for 2 hours", 18}},
    {LINK_FALSE_ALARM, "false_alarm", {"误报", 6}, {"False alarm", 11}}};

static const char *
act_name(enum link_act act)
{
    return link_acts[act - LINK_ACKNOWLEDGE].name;
}

static struct str
token_url(struct engine *engine, const struct link *link,
    const uint8_t key[LINK_KEY_SIZE])
{
    struct str base = engine->config->console_url, url = STR_NONE;
    struct buf token;

    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    buf_init(&token, LINK_TOKEN_BYTES + 8);
    if (link_write(link, key, &token) == 0)
        url = arena_printf(engine->arena, "%.*s/act/%.*s", STR_ARG(base),
            STR_ARG(buf_str(&token)));
    buf_done(&token);
    return url;
}

int
engine_link_acts(struct engine *engine, const struct channel *channel,
    const struct incident *incident, const struct body_act **ret, size_t *ret_n)
{
    const struct config *config = engine->config;
    struct link link = {.incident = incident->id};
    struct body_act *acts;
    uint8_t key[LINK_KEY_SIZE];
    bool zh = !str_eq(channel->lang, STR("en"));
    int r;

    *ret = NULL;
    *ret_n = 0;
    if (!config->act_links || config->console_url.n == 0 ||
        !incident_state_is_open(incident->state) ||
        channel->id.n >= sizeof link.channel)
        return 0;
    r = key_of(engine, key);
    acts = ARENA_ARRAY(engine->arena, LINK_ACTS, struct body_act);
    if (r != 0 || acts == NULL)
        return r ? r : E_NOMEM;
    memcpy(link.channel, channel->id.p, channel->id.n);
    digest_random(link.nonce, sizeof link.nonce);
    link.expires.ms = engine_now(engine).ms + config->act_links_ms;
    for (size_t i = 0; i < LINK_ACTS; i++) {
        link.act = link_acts[i].act;
        acts[i] = (struct body_act){.act = link_acts[i].name,
            .label = zh ? link_acts[i].zh : link_acts[i].en,
            .url = token_url(engine, &link, key)};
        if (acts[i].url.n == 0)
            return E_NOMEM;
    }
    *ret = acts;
    *ret_n = LINK_ACTS;
    return 0;
}

/* --- used
 * -------------------------------------------------------------------------------
 */

/* What a token that somebody brought is, and what it is about. */
struct brought {
    struct link link;
    enum link_state state;
    struct wall used; /* LINK_USED: when */
    struct incident incident;
};

static int
take_token(struct asked *asked, struct brought *ret)
{
    struct engine *engine = asked->engine;
    uint8_t key[LINK_KEY_SIZE];
    int r = key_of(engine, key);

    *ret = (struct brought){.used = WALL_NONE};
    if (r != 0)
        return r;
    ret->state = link_read(
        pb_bytes(asked->in->secret), key, engine_now(engine), &ret->link);
    if (ret->state == LINK_ALTERED)
        return 0;
    r = engine_incident_load(engine, ret->link.incident, &ret->incident);
    if (r == E_NOTFOUND) { /* it was kept long enough */
        ret->state = LINK_EXPIRED;
        return 0;
    }
    if (r != 0 || ret->state != LINK_GOOD)
        return r;
    r = store_act_used(
        engine->store, ret->link.nonce, (int)ret->link.act, &ret->used);
    if (r == 0)
        ret->state = LINK_USED;
    return r == E_NOTFOUND ? 0 : r;
}

static int
answer(struct asked *asked, const struct brought *b)
{
    const struct incident *incident = &b->incident;
    json_t *json = json_object();

    (void)jsonx_set(json, "state", json_string(link_state_name(b->state)));
    if (b->state != LINK_ALTERED) {
        (void)jsonx_set(json, "act", json_string(act_name(b->link.act)));
        (void)jsonx_set(json, "channel", jsonx_str(str_of(b->link.channel)));
        (void)jsonx_set(json, "expires", jsonx_time(b->link.expires));
    }
    if (b->state != LINK_ALTERED && incident->id != 0) {
        bool discreet =
            config_is_discreet(asked->engine->config, incident->category);
        struct str title = discreet
                               ? STR_NONE
                               : mask_in(asked->engine->arena, incident->title);

        (void)jsonx_set(json, "incident", json_integer(incident->id));
        (void)jsonx_set(
            json, "level", json_string(level_name(incident->level)));
        (void)jsonx_set(json, "title", jsonx_str(title));
        (void)jsonx_set(
            json, "status", json_string(incident_state_name(incident->state)));
        (void)jsonx_set(json, "used", jsonx_time(b->used));
    }
    return act_data(asked, json);
}

int
act_link_show(struct asked *asked)
{
    struct brought b;
    int r = take_token(asked, &b);

    if (r == 0 && b.state == LINK_GOOD &&
        !incident_state_is_open(b.incident.state))
        b.state = LINK_MOOT;
    return r ? r : answer(asked, &b);
}

static int
do_act(struct asked *asked, const struct brought *b)
{
    struct engine *engine = asked->engine;
    Tocsin__ActionRequest in = *asked->in;
    struct asked inner = *asked;
    struct wall now = engine_now(engine);
    enum incident_act act = INCIDENT_ACT_ACKNOWLEDGE;
    int r;

    in.until_ms = 0;
    if (b->link.act == LINK_SNOOZE) {
        act = INCIDENT_ACT_SNOOZE;
        in.until_ms = now.ms + LINK_SNOOZE_MS;
    } else if (b->link.act == LINK_FALSE_ALARM) {
        act = INCIDENT_ACT_FALSE_ALARM;
    }
    inner.in = &in;
    inner.id = b->incident.id;
    inner.object = STR_NONE;
    inner.by = arena_printf(engine->arena, "link of %s", b->link.channel);
    inner.from = asked->from;
    inner.data = NULL;
    r = act_incident(&inner, act);
    if (r == 0)
        r = store_act_use(engine->store, b->link.nonce, (int)b->link.act,
            b->incident.id, now, b->link.expires);
    return r;
}

int
act_link_do(struct asked *asked)
{
    struct brought b;
    int r = take_token(asked, &b);

    if (r != 0)
        return r;
    if (b.state == LINK_GOOD && b.link.act == LINK_FALSE_ALARM &&
        str_trim(asked->text).n == 0) {
        asked->words = "A false alarm needs a reason.";
        return E_PARSE;
    }
    if (b.state == LINK_GOOD) {
        r = do_act(asked, &b);
        if (r == E_STATE || r == E_DENIED) {
            b.state = LINK_MOOT;
            r = 0;
        } else if (r == 0) {
            r = engine_incident_load(asked->engine, b.incident.id, &b.incident);
        }
    }
    return r ? r : answer(asked, &b);
}

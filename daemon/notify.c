/*
 * notify: the role that sends messages to channels.
 *
 * It holds the channels' secrets and connects to their hosts only; it makes
 * one attempt when it is asked and says what came of it.  When to try, and
 * what to try again, is the engine's to know (engine_outbox.c).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/notify_beat.h"
#include "daemon/outward.h"
#include "daemon/pb.h"
#include "notify/sender.h"

enum { NOTIFY_ARENA_BYTES = 1024 * 1024 };

struct notify {
    struct role *role;
    struct outward outward;
    struct sender *sender;
    Tocsin__NotifyConfig *config; /* owned copy: addresses and secrets */
    struct zone *zone;            /* of times in texts, NULL: UTC */
};

struct notify_attempt {
    struct notify *notify;
    int64_t delivery;
};

/* --- answers
 * ------------------------------------------------------------------- */

static void
notify_answer(struct notify *notify, int64_t delivery,
    const struct attempt_result *result)
{
    struct arena *arena = arena_new(NOTIFY_ARENA_BYTES);
    Tocsin__SendResult out = TOCSIN__SEND_RESULT__INIT;

    out.delivery = delivery;
    out.verdict = result->class;
    out.status = result->status;
    out.retry_after_ms = result->retry_after_ms;
    out.asked_ms = result->asked_ms;
    out.elapsed_ms = result->elapsed_ms;
    out.next_form = result->next_form;
    if (arena) {
        out.text = pb_cstr(arena, result->text);
        out.code = pb_cstr(arena, result->code);
        out.settled = pb_cstr(arena, result->settled);
    }
    if (out.text && out.code && out.settled && notify->role->engine)
        (void)ipc_send(
            notify->role->engine, FRAME(send_result, SEND_RESULT, &out));
    arena_free(arena);
}

static void
notify_done(void *arg, const struct attempt_result *result)
{
    struct notify_attempt *attempt = arg;

    notify_answer(attempt->notify, attempt->delivery, result);
    free(attempt);
}

/* --- sending
 * ---------------------------------------------------------------------- */

static const Tocsin__ChannelConfig *
notify_channel(const struct notify *notify, struct str id)
{
    for (size_t i = 0; notify->config && i < notify->config->n_channels; i++) {
        if (str_eq(str_of(notify->config->channels[i]->id), id))
            return notify->config->channels[i];
    }
    return NULL;
}

static const struct str *
notify_strs(struct arena *arena, char *const *in, size_t n)
{
    struct str *ret = ARENA_ARRAY(arena, n + 1, struct str);

    for (size_t i = 0; ret && i < n; i++)
        ret[i] = pb_str(in[i]);
    return ret;
}

static void
notify_fill_channel(const struct notify *notify, struct arena *arena,
    const Tocsin__ChannelConfig *in, struct channel_config *ret)
{
    *ret = (struct channel_config){.id = pb_str(in->id),
        .kind = pb_str(in->kind),
        .url = pb_str(in->url),
        .lang = pb_str(in->lang),
        .keywords = notify_strs(arena, in->keywords, in->n_keywords),
        .nkeywords = in->n_keywords,
        .mentions = notify_strs(arena, in->mentions, in->n_mentions),
        .nmentions = in->n_mentions,
        .mention_level = (enum level)in->mention_level,
        .template = pb_bytes(in->template_),
        .from = pb_str(in->from),
        .user = pb_str(in->user),
        .to = notify_strs(arena, in->to, in->n_to),
        .nto = in->n_to,
        .insecure_smtp = in->insecure_smtp,
        .method = pb_str(in->method),
        .content_type = pb_str(in->content_type),
        .headers = notify_strs(arena, in->headers, in->n_headers),
        .nheaders = in->n_headers,
        .success = {.status = pb_str(in->success_status),
            .pointer = pb_str(in->success_pointer),
            .equals = in->has_equals ? pb_str(in->success_equals) : STR_NONE,
            .contains = pb_str(in->success_contains)},
        .zone = notify->zone,
        .console = pb_str(notify->config->console_url),
        .bureau = pb_str(notify->config->bureau)};
    for (size_t i = 0; i < in->n_secrets && i < CHANNEL_MAX_SECRETS; i++)
        ret->secrets[ret->nsecrets++] = pb_bytes(in->secrets[i]);
    outward_policy(&ret->policy, notify->config->ports, notify->config->n_ports,
        notify->config->deny);
    outward_allow(&ret->policy, notify->config->allow, notify->config->n_allow);
    outward_allow(&ret->policy, in->allow, in->n_allow);
    ret->policy.https_only = !in->insecure_http;
}

static bool
is_called(const struct channel_config *channel, struct str who)
{
    for (size_t i = 0; i < channel->nmentions; i++)
        if (str_eq(channel->mentions[i], who))
            return true;
    return false;
}

/* Who is called by this message besides those of the channel.  What nobody has
 * answered calls whatever its level is. */
static void
notify_call(struct arena *arena, const Tocsin__SendRequest *in,
    struct channel_config *channel)
{
    struct str rest = pb_str(in->calls), type = pb_str(in->type);
    struct str *all = ARENA_ARRAY(arena, CHANNEL_MAX_MENTIONS, struct str);

    if (all == NULL || rest.n == 0)
        return;
    if (channel->nmentions > 0)
        memcpy(all, channel->mentions, channel->nmentions * sizeof *all);
    channel->mentions = all;
    while (rest.p && channel->nmentions < CHANNEL_MAX_MENTIONS) {
        struct str who = str_split(&rest, '\n');

        if (who.n > 0 && !is_called(channel, who))
            all[channel->nmentions++] = who;
    }
    if ((str_eq(type, STR("incident.escalated")) ||
            str_eq(type, STR("incident.deadline"))) &&
        channel->mention_level > LEVEL_BLUE)
        channel->mention_level = LEVEL_BLUE;
}

static void
notify_refuse(struct notify *notify, int64_t delivery,
    enum delivery_class class, const char *why)
{
    struct attempt_result result = {.class = class, .text = str_of(why)};

    notify_answer(notify, delivery, &result);
}

static void
notify_send(struct notify *notify, const Tocsin__SendRequest *in)
{
    const Tocsin__ChannelConfig *found =
        notify_channel(notify, pb_str(in->channel));
    struct channel_message message = {.id = pb_str(in->message_id),
        .type = pb_str(in->type),
        .body = pb_bytes(in->body),
        .attempt = in->attempt ? in->attempt : 1,
        .form = in->form < TEXT_FORM_COUNT ? (enum text_form)in->form
                                           : TEXT_FORM_SAFE};
    struct notify_attempt *attempt = calloc(1, sizeof *attempt);
    struct arena *arena = arena_new(NOTIFY_ARENA_BYTES);
    struct channel_config channel;
    int r = attempt && arena ? 0 : E_NOMEM;

    if (found == NULL || notify->sender == NULL) {
        free(attempt);
        arena_free(arena);
        notify_refuse(notify, in->delivery, CLASS_DEAD_TARGET,
            "the channel is not in the configuration any more");
        return;
    }
    if (r == 0) {
        notify_fill_channel(notify, arena, found, &channel);
        channel.settled = pb_str(in->settled);
        notify_call(arena, in, &channel);
        if (arena_failed(arena))
            r = E_NOMEM;
    }
    if (r == 0) {
        attempt->notify = notify;
        attempt->delivery = in->delivery;
        r = sender_send(
            notify->sender, &channel, &message, notify_done, attempt, NULL);
    }
    arena_free(arena);
    if (r != 0) {
        free(attempt);
        notify_refuse(notify, in->delivery, CLASS_TRANSIENT, err_text(r));
    }
}

/* --- configuration
 * ------------------------------------------------------------------- */

static void
notify_forget(struct notify *notify)
{
    Tocsin__NotifyConfig *old = notify->config;

    for (size_t i = 0; old && i < old->n_channels; i++) {
        for (size_t j = 0; j < old->channels[i]->n_secrets; j++) {
            ProtobufCBinaryData *secret = &old->channels[i]->secrets[j];

            explicit_bzero(secret->data, secret->len);
        }
    }
    if (old)
        tocsin__notify_config__free_unpacked(old, NULL);
    notify->config = NULL;
}

static int
notify_keep(struct notify *notify, const Tocsin__NotifyConfig *config)
{
    size_t n = tocsin__notify_config__get_packed_size(config);
    uint8_t *packed = malloc(n ? n : 1);

    if (packed == NULL)
        return E_NOMEM;
    tocsin__notify_config__pack(config, packed);
    notify_forget(notify);
    notify->config = tocsin__notify_config__unpack(NULL, n, packed);
    explicit_bzero(packed, n);
    free(packed);
    return notify->config ? 0 : E_NOMEM;
}

/* The zone of a first configuration is read before lockdown; a later one may
 * not be there any more, and then the old one stays. */
static void
notify_set_zone(struct notify *notify)
{
    struct zone *zone;

    if (notify->config->zone[0] == '\0' ||
        (notify->zone &&
            strcmp(zone_name(notify->zone), notify->config->zone) == 0) ||
        zone_load(notify->config->zone, &zone) != 0)
        return;
    zone_free(notify->zone);
    notify->zone = zone;
}

static int
notify_open(struct role *role, const Tocsin__NotifyConfig *config)
{
    struct notify *notify = role->state;
    int r = sender_new(role->loop, pb_str(config->user_agent), &notify->sender);

    if (r == 0 && config->trust[0] != '\0' &&
        http_trust(sender_http(notify->sender), config->trust) != 0)
        log_say(
            LOG_ERROR, "cannot read notify.trust", "file", config->trust, NULL);
    if (r == 0)
        r = outward_enter(&notify->outward, role, TOCSIN__ROLE__ROLE_NOTIFY);
    return r;
}

static void
notify_configure(struct role *role, const Tocsin__NotifyConfig *config)
{
    struct notify *notify = role->state;
    int r = notify_keep(notify, config);

    if (r == 0)
        notify_set_zone(notify);
    if (r == 0 && notify->sender == NULL)
        r = notify_open(role, config);
    if (r != 0) {
        log_say(LOG_ERROR, "cannot start sending", "why", err_text(r), NULL);
        role_stop(role, EXIT_FAILURE);
    }
}

/* --- role
 * ------------------------------------------------------------------------------
 */

static int
notify_start(struct role *role)
{
    static struct notify notify;

    notify.role = role;
    role->state = &notify;
    return 0;
}

static void
notify_ask(struct notify *notify, const Tocsin__BeatRequest *in)
{
    if (notify->sender && notify->config && notify->role->engine)
        notify_beat(sender_http(notify->sender), notify->role->engine,
            notify->config, in);
}

static void
notify_peer(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc; /* only the engine's, which is in role->engine */
}

static void
notify_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    (void)ipc;
    if (fd >= 0)
        close(fd);
    if (frame->body_case == TOCSIN__FRAME__BODY_NOTIFY_CONFIG)
        notify_configure(role, frame->notify_config);
    else if (frame->body_case == TOCSIN__FRAME__BODY_SEND_REQUEST)
        notify_send(role->state, frame->send_request);
    else if (frame->body_case == TOCSIN__FRAME__BODY_BEAT_REQUEST)
        notify_ask(role->state, frame->beat_request);
}

static void
notify_ended(struct role *role, struct ipc *ipc)
{
    (void)role;
    (void)ipc;
}

const struct role_ops role_notify = {
    "notify", notify_start, notify_peer, notify_frame, notify_ended};

/*
 * demo_receiver: a receiver of Standard Webhooks 1.0.0, as the bureau's own
 * would be: it trusts nothing until the signature is checked, drops repeats by
 * webhook-id, and prints what the duty officer would read on a phone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "cli/demo.h"

enum {
    RECEIVER_TOLERANCE_MS = 5 * MS_MINUTE, /* of webhook-timestamp */
    RECEIVER_MAX_IDS = 100000,
    RECEIVER_MAX_SIGNED = 1024 * 1024
};

/* Whether one of the space-separated signatures is ours over
 * "id.timestamp.body". */
static bool
is_signed(const struct demo_receiver *receiver, const struct demo_message *m)
{
    _cleanup_(buf_done) struct buf text;
    _cleanup_(buf_done) struct buf ours;
    uint8_t mac[DIGEST_SIZE];
    struct str rest = m->signature;

    buf_init(&text, RECEIVER_MAX_SIGNED);
    buf_init(&ours, 128);
    buf_printf(&text, "%.*s.%.*s.", STR_ARG(m->id), STR_ARG(m->timestamp));
    if (buf_add_str(&text, m->body) < 0)
        return false;
    digest_hmac_sha256(buf_str(&receiver->secret), buf_str(&text), mac);
    buf_add_cstr(&ours, "v1,");
    digest_base64(&ours, mac, sizeof(mac));
    while (rest.p) {
        struct str one = str_split(&rest, ' ');
        if (one.n == ours.n && digest_equal(one.p, ours.p, one.n))
            return true;
    }
    return false;
}

static bool
is_fresh(struct str timestamp, struct wall now)
{
    int64_t seconds;

    if (num_parse_i64(timestamp, 0, INT64_MAX / MS_SECOND, &seconds) < 0)
        return false;
    int64_t off = now.ms - seconds * MS_SECOND;
    return off > -RECEIVER_TOLERANCE_MS && off < RECEIVER_TOLERANCE_MS;
}

/* Whether this id was seen before; remembers it. */
static bool
is_repeat(struct demo_receiver *receiver, struct str id)
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(id, digest);
    for (size_t i = 0; i < receiver->nids; i++)
        if (memcmp(receiver->ids[i], digest, sizeof(receiver->ids[i])) == 0)
            return true;
    if (receiver->nids == receiver->ids_cap) {
        size_t cap = receiver->ids_cap ? receiver->ids_cap * 2 : 64;
        void *more = cap <= RECEIVER_MAX_IDS ? reallocarray(receiver->ids, cap,
                                                   sizeof(receiver->ids[0]))
                                             : NULL;
        if (!more)
            return false;
        receiver->ids = more;
        receiver->ids_cap = cap;
    }
    memcpy(receiver->ids[receiver->nids++], digest, sizeof(receiver->ids[0]));
    return false;
}

struct word {
    const char *key, *zh, *en;
};

static const struct word types[] = {
    {"incident.opened", "新事件", "new incident"},
    {"incident.raised", "级别上升", "level raised"},
    {"incident.acknowledged", "已有人受理", "acknowledged"},
    {"incident.escalated", "已升级", "escalated"},
    {"incident.deadline", "时限提醒", "deadline"},
    {"incident.reopened", "重新打开", "reopened"},
    {"incident.closed", "已结束", "closed"},
    {"source.condition", "信息源异常", "source condition"},
    {"channel.condition", "通道异常", "channel condition"},
    {"digest", "汇总", "digest"},
    {"test", "测试消息", "test message"},
    {NULL, NULL, NULL},
};
static const struct word levels[] = {
    {"red", "红色·特别重大", "RED"},
    {"orange", "橙色·重大", "ORANGE"},
    {"yellow", "黄色·较大", "YELLOW"},
    {"blue", "蓝色·一般", "BLUE"},
    {NULL, NULL, NULL},
};

static struct str
word(const struct demo_receiver *receiver, const struct word *words,
    struct str key)
{
    for (const struct word *w = words; w->key; w++)
        if (str_eq(str_of(w->key), key))
            return str_of(receiver->chinese ? w->zh : w->en);
    return key;
}

static const char *
say(const struct demo_receiver *receiver, const char *zh, const char *en)
{
    return receiver->chinese ? zh : en;
}

/* Foreign text on a terminal: no control characters. */
static void
put(FILE *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        fputc(c < 0x20 || c == 0x7F ? ' ' : c, out);
    }
}

static void
print_sources(const struct demo_receiver *receiver, const json_t *incident)
{
    json_t *list = json_object_get(incident, "sources"), *source;
    size_t i;

    fprintf(receiver->out, "  %s %lld: ", say(receiver, "报道", "reports"),
        (long long)json_integer_value(json_object_get(incident, "items")));
    json_array_foreach(list, i, source)
    {
        if (i)
            fputs(say(receiver, "、", ", "), receiver->out);
        if (json_is_string(source))
            put(receiver->out, str_of(json_string_value(source)));
    }
    fputc('\n', receiver->out);
}

static void
print_explanation(const struct demo_receiver *receiver, const json_t *incident)
{
    json_t *list = json_object_get(incident, "explanation"), *reason;
    size_t i;

    json_array_foreach(list, i, reason)
    {
        struct str text = jsonx_get_str(reason, "text");
        fprintf(receiver->out, "  %+4lld  ",
            (long long)json_integer_value(json_object_get(reason, "points")));
        put(receiver->out,
            jsonx_get_str(
                reason, jsonx_get_str(reason, "title").n ? "title" : "rule"));
        if (text.n) {
            fputs(": ", receiver->out);
            put(receiver->out, text);
        }
        fputc('\n', receiver->out);
    }
}

/* The reports that this message is the first to name. */
static void
print_new_items(const struct demo_receiver *receiver, const json_t *incident)
{
    json_t *list = json_object_get(incident, "new_items"), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        fputs("   · ", receiver->out);
        put(receiver->out, jsonx_get_str(item, "source"));
        fputs(say(receiver, "：", ": "), receiver->out);
        put(receiver->out, jsonx_get_str(item, "title"));
        fputc('\n', receiver->out);
    }
}

/* A digest: each incident in a line, with what is new of it. */
static void
print_digest(const struct demo_receiver *receiver, const json_t *data)
{
    json_t *list = json_object_get(data, "incidents"), *incident;
    long long more = json_integer_value(json_object_get(data, "more"));
    size_t i;

    json_array_foreach(list, i, incident)
    {
        struct str level = jsonx_get_str(incident, "level");

        fprintf(receiver->out, "  [%.*s] ",
            STR_ARG(word(receiver, levels, level)));
        put(receiver->out, jsonx_get_str(incident, "title"));
        fputc('\n', receiver->out);
        print_new_items(receiver, incident);
    }
    if (more > 0)
        fprintf(receiver->out,
            receiver->chinese ? "  另有 %lld 条\n" : "  and %lld more\n",
            more);
}

static void
print_incident(const struct demo_receiver *receiver, const json_t *incident)
{
    fputs("  ", receiver->out);
    put(receiver->out, jsonx_get_str(incident, "title"));
    fputc('\n', receiver->out);
    print_sources(receiver, incident);
    print_new_items(receiver, incident);
    print_explanation(receiver, incident);
    fprintf(receiver->out, "  %s ", say(receiver, "处理：", "page:"));
    put(receiver->out, jsonx_get_str(incident, "url"));
    fputc('\n', receiver->out);
}

static void
print_message(
    const struct demo_receiver *receiver, const json_t *message, struct str id)
{
    FILE *out = receiver->out;
    struct str type = jsonx_get_str(message, "type");
    const json_t *data = json_object_get(message, "data");
    const json_t *incident = json_object_get(data, "incident");
    struct str level = jsonx_get_str(incident, "level");

    fprintf(out, "\n┌─ %s: %.*s", say(receiver, "收到通知", "webhook received"),
        STR_ARG(word(receiver, types, type)));
    if (incident)
        fprintf(out, " · %.*s · %s %lld",
            STR_ARG(word(receiver, levels, level)),
            say(receiver, "评分", "score"),
            (long long)json_integer_value(json_object_get(incident, "score")));
    fputc('\n', out);
    if (incident)
        print_incident(receiver, incident);
    else
        print_digest(receiver, data);
    fprintf(out, "└─ %s (webhook-id ",
        say(receiver, "签名正确", "signature verified"));
    put(out, id);
    fputs(")\n\n", out);
    fflush(out);
}

static int
refuse(struct demo_receiver *receiver, const char *zh, const char *en)
{
    receiver->wrong++;
    fprintf(receiver->out, "  ! %s\n", say(receiver, zh, en));
    fflush(receiver->out);
    return 401;
}

int
demo_receive(struct demo_receiver *receiver, const struct demo_message *message,
    struct wall now)
{
    json_t *json = NULL;

    if (message->id.n == 0 || !is_signed(receiver, message))
        return refuse(receiver, "收到一条签名不对的消息，已拒绝",
            "a message with a wrong signature was refused");
    if (!is_fresh(message->timestamp, now))
        return refuse(receiver, "收到一条过时的消息，已拒绝",
            "a message with an old timestamp was refused");
    if (jsonx_load(message->body, NULL, &json) < 0) {
        refuse(receiver, "收到的消息不是 JSON", "a message that is no JSON");
        return 400;
    }
    if (is_repeat(receiver, message->id)) {
        receiver->repeats++;
    } else {
        receiver->messages++;
        print_message(receiver, json, message->id);
    }
    json_decref(json);
    return 204;
}

void
demo_receiver_done(struct demo_receiver *receiver)
{
    free(receiver->ids);
    receiver->ids = NULL;
    receiver->nids = receiver->ids_cap = 0;
    buf_done(&receiver->secret);
}

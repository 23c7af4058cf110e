/*
 * sender: an attempt owns copies of its channel and message, because both may
 * be replaced by a reload while it is under way.  The copy of the secrets is
 * gone as soon as the request is signed.
 */
#include "notify/sender.h"

#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "notify/redact.h"

enum {
    ATTEMPT_ARENA_BYTES = 1024 * 1024,
    /* To wait for a turn at the host: with the attempt itself it is less than
     * the engine waits, so that none is made after it counts as lost. */
    ATTEMPT_TURN_MS = MS_MINUTE
};

struct sender_attempt {
    struct sender *sender;
    TAILQ_ENTRY(sender_attempt) link;
    struct arena *arena;
    struct channel_config config; /* texts in arena */
    const struct channel_ops *ops;
    struct http_call *call; /* NULL when it failed before there was one */
    struct mail_call *mail; /* instead, for a kind that sends mail */
    unsigned number;        /* of the attempt */
    enum text_form form;
    struct toc_error refusal; /* why there was no call, and what that is */
    enum delivery_class refusal_class;
    void (*done)(void *arg, const struct attempt_result *result);
    void *arg;
};

struct sender {
    struct loop *loop;
    struct http *http;
    struct loop_timer *timer; /* tells of attempts that had no call */
    TAILQ_HEAD(, sender_attempt) attempts;
};

static void
attempt_free(struct sender_attempt *attempt)
{
    for (size_t i = 0; i < attempt->config.nsecrets; i++) {
        struct str secret = attempt->config.secrets[i];

        if (secret.n)
            explicit_bzero((char *)(uintptr_t)secret.p, secret.n);
    }
    TAILQ_REMOVE(&attempt->sender->attempts, attempt, link);
    arena_free(attempt->arena);
    free(attempt);
}

/* Tell the result, with its texts made safe, and forget the attempt. */
static void
finish(struct sender_attempt *attempt, struct attempt_result *result)
{
    struct buf text, code;

    buf_init(&text, 2 * CHANNEL_TEXT_BYTES);
    buf_init(&code, 2 * CHANNEL_CODE_BYTES);
    if (redact_text(
            &text, &attempt->config, result->text, CHANNEL_TEXT_BYTES) == 0)
        result->text = buf_str(&text);
    else
        result->text = STR_NONE;
    if (result->code.n && redact_text(&code, &attempt->config, result->code,
                              CHANNEL_CODE_BYTES) == 0)
        result->code = buf_str(&code);
    else
        result->code = STR_NONE;
    attempt->done(attempt->arg, result);
    buf_done(&code);
    buf_done(&text);
    attempt_free(attempt);
}

/* What a verdict comes to. */
static void
conclude(struct sender_attempt *attempt, struct channel_verdict verdict,
    struct attempt_result *result)
{
    if (verdict.unknown)
        verdict.class = attempt->number > CHANNEL_UNKNOWN_TIMES
                            ? CLASS_DEAD_TARGET
                            : CLASS_TRANSIENT;
    result->class = verdict.class;
    result->retry_after_ms = verdict.retry_after_ms;
    if (verdict.class == CLASS_RATE) {
        if (verdict.penalty_ms == 0 && verdict.retry_after_ms == 0)
            verdict.penalty_ms = attempt->ops->limits.penalty_ms;
        result->asked_ms = verdict.retry_after_ms;
        if (result->retry_after_ms < verdict.penalty_ms)
            result->retry_after_ms = verdict.penalty_ms;
    }
    result->settled = verdict.settled;
    result->code = verdict.code;
    result->text = verdict.text;
    result->next_form = channel_next_form(attempt->form, &verdict);
}

/* What is refused may be refused because of our time: say so where the
 * answer's own is another. */
static void
say_skew(struct sender_attempt *attempt, const struct http_answer *answer,
    struct attempt_result *result)
{
    struct wall now = loop_wall(attempt->sender->loop), theirs;
    bool english = str_eq(attempt->config.lang, STR("en"));
    long long minutes;

    if (result->class == CLASS_DELIVERED || result->class == CLASS_RATE ||
        http_date(http_answer_header(answer, "date"), now, &theirs) != 0)
        return;
    minutes = (now.ms - theirs.ms) / MS_MINUTE;
    if (minutes > -SENDER_SKEW_MINUTES && minutes < SENDER_SKEW_MINUTES)
        return;
    result->text = arena_printf(attempt->arena,
        english ? "this machine's clock differs by %lld h %lld min from the "
                  "receiver's (%s): %.*s"
                : "本机时钟与对方相差 %lld 小时 %lld 分钟（本机%s）：%.*s",
        (minutes < 0 ? -minutes : minutes) / 60,
        (minutes < 0 ? -minutes : minutes) % 60,
        english ? (minutes > 0 ? "ahead" : "behind")
                : (minutes > 0 ? "偏快" : "偏慢"),
        STR_ARG(result->text));
}

static void
answered(void *arg, const struct http_answer *answer)
{
    struct sender_attempt *attempt = arg;
    struct attempt_result result = {
        .class = CLASS_TRANSIENT,
        .status = answer->status,
        .text = answer->reason,
        .elapsed_ms = answer->elapsed_ms,
    };
    struct channel_verdict verdict;

    /* What says more than it should has still said yes or no; a kind that
     * needs the body finds none and judges so. */
    if (answer->result == HTTP_ANSWERED ||
        (answer->result == HTTP_TOO_LARGE && answer->status)) {
        attempt->ops->judge(&attempt->config, answer,
            loop_wall(attempt->sender->loop), attempt->arena, &verdict);
        conclude(attempt, verdict, &result);
        say_skew(attempt, answer, &result);
    }
    finish(attempt, &result);
}

static void
mail_answered(void *arg, const struct mail_answer *answer)
{
    struct sender_attempt *attempt = arg;
    struct attempt_result result = {
        .class = CLASS_TRANSIENT,
        .status = answer->last.code,
        .text = answer->reason,
        .elapsed_ms = answer->elapsed_ms,
    };
    struct channel_verdict verdict;

    if (answer->result == HTTP_ANSWERED) {
        attempt->ops->judge_mail(
            &attempt->config, answer, attempt->arena, &verdict);
        conclude(attempt, verdict, &result);
    }
    finish(attempt, &result);
}

/* Attempts that had no call are told of here, from the loop. */
static void
tell_refused(void *arg)
{
    struct sender *sender = arg;
    struct sender_attempt *attempt, *next;

    TAILQ_FOREACH (attempt, &sender->attempts, link)
        if (!attempt->call && !attempt->mail)
            break;
    if (!attempt)
        return;
    /* One at a time: the callback may cancel any other. */
    next = TAILQ_NEXT(attempt, link);
    while (next && (next->call || next->mail))
        next = TAILQ_NEXT(next, link);
    if (next)
        loop_timer_set(sender->timer, 0);
    finish(attempt, &(struct attempt_result){
                        .class = attempt->refusal_class,
                        .text = str_of(attempt->refusal.text),
                    });
}

static int
copy_list(struct arena *arena, const struct str *list, size_t n,
    const struct str **ret)
{
    struct str *copy = ARENA_ARRAY(arena, n + 1, struct str);

    for (size_t i = 0; copy && i < n; i++)
        copy[i] = arena_str(arena, list[i]);
    *ret = copy;
    return copy ? 0 : E_NOMEM;
}

static int
copy_config(struct sender_attempt *attempt, const struct channel_config *config)
{
    struct channel_config *copy = &attempt->config;

    *copy = *config;
    copy->nsecrets = 0;
    copy->id = arena_str(attempt->arena, config->id);
    copy->kind = arena_str(attempt->arena, config->kind);
    copy->url = arena_str(attempt->arena, config->url);
    copy->lang = arena_str(attempt->arena, config->lang);
    copy->template = arena_str(attempt->arena, config->template);
    copy->console = arena_str(attempt->arena, config->console);
    copy->bureau = arena_str(attempt->arena, config->bureau);
    copy->from = arena_str(attempt->arena, config->from);
    copy->user = arena_str(attempt->arena, config->user);
    copy->settled = arena_str(attempt->arena, config->settled);
    copy->method = arena_str(attempt->arena, config->method);
    copy->content_type = arena_str(attempt->arena, config->content_type);
    copy->success.status = arena_str(attempt->arena, config->success.status);
    copy->success.pointer = arena_str(attempt->arena, config->success.pointer);
    copy->success.equals = arena_str(attempt->arena, config->success.equals);
    copy->success.contains =
        arena_str(attempt->arena, config->success.contains);
    if (copy_list(attempt->arena, config->to, config->nto, &copy->to) < 0 ||
        copy_list(attempt->arena, config->headers, config->nheaders,
            &copy->headers) < 0 ||
        copy_list(attempt->arena, config->keywords, config->nkeywords,
            &copy->keywords) < 0 ||
        copy_list(attempt->arena, config->mentions, config->nmentions,
            &copy->mentions) < 0)
        return E_NOMEM;
    for (size_t i = 0; i < config->nsecrets; i++) {
        copy->secrets[i] = arena_str(attempt->arena, config->secrets[i]);
        if (copy->secrets[i].p)
            copy->nsecrets++;
    }
    return arena_failed(attempt->arena) ? E_NOMEM : 0;
}

static int
begin_http(
    struct sender_attempt *attempt, const struct channel_message *message)
{
    struct sender *sender = attempt->sender;
    struct http_request request = {
        .policy = &attempt->config.policy,
        .max_body_bytes = CHANNEL_ANSWER_BYTES,
        .max_wire_bytes = CHANNEL_ANSWER_BYTES,
        .total_ms = CHANNEL_TOTAL_MS,
        .first_byte_ms = CHANNEL_TOTAL_MS,
        .patience_ms = ATTEMPT_TURN_MS,
    };
    int err = attempt->ops->render(&attempt->config, message,
        loop_wall(sender->loop), attempt->arena, &request);

    if (err == E_PARSE) {
        toc_error_set(
            &attempt->refusal, NULL, 0, 0, "%.*s", STR_ARG(request.body));
        attempt->refusal_class = CLASS_BAD_PAYLOAD;
        return E_CONF;
    }
    if (err)
        return err;
    err = http_start(sender->http, &request, answered, attempt, &attempt->call);
    if (err != E_PARSE)
        return err;
    toc_error_set(&attempt->refusal, NULL, 0, 0,
        "the message makes a header that cannot be sent");
    return E_CONF;
}

static int
begin_mail(
    struct sender_attempt *attempt, const struct channel_message *message)
{
    struct mail_request request = {.policy = &attempt->config.policy};
    int err = attempt->ops->render_mail(
        &attempt->config, message, attempt->arena, &request);

    if (!err)
        err = mail_start(attempt->sender->http, &request, mail_answered,
            attempt, &attempt->mail);
    return err == E_PARSE || err == E_LIMIT ? E_CONF : err;
}

/* Make the request and hand it to the client. */
static int
begin(struct sender_attempt *attempt, const struct channel_message *message)
{
    int err = channel_check(&attempt->config, &attempt->refusal);

    attempt->refusal_class = CLASS_DEAD_TARGET;
    if (!err) {
        attempt->ops = channel_ops_find(attempt->config.kind);
        err = attempt->ops->render_mail ? begin_mail(attempt, message)
                                        : begin_http(attempt, message);
        attempt->config.zone = NULL; /* lent until now */
        if (err == E_CONF && !attempt->refusal.text[0])
            toc_error_set(&attempt->refusal, NULL, 0, 0,
                "the message cannot be written for this channel");
    }
    if (err == E_CONF) {
        loop_timer_set(attempt->sender->timer, 0);
        err = 0;
    }
    return err;
}

int
sender_send(struct sender *sender, const struct channel_config *config,
    const struct channel_message *message,
    void (*done)(void *arg, const struct attempt_result *result), void *arg,
    struct sender_attempt **ret)
{
    struct sender_attempt *attempt = calloc(1, sizeof(*attempt));
    int err = E_NOMEM;

    if (!attempt)
        return E_NOMEM;
    attempt->sender = sender;
    attempt->done = done;
    attempt->arg = arg;
    attempt->number = message->attempt;
    attempt->form = message->form;
    TAILQ_INSERT_TAIL(&sender->attempts, attempt, link);
    attempt->arena = arena_new(ATTEMPT_ARENA_BYTES);
    if (attempt->arena)
        err = copy_config(attempt, config);
    if (!err)
        err = begin(attempt, message);
    if (err < 0) {
        attempt_free(attempt);
        return err;
    }
    if (ret)
        *ret = attempt;
    return 0;
}

void
sender_cancel(struct sender_attempt *attempt)
{
    if (attempt->call)
        http_cancel(attempt->call);
    if (attempt->mail)
        mail_cancel(attempt->mail);
    attempt_free(attempt);
}

int
sender_new(struct loop *loop, struct str user_agent, struct sender **ret)
{
    struct sender *sender = calloc(1, sizeof(*sender));

    if (!sender)
        return E_NOMEM;
    sender->loop = loop;
    TAILQ_INIT(&sender->attempts);
    if (loop_timer_new(loop, tell_refused, sender, &sender->timer) < 0 ||
        http_new(loop, user_agent, &sender->http) < 0) {
        sender_free(sender);
        return E_NOMEM;
    }
    http_set_limits(sender->http, SENDER_CONCURRENT, SENDER_PER_HOST, 0);
    *ret = sender;
    return 0;
}

void
sender_free(struct sender *sender)
{
    struct sender_attempt *attempt;

    if (!sender)
        return;
    http_free(sender->http);
    while ((attempt = TAILQ_FIRST(&sender->attempts)) != NULL)
        attempt_free(attempt);
    loop_timer_free(sender->timer);
    free(sender);
}

struct http *
sender_http(struct sender *sender)
{
    return sender->http;
}

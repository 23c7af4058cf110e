/*
 * try_channel: one message to one channel, through the very sender and gate of
 * the notify role, and what came of it.
 *
 * The message is a test, or the sample of an event; its id is new each time.
 * Nothing is stored and nothing is tried again.  What is printed has "…" in
 * the place of tokens, secrets and signatures.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "daemon/channel.h"
#include "notify/preview.h"
#include "notify/sample.h"
#include "notify/sender.h"

enum { TRY_ARENA_BYTES = 16 * 1024 * 1024, TRY_OUTPUT_BYTES = 1024 * 1024 };

struct try_channel {
    const char *config_path, *name;
    enum incident_event event;
    enum text_form form;
    struct str lang; /* absent: the channel's */
    bool dry;

    struct arena *arena;
    struct config *config;
    struct zone *zone;
    const struct channel *channel;
    struct channel_config view;
    struct channel_message message;
    char id[BODY_ID_SIZE];
    struct buf body;
    struct loop *loop;
    struct sender *sender;
    bool done;
    json_t *out;
    enum delivery_class class;
};

static int
fail(const char *sentence)
{
    fprintf(stderr, "tocsin try channel: %s\n", sentence);
    return CLI_FAILED;
}

static void
set(struct try_channel *run, const char *key, json_t *value)
{
    if (jsonx_set(run->out, key, value) < 0)
        (void)fail("out of memory");
}

/* --- what is to be sent ----------------------------------------------------
 */

static int
load(struct try_channel *run)
{
    struct toc_errors errors = {.n = 0};
    struct ruleset *rules = NULL;
    const char *path = run->config_path;

    if (!path)
        path = getenv("TOCSIN_CONFIG");
    if (!path || !*path)
        path = "/etc/tocsin/tocsin.yaml";
    if (config_load(path, &errors, &run->config, &rules) < 0) {
        toc_errors_print(&errors, stderr);
        toc_errors_done(&errors);
        return CLI_FAILED;
    }
    ruleset_free(rules);
    run->channel = config_channel(run->config, str_of(run->name));
    if (!run->channel) {
        fprintf(stderr,
            "tocsin try channel: the configuration has no channel \"%s\"\n",
            run->name);
        return CLI_FAILED;
    }
    zone_load(arena_cstr(run->arena, run->config->zone), &run->zone);
    channel_fill(run->config, run->channel, run->zone, &run->view);
    if (run->lang.n)
        run->view.lang = run->lang;
    return CLI_OK;
}

static int
make_message(struct try_channel *run)
{
    uint8_t random[16];
    int err = loop_new(&run->loop);

    if (err < 0)
        return fail(err_text(err));
    digest_random(random, sizeof random);
    err = sample_body(&run->body, run->event, run->view.id, run->view.console,
        str_eq(run->view.lang, STR("en")), loop_wall(run->loop));
    if (err < 0)
        return fail(err_text(err));
    run->message =
        (struct channel_message){.id = str_of(body_message_id(random, run->id)),
            .type = str_of(incident_event_name(run->event)),
            .body = buf_str(&run->body),
            .attempt = 1,
            .form = run->form};
    return CLI_OK;
}

static const char *
form_name(enum text_form form)
{
    static const char *const names[] = {"full", "plain", "safe"};

    return names[form];
}

static int
describe(struct try_channel *run)
{
    json_t *words = NULL, *request = NULL;
    struct toc_error error;

    set(run, "channel", jsonx_str(run->view.id));
    set(run, "kind", jsonx_str(run->view.kind));
    set(run, "type", jsonx_str(run->message.type));
    set(run, "id", jsonx_str(run->message.id));
    set(run, "form", json_string(form_name(run->form)));
    if (channel_check(&run->view, &error) < 0)
        return fail(error.text);
    if (preview_words(&run->view, &run->message, false, run->arena, &words) ==
        0)
        set(run, "message", words);
    if (!run->dry)
        return CLI_OK;
    if (preview_request(&run->view, &run->message, loop_wall(run->loop),
            run->arena, &request) < 0)
        return fail("the message cannot be written for this channel");
    set(run, "request", request);
    return CLI_OK;
}

/* --- sending ---------------------------------------------------------------
 */

static void
answered(void *arg, const struct attempt_result *result)
{
    struct try_channel *run = arg;
    json_t *answer = json_object();

    if (result->status)
        jsonx_set(answer, "status", json_integer(result->status));
    if (result->code.n)
        jsonx_set(answer, "code", jsonx_str(result->code));
    jsonx_set(answer, "text", jsonx_str(result->text));
    set(run, "attempt", json_integer(1));
    set(run, "elapsed_ms", json_integer((json_int_t)result->elapsed_ms));
    set(run, "answer", answer);
    set(run, "verdict", json_string(delivery_class_name(result->class)));
    if (result->retry_after_ms)
        set(run, "retry_after_ms",
            json_integer((json_int_t)result->retry_after_ms));
    if (result->next_form)
        set(run, "next_form", json_string(form_name(result->next_form)));
    run->class = result->class;
    run->done = true;
}

/* Whether a daemon listens on the socket. */
static bool
is_running(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = false;

    if (fd >= 0 && memccpy(at.sun_path, path, '\0', sizeof at.sun_path))
        yes = connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

/* The daemon may be sending by the same robot: ask it for a place in the limit
 * that both keep.  Without a daemon it is ours. */
static int
take_place(struct try_channel *run)
{
    char *path = arena_cstr(run->arena, run->config->console_socket);
    struct client client = {.socket = path, .config = run->config_path};
    struct buf at;
    json_t *answer = NULL;
    int64_t wait = 0;
    int exit, status = 0;

    if (path == NULL || *path == '\0' || !is_running(path))
        return CLI_OK;
    buf_init(&at, 256);
    (void)buf_printf(&at, "/api/v1/channels/%.*s/place", STR_ARG(run->view.id));
    exit = client_open(&client);
    if (exit == CLI_OK)
        exit = client_post(&client, buf_cstr(&at), STR("{}"), &status, &answer);
    /* One that does not know the channel sends nothing there. */
    if (exit == CLI_OK && status == 200)
        wait = json_integer_value(json_object_get(answer, "wait_ms"));
    json_decref(answer);
    client_close(&client);
    buf_done(&at);
    if (exit != CLI_OK || wait <= 0)
        return exit;
    fprintf(stderr,
        "tocsin try channel: the platform's limit is used up for another %lld "
        "s; nothing was sent\n",
        (long long)(wait + MS_SECOND - 1) / MS_SECOND);
    return CLI_FAILED;
}

static int
deliver(struct try_channel *run)
{
    struct str agent = arena_printf(run->arena, "tocsin/%s (+%.*s)",
        TOCSIN_VERSION, STR_ARG(run->config->contact));
    int err = sender_new(run->loop, agent, &run->sender);

    if (!err && run->config->notify_trust.n &&
        http_trust(sender_http(run->sender),
            arena_cstr(run->arena, run->config->notify_trust)) < 0)
        return fail("notify.trust cannot be read");
    if (!err)
        err = sender_send(
            run->sender, &run->view, &run->message, answered, run, NULL);
    while (!err && !run->done)
        err = loop_turn(run->loop, true);
    return err < 0 ? fail(err_text(err)) : CLI_OK;
}

/* --- what is printed -------------------------------------------------------
 */

static const char *
text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? text : "";
}

static const char *meaning(enum delivery_class class)
{
    switch (class) {
    case CLASS_DELIVERED:
        return "delivered: the platform says yes";
    case CLASS_RATE:
        return "too many: the daemon would wait and send it again";
    case CLASS_TRANSIENT:
        return "not delivered: the daemon would try again by its schedule";
    case CLASS_DEAD_TARGET:
        return "not delivered: the target is dead or set up differently; the "
               "daemon would stop, and say so elsewhere";
    case CLASS_BAD_PAYLOAD:
        return "not delivered: the platform does not take the message; the "
               "daemon would send it once more in another form";
    case CLASS_GONE:
        return "not delivered: the receiver asks never to be called again; the "
               "daemon would disable the channel";
    }
    return "";
}

static void
print_words(const struct try_channel *run)
{
    const json_t *words = json_object_get(run->out, "message");
    const json_t *answer = json_object_get(run->out, "answer");

    printf("channel %s (%s), %s, %s form\n\n", text_of(run->out, "channel"),
        text_of(run->out, "kind"), text_of(run->out, "type"),
        form_name(run->form));
    printf("  %s\n\n%s\n\n", text_of(words, "title"), text_of(words, "text"));
    if (run->dry) {
        char *request =
            json_dumps(json_object_get(run->out, "request"), JSON_INDENT(2));

        printf("would be sent as\n%s\n", request ? request : "");
        free(request);
        return;
    }
    printf("answer: %s\nverdict: %s (%s), %lld ms\n", text_of(answer, "text"),
        meaning(run->class), text_of(run->out, "verdict"),
        (long long)json_integer_value(json_object_get(run->out, "elapsed_ms")));
}

static void
print(const struct try_channel *run)
{
    struct buf out;

    if (isatty(STDOUT_FILENO)) {
        print_words(run);
        return;
    }
    buf_init(&out, TRY_OUTPUT_BYTES);
    if (jsonx_dump(run->out, &out) == 0)
        puts(buf_cstr(&out));
    buf_done(&out);
}

static int
work(struct try_channel *run)
{
    int exit = load(run);

    if (!exit)
        exit = make_message(run);
    if (!exit)
        exit = describe(run);
    if (!exit && !run->dry)
        exit = take_place(run);
    if (!exit && !run->dry)
        exit = deliver(run);
    if (exit)
        return exit;
    print(run);
    return run->dry || run->class == CLASS_DELIVERED ? CLI_OK : CLI_FAILED;
}

static int
read_option(struct try_channel *run, int option)
{
    struct str value = str_of(optarg);

    switch (option) {
    case 'c':
        run->config_path = optarg;
        return CLI_OK;
    case 'e':
        return sample_event(value, &run->event) < 0 ? CLI_USAGE : CLI_OK;
    case 'l':
        run->lang = value;
        return str_eq(value, STR("zh")) || str_eq(value, STR("en")) ? CLI_OK
                                                                    : CLI_USAGE;
    case 'f':
        for (int form = 0; form < TEXT_FORM_COUNT; form++) {
            run->form = (enum text_form)form;
            if (str_eq(value, str_of(form_name(run->form))))
                return CLI_OK;
        }
        return CLI_USAGE;
    case 'd':
        run->dry = true;
        return CLI_OK;
    default:
        return CLI_USAGE;
    }
}

int
cmd_try_channel(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"event", required_argument, NULL, 'e'},
        {"lang", required_argument, NULL, 'l'},
        {"form", required_argument, NULL, 'f'},
        {"dry-run", no_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    struct try_channel run = {.event = INCIDENT_EVENT_TEST};
    int option, exit;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (read_option(&run, option) != CLI_OK) {
            if (optarg)
                fprintf(stderr, "tocsin try channel: \"%s\" is none of these\n",
                    optarg);
            return CLI_USAGE;
        }
    }
    if (optind + 1 != argc) {
        fputs("tocsin try channel: name one channel\n", stderr);
        return CLI_USAGE;
    }
    run.name = argv[optind];
    run.arena = arena_new(TRY_ARENA_BYTES);
    run.out = json_object();
    buf_init(&run.body, BODY_MAX_BYTES);
    exit = run.arena && run.out && digest_init() == 0 ? work(&run)
                                                      : fail("out of memory");
    sender_free(run.sender);
    loop_free(run.loop);
    buf_done(&run.body);
    json_decref(run.out);
    zone_free(run.zone);
    config_free(run.config);
    arena_free(run.arena);
    return exit;
}

/*
 * tocsin user: people who may use the console, their sessions and tokens.
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/client.h"

enum {
    USER_PASSWORD_MAX = 1024,      /* bytes, as the console's */
    USER_GENERATED_CHARACTERS = 16 /* of 31: 79 bits */
};

/* A password that can be read out on the telephone: no 0/o, 1/l/i. */
static void
generate(struct buf *out)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    const size_t count = sizeof(letters) - 1;

    while (out->n < USER_GENERATED_CHARACTERS && out->err == 0) {
        unsigned char c;
        digest_random(&c, 1);
        if (c < 256 / count * count) /* else the first letters come oftener */
            buf_add_char(out, letters[c % count]);
    }
}

/* Ask for it on the terminal, without showing it. */
static int
ask(struct buf *out)
{
    struct termios old, quiet;
    char line[USER_PASSWORD_MAX + 2];

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &old) < 0) {
        fputs("tocsin: there is no terminal to ask for the password on; use "
              "--password-file or --generate\n",
            stderr);
        return CLI_USAGE;
    }
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fputs("Password: ", stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    char *read = fgets(line, sizeof(line), stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    if (!read)
        return CLI_FAILED;
    buf_add_str(out, str_trim(str_of(line)));
    explicit_bzero(line, sizeof(line));
    return CLI_OK;
}

static int
from_file(const char *path, struct buf *out)
{
    _cleanup_(buf_done) struct buf text;
    struct toc_error why = {0};

    buf_init(&text, USER_PASSWORD_MAX + 2);
    if (file_read(path, &text, &why) < 0) {
        toc_error_print(&why, stderr);
        return CLI_FAILED;
    }
    buf_add_str(out, str_trim(buf_str(&text)));
    return CLI_OK;
}

struct user_options {
    const char *role, *password_file, *only;
    const char *days;
    bool generated;
};

static int
read_password(const struct user_options *o, struct buf *out)
{
    if (o->generated) {
        generate(out);
        return CLI_OK;
    }
    return o->password_file ? from_file(o->password_file, out) : ask(out);
}

/* "/api/v1/users/NAME", and what follows it. */
static int
path_of(struct buf *out, const char *folder, const char *name, const char *rest)
{
    buf_init(out, 4096);
    buf_printf(out, "/api/v1/%s/", folder);
    client_add_query(out, name);
    buf_add_cstr(out, rest);
    return out->err ? CLI_FAILED : CLI_OK;
}

/* Ask for a change, and say sentence when it is done. */
static int
change(struct client *client, const char *method, const char *path,
    json_t *body, const char *name, const char *sentence)
{
    json_t *answer = NULL;
    int status = client_ask(client, method, path, body, &answer);

    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    json_decref(answer);
    printf("%s %s\n", name, sentence);
    return CLI_OK;
}

/* --- users --- */

static int
say_password(struct client *client, json_t *answer, const struct buf *password,
    bool generated)
{
    if (client->json) {
        if (generated)
            jsonx_set(answer, "password", jsonx_str(buf_str(password)));
        return client_print_json(answer);
    }
    json_decref(answer);
    if (generated)
        printf("password: %.*s\n", STR_ARG(buf_str(password)));
    return CLI_OK;
}

static int
user_add(struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf password;
    json_t *answer = NULL;
    int status;

    buf_init(&password, USER_PASSWORD_MAX);
    status = read_password(o, &password);
    if (status != CLI_OK)
        return status;
    json_t *body = json_object();
    jsonx_set(body, "name", jsonx_str(str_of(name)));
    jsonx_set(body, "role", jsonx_str(str_of(o->role ? o->role : "operator")));
    jsonx_set(body, "password", jsonx_str(buf_str(&password)));
    status = client_ask(client, "POST", "/api/v1/users", body, &answer);
    if (status != CLI_OK)
        return status;
    if (!client->json)
        printf("%s may use the console as %s.\n", name,
            o->role ? o->role : "operator");
    return say_password(client, answer, &password, o->generated);
}

static int
user_password(
    struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf password, path;
    json_t *answer = NULL, *body;
    int status = path_of(&path, "users", name, "/password");

    buf_init(&password, USER_PASSWORD_MAX);
    if (status == CLI_OK)
        status = read_password(o, &password);
    if (status != CLI_OK)
        return status;
    body = json_object();
    jsonx_set(body, "password", jsonx_str(buf_str(&password)));
    status = client_ask(client, "POST", buf_cstr(&path), body, &answer);
    if (status != CLI_OK)
        return status;
    if (!client->json)
        printf("%s has a new password; open sessions were ended.\n", name);
    return say_password(client, answer, &password, o->generated);
}

static int
user_role(struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf path;
    json_t *body = json_object();
    int status = path_of(&path, "users", name, "");

    if (!o->role) {
        fputs("tocsin: which role? --role viewer, operator, editor or admin\n",
            stderr);
        json_decref(body);
        return CLI_USAGE;
    }
    jsonx_set(body, "role", jsonx_str(str_of(o->role)));
    if (status == CLI_OK)
        status = change(
            client, "POST", buf_cstr(&path), body, name, "has the new role.");
    return status;
}

static int
user_state(struct client *client, const char *name, bool disabled)
{
    _cleanup_(buf_done) struct buf path;
    json_t *body = json_object();
    int status = path_of(&path, "users", name, "");

    jsonx_set(body, "disabled", json_boolean(disabled));
    if (status == CLI_OK)
        status = change(client, "POST", buf_cstr(&path), body, name,
            disabled ? "may not log in any more; open sessions were ended."
                     : "may log in again.");
    return status;
}

static int
user_disable(
    struct client *client, const char *name, const struct user_options *o)
{
    (void)o;
    return user_state(client, name, true);
}

static int
user_enable(
    struct client *client, const char *name, const struct user_options *o)
{
    (void)o;
    return user_state(client, name, false);
}

static int
user_remove(
    struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf path;
    int status = path_of(&path, "users", name, "");

    (void)o;
    return status != CLI_OK ? status
                            : change(client, "DELETE", buf_cstr(&path), NULL,
                                  name, "is removed.");
}

static int
user_factor(
    struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf path;
    int status = path_of(&path, "users", name, "/factor");

    (void)o;
    return status != CLI_OK
               ? status
               : change(client, "DELETE", buf_cstr(&path), NULL, name,
                     "has no second factor any more; open sessions were "
                     "ended.");
}

static void
print_user(struct client *client, const json_t *user)
{
    printf("%-24.*s %-9.*s %-9s %-7s %.*s\n",
        STR_ARG(client_text(client, user, "name")),
        STR_ARG(client_text(client, user, "role")),
        json_is_true(json_object_get(user, "disabled")) ? "disabled" : "",
        json_is_true(json_object_get(user, "second_factor")) ? "factor" : "",
        STR_ARG(client_time(client, user, "created")));
}

static int
print_list(struct client *client, const char *path, const char *key,
    void (*print)(struct client *client, const json_t *row))
{
    json_t *answer = NULL;
    const json_t *list;
    int status = client_ask(client, "GET", path, NULL, &answer);

    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    list = json_object_get(answer, key);
    for (size_t i = 0; i < json_array_size(list); i++)
        print(client, json_array_get(list, i));
    json_decref(answer);
    return CLI_OK;
}

static int
user_list(struct client *client, const char *name, const struct user_options *o)
{
    (void)name;
    (void)o;
    return print_list(client, "/api/v1/users", "users", print_user);
}

/* --- sessions and tokens --- */

static void
print_session(struct client *client, const json_t *row)
{
    printf("%.*s %-16.*s %-16.*s %.*s  %.*s\n",
        STR_ARG(client_text(client, row, "id")),
        STR_ARG(client_text(client, row, "user")),
        STR_ARG(client_text(client, row, "from")),
        STR_ARG(client_time(client, row, "used")),
        STR_ARG(client_text(client, row, "agent")));
}

static void
print_token(struct client *client, const json_t *row)
{
    struct str only = client_text(client, row, "only");

    printf("%-20.*s %-16.*s %-9.*s %.*s%s%.*s\n",
        STR_ARG(client_text(client, row, "name")),
        STR_ARG(client_text(client, row, "user")),
        STR_ARG(client_text(client, row, "role")),
        STR_ARG(client_time(client, row, "expires")), only.n ? "  " : "",
        STR_ARG(str_first(only, str_find_char(only, '\n'))));
}

/* A list of name's, or without a name of everybody's. */
static int
print_of(struct client *client, const char *folder, const char *name,
    void (*print)(struct client *client, const json_t *row))
{
    _cleanup_(buf_done) struct buf path;

    buf_init(&path, 4096);
    buf_printf(&path, "/api/v1/%s?user=", folder);
    client_add_query(&path, name ? name : "*");
    return print_list(client, buf_cstr(&path), folder, print);
}

static int
user_sessions(
    struct client *client, const char *name, const struct user_options *o)
{
    (void)o;
    return print_of(client, "sessions", name, print_session);
}

static int
user_tokens(
    struct client *client, const char *name, const struct user_options *o)
{
    (void)o;
    return print_of(client, "tokens", name, print_token);
}

static int
user_logout(
    struct client *client, const char *name, const struct user_options *o)
{
    json_t *body = json_object();

    (void)o;
    jsonx_set(body, "user", jsonx_str(str_of(name)));
    return change(client, "POST", "/api/v1/sessions/end", body, name,
        "is logged out everywhere.");
}

/* name is "USER/TOKEN": whose, and what it is called. */
static int
user_token(
    struct client *client, const char *name, const struct user_options *o)
{
    struct str token = str_of(name), user = str_split(&token, '/');
    json_t *body, *answer = NULL;
    int status;

    if (token.n == 0 || user.n == 0) {
        fputs("tocsin: name the token as USER/TOKEN\n", stderr);
        return CLI_USAGE;
    }
    body = json_object();
    jsonx_set(body, "user", jsonx_str(user));
    jsonx_set(body, "name", jsonx_str(token));
    jsonx_set(body, "role", jsonx_str(str_of(o->role ? o->role : "viewer")));
    if (o->only)
        jsonx_set(body, "only", jsonx_str(str_of(o->only)));
    if (o->days)
        jsonx_set(body, "days", jsonx_str(str_of(o->days)));
    status = client_ask(client, "POST", "/api/v1/tokens", body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json)
        return client_print_json(answer);
    printf("%.*s\n", STR_ARG(client_text(client, answer, "token")));
    json_decref(answer);
    return CLI_OK;
}

static int
user_untoken(
    struct client *client, const char *name, const struct user_options *o)
{
    struct str token = str_of(name), user = str_split(&token, '/');
    _cleanup_(buf_done) struct buf path;
    char owner[256], what[256];

    (void)o;
    if (token.n == 0 || user.n == 0 || user.n >= sizeof owner ||
        token.n >= sizeof what) {
        fputs("tocsin: name the token as USER/TOKEN\n", stderr);
        return CLI_USAGE;
    }
    memcpy(owner, user.p, user.n);
    owner[user.n] = '\0';
    memcpy(what, token.p, token.n);
    what[token.n] = '\0';
    if (path_of(&path, "tokens", what, "?user=") != CLI_OK)
        return CLI_FAILED;
    client_add_query(&path, owner);
    return change(client, "DELETE", buf_cstr(&path), NULL, name, "is revoked.");
}

static const struct verb {
    const char *name;
    int (*run)(
        struct client *client, const char *name, const struct user_options *o);
    int words; /* that follow: 1, 0, or -1 for one or none */
} verbs[] = {{"add", user_add, 1}, {"list", user_list, 0},
    {"role", user_role, 1}, {"password", user_password, 1},
    {"disable", user_disable, 1}, {"enable", user_enable, 1},
    {"remove", user_remove, 1}, {"reset-factor", user_factor, 1},
    {"sessions", user_sessions, -1}, {"logout", user_logout, 1},
    {"tokens", user_tokens, -1}, {"token", user_token, 1},
    {"revoke", user_untoken, 1}};

static const struct verb *
verb_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int
usage(void)
{
    fputs("Usage: tocsin user add NAME [--role ROLE] [--password-file FILE | "
          "--generate]\n"
          "       tocsin user password NAME [--password-file FILE | "
          "--generate]\n"
          "       tocsin user role NAME --role ROLE\n"
          "       tocsin user disable|enable|remove|reset-factor|logout NAME\n"
          "       tocsin user list | sessions [NAME] | tokens [NAME]\n"
          "       tocsin user token USER/TOKEN [--role ROLE] [--only read] "
          "[--days N]\n"
          "       tocsin user revoke USER/TOKEN\n",
        stderr);
    return CLI_USAGE;
}

/* Take the options and the words. */
static int
user_read(int argc, char **argv, struct client *client, struct user_options *o,
    const char *words[2])
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"role", required_argument, NULL, 'r'},
        {"password-file", required_argument, NULL, 'f'},
        {"only", required_argument, NULL, 'o'},
        {"days", required_argument, NULL, 'd'},
        {"generate", no_argument, NULL, 'g'}, {NULL, 0, NULL, 0}};
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c == 'r')
            o->role = optarg;
        else if (c == 'f')
            o->password_file = optarg;
        else if (c == 'o')
            o->only = optarg;
        else if (c == 'd')
            o->days = optarg;
        else if (c == 'g')
            o->generated = true;
        else if (c != -1 && !client_option(client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc && nwords == 2)
            return usage();
        if (c == -1 && optind < argc)
            words[nwords++] = argv[optind++];
    }
    return CLI_OK;
}

int
cmd_user(int argc, char **argv)
{
    struct user_options o = {0};
    struct client client = {0};
    const char *words[2] = {NULL, NULL};
    const struct verb *verb;
    int status = user_read(argc, argv, &client, &o, words);

    if (status != CLI_OK)
        return status;
    verb = verb_of(words[0]);
    if (!verb || (verb->words >= 0 && (verb->words == 1) != !!words[1]))
        return usage();
    if (digest_init() < 0)
        return CLI_FAILED;
    status = client_open(&client);
    if (status == CLI_OK)
        status = verb->run(&client, words[1], &o);
    client_close(&client);
    return status;
}

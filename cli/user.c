/*
 * tocsin user: people who may use the console.
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
    const char *role, *password_file;
    bool generated;
};

static int
add(struct client *client, const char *name, const struct user_options *o)
{
    _cleanup_(buf_done) struct buf password;
    json_t *answer = NULL;
    int status = CLI_OK;

    buf_init(&password, USER_PASSWORD_MAX);
    if (o->generated)
        generate(&password);
    else if (o->password_file)
        status = from_file(o->password_file, &password);
    else
        status = ask(&password);
    if (status != CLI_OK)
        return status;
    json_t *body = json_object();
    jsonx_set(body, "name", jsonx_str(str_of(name)));
    jsonx_set(body, "role", jsonx_str(str_of(o->role)));
    jsonx_set(body, "password", jsonx_str(buf_str(&password)));
    status = client_ask(client, "POST", "/api/v1/users", body, &answer);
    if (status != CLI_OK)
        return status;
    if (client->json) {
        if (o->generated)
            jsonx_set(answer, "password", jsonx_str(buf_str(&password)));
        return client_print_json(answer);
    }
    json_decref(answer);
    printf("%s may use the console as %s.\n", name, o->role);
    if (o->generated)
        printf("password: %s\n", buf_cstr(&password));
    return CLI_OK;
}

int
cmd_user(int argc, char **argv)
{
    static const struct option options[] = {CLIENT_LONG_OPTIONS,
        {"role", required_argument, NULL, 'r'},
        {"password-file", required_argument, NULL, 'f'},
        {"generate", no_argument, NULL, 'g'}, {NULL, 0, NULL, 0}};
    struct user_options o = {"operator", NULL, false};
    struct client client = {0};
    const char *words[2] = {NULL, NULL};
    size_t nwords = 0;

    while (optind < argc) {
        int c = client_getopt(argc, argv, options);
        if (c == 'r')
            o.role = optarg;
        else if (c == 'f')
            o.password_file = optarg;
        else if (c == 'g')
            o.generated = true;
        else if (c != -1 && !client_option(&client, c))
            return CLI_USAGE;
        if (c == -1 && optind < argc && nwords < 2)
            words[nwords++] = argv[optind++];
        else if (c == -1 && optind < argc)
            break;
    }
    if (optind < argc || nwords != 2 || strcmp(words[0], "add") != 0) {
        fputs("Usage: tocsin user add NAME [--role ROLE] [--password-file "
              "FILE | --generate]\n",
            stderr);
        return CLI_USAGE;
    }
    if (digest_init() < 0)
        return CLI_FAILED;
    int status = client_open(&client);
    if (status == CLI_OK)
        status = add(&client, words[1], &o);
    client_close(&client);
    return status;
}

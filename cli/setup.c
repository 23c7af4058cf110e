/*
 * tocsin setup: from an installed package to a daemon that watches, in six
 * answers.
 *
 * Everything that it asks can be given, and then nothing is asked.  It writes a
 * configuration that `tocsin check` accepts, or none; what is there already it
 * leaves alone.
 */
#include "cli/setup.h"

#include <sys/stat.h>

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/cli.h"

enum {
    PASSWORD_MAX_BYTES = 1024,
    PASSWORD_CHARACTERS = 16, /* of 31: 79 bits */
    ZONE_MAX_BYTES = 64
};
#define DEFAULT_DIR "/etc/tocsin"
#define DEFAULT_LISTEN "127.0.0.1:8480"
#define DEFAULT_ZONE "Asia/Shanghai"
#define DEFAULT_ADMIN "admin"

static int
wrong(const char *sentence)
{
    fprintf(stderr, "tocsin setup: %s\n", sentence);
    return CLI_USAGE;
}

/* --- options ---------------------------------------------------------------
 */

static int
take(struct setup *setup, int option)
{
    switch (option) {
    case 'd':
        setup->dir = optarg;
        break;
    case 'b':
        setup->bureau = optarg;
        break;
    case 'c':
        setup->contact = optarg;
        break;
    case 'z':
        setup->zone = optarg;
        break;
    case 'l':
        setup->listen = optarg;
        break;
    case 'a':
        setup->admin = optarg;
        break;
    case 'p':
        setup->password_file = optarg;
        break;
    case 's':
        if (setup->nsources == SETUP_MAX_SOURCES)
            return wrong("give more sources later, with `tocsin sources add`");
        setup->sources[setup->nsources++] = optarg;
        break;
    case 'h':
        setup->channel = optarg;
        break;
    case 'k':
        setup->secret = optarg;
        break;
    case 'n':
        setup->no_test = true;
        break;
    case 'y':
        setup->given = true;
        break;
    default:
        return CLI_USAGE;
    }
    return CLI_OK;
}

static int
read_options(struct setup *setup, int argc, char **argv)
{
    static const struct option options[] = {
        {"dir", required_argument, NULL, 'd'},
        {"bureau", required_argument, NULL, 'b'},
        {"contact", required_argument, NULL, 'c'},
        {"zone", required_argument, NULL, 'z'},
        {"listen", required_argument, NULL, 'l'},
        {"admin", required_argument, NULL, 'a'},
        {"password-file", required_argument, NULL, 'p'},
        {"source", required_argument, NULL, 's'},
        {"channel", required_argument, NULL, 'h'},
        {"secret", required_argument, NULL, 'k'},
        {"no-test", no_argument, NULL, 'n'}, {"yes", no_argument, NULL, 'y'},
        {NULL, 0, NULL, 0}};
    int status;

    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        status = take(setup, c);
        if (status != CLI_OK)
            return status;
    }
    if (optind != argc)
        return wrong("it takes options only; `tocsin help setup` lists them");
    if (!setup->given && !isatty(STDIN_FILENO))
        return wrong("there is no terminal to ask on; give --yes, --bureau "
                     "and --contact, and what else is to be set");
    if (setup->given && (!setup->bureau || !setup->contact))
        return wrong("with --yes, --bureau and --contact are needed");
    return CLI_OK;
}

/* --- questions -------------------------------------------------------------
 */

/* Ask; an empty answer is the fallback, and again when there is none.  NULL
 * when nobody answers any more. */
static char *
ask(struct setup *setup, unsigned number, const char *question,
    const char *fallback)
{
    char *line = setup->answers[number - 1];

    for (;;) {
        printf("\n%u/%d  %s\n     ", number, SETUP_QUESTIONS, question);
        if (fallback && fallback[0])
            printf("[%s] ", fallback);
        fputs("> ", stdout);
        (void)fflush(stdout);
        if (!fgets(line, SETUP_ANSWER_BYTES, stdin)) {
            fputs("\ntocsin setup: ended; nothing was written\n", stderr);
            return NULL;
        }
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' && fallback)
            (void)snprintf(line, SETUP_ANSWER_BYTES, "%s", fallback);
        if (line[0] != '\0' || fallback)
            return line;
    }
}

/* "NAME, CONTACT" of one answer. */
static int
ask_bureau(struct setup *setup)
{
    while (!setup->bureau || !setup->contact) {
        char *comma,
            *answer = ask(setup, 1,
                "The bureau's name, a comma, and an address or URL at which "
                "the "
                "owner of a\n     polled site reaches it: it stands in every "
                "request.",
                NULL);

        if (!answer)
            return CLI_FAILED;
        comma = strrchr(answer, ',');
        if (!comma || comma == answer ||
            comma[1 + strspn(comma + 1, " ")] == 0) {
            puts("     Both, please, as: Yunxi County Bureau of Education, "
                 "desk@yunxi.example");
            continue;
        }
        *comma = '\0';
        setup->bureau = answer;
        setup->contact = comma + 1 + strspn(comma + 1, " ");
    }
    return CLI_OK;
}

/* The zone of this machine, or the default. */
static const char *
machine_zone(char zone[ZONE_MAX_BYTES])
{
    _cleanup_(buf_done) struct buf text;
    struct str name;

    buf_init(&text, ZONE_MAX_BYTES);
    if (file_read("/etc/timezone", &text, NULL) != 0)
        return DEFAULT_ZONE;
    name = str_trim(buf_str(&text));
    if (name.n == 0 || name.n >= ZONE_MAX_BYTES ||
        !memchr(name.p, '/', name.n) || str_starts(name, STR("Etc/")))
        return DEFAULT_ZONE;
    memcpy(zone, name.p, name.n);
    zone[name.n] = '\0';
    return zone;
}

static int
ask_sources(struct setup *setup)
{
    char *p;

    if (setup->nsources > 0)
        return CLI_OK;
    p = ask(setup, 5,
        "First sources: addresses of sites or feeds, or OPML files, with "
        "blanks between\n     them. Nothing: later, with `tocsin sources "
        "add`.",
        "");
    if (!p)
        return CLI_FAILED;
    while (*(p += strspn(p, " ")) != '\0') {
        size_t n = strcspn(p, " ");

        if (setup->nsources == SETUP_MAX_SOURCES)
            return wrong("give more sources later, with `tocsin sources add`");
        setup->sources[setup->nsources++] = p;
        p += n;
        if (*p != '\0')
            *p++ = '\0';
    }
    return CLI_OK;
}

/* "KIND ADDRESS [SECRET]". */
static int
ask_channel(struct setup *setup)
{
    char *answer, *blank;

    if (setup->channel)
        return CLI_OK;
    answer = ask(setup, 6,
        "First channel: its kind, its address and, if it signs, its secret. "
        "Kinds: dingtalk,\n     wecom, feishu, webhook, smtp, … (docs/"
        "channels.md). Nothing: later.",
        "");
    if (!answer)
        return CLI_FAILED;
    if (answer[0] == '\0')
        return CLI_OK;
    setup->channel = answer;
    blank = strchr(answer, ' ');
    blank = blank ? strchr(blank + 1, ' ') : NULL;
    if (blank) {
        *blank = '\0';
        setup->secret = blank + 1;
    }
    return CLI_OK;
}

static int
ask_all(struct setup *setup)
{
    char zone[ZONE_MAX_BYTES];

    if (ask_bureau(setup) != CLI_OK)
        return CLI_FAILED;
    if (!setup->zone &&
        !(setup->zone = ask(setup, 2, "The time zone in which the desk works.",
              machine_zone(zone))))
        return CLI_FAILED;
    if (!setup->listen &&
        !(setup->listen = ask(setup, 3,
              "The console's address. Others reach it through a proxy with "
              "TLS.",
              DEFAULT_LISTEN)))
        return CLI_FAILED;
    if (!setup->admin &&
        !(setup->admin = ask(setup, 4, "The first admin's name on the console.",
              DEFAULT_ADMIN)))
        return CLI_FAILED;
    if (ask_sources(setup) != CLI_OK)
        return CLI_FAILED;
    return ask_channel(setup);
}

/* What is not given has its default. */
static void
default_all(struct setup *setup, char zone[ZONE_MAX_BYTES])
{
    if (!setup->zone)
        setup->zone = machine_zone(zone);
    if (!setup->listen)
        setup->listen = DEFAULT_LISTEN;
    if (!setup->admin)
        setup->admin = DEFAULT_ADMIN;
}

/* --- doing it --------------------------------------------------------------
 */

/* The commands take their arguments as written, which they do not change. */
static int
run(int (*command)(int argc, char **argv), const char *const *words)
{
    enum { MAX_WORDS = 8 };
    char *argv[MAX_WORDS];
    int argc = 0;

    while (words[argc] && argc < MAX_WORDS - 1) {
        argv[argc] = (char *)(uintptr_t)words[argc];
        argc++;
    }
    argv[argc] = NULL;
    return command(argc, argv);
}

/* One that cannot be reached now does not spoil the rest. */
static size_t
add_sources(const struct setup *setup)
{
    size_t failed = 0;

    for (size_t i = 0; i < setup->nsources; i++) {
        const char *source = setup->sources[i];
        const char *add[] = {
            "add", source, "--config", setup->config, "--yes", NULL};
        const char *import[] = {
            "import", source, "--config", setup->config, NULL};
        bool is_file = access(source, R_OK) == 0;

        printf("\nSource %s\n", source);
        (void)fflush(stdout);
        if (run(is_file ? cmd_sources_import : cmd_sources_add,
                is_file ? import : add) != CLI_OK)
            failed++;
    }
    return failed;
}

static bool
test_channel(const struct setup *setup)
{
    const char *words[] = {"channel", "--config", setup->config, "desk", NULL};

    puts("\nA test message goes to the channel …");
    (void)fflush(stdout);
    return run(cmd_try_channel, words) == CLI_OK;
}

/* A password that can be read out on the telephone: no 0/o, 1/l/i. */
static int
password_of(const struct setup *setup, struct buf *out)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    const size_t count = sizeof letters - 1;
    struct toc_error error = {0};

    if (setup->password_file) {
        _cleanup_(buf_done) struct buf text;

        buf_init(&text, PASSWORD_MAX_BYTES);
        if (file_read(setup->password_file, &text, &error) != 0) {
            toc_error_print(&error, stderr);
            return CLI_FAILED;
        }
        buf_add_str(out, str_trim(buf_str(&text)));
        return CLI_OK;
    }
    while (out->n < PASSWORD_CHARACTERS && out->err == 0) {
        unsigned char c;

        digest_random(&c, 1);
        if (c < 256 / count * count)
            buf_add_char(out, letters[c % count]);
    }
    return CLI_OK;
}

static void
say_next(const struct setup *setup, const struct buf *password, size_t failed,
    bool channel_failed)
{
    bool system = strcmp(setup->dir, DEFAULT_DIR) == 0;

    printf("\nWritten: %s\n", setup->config);
    if (failed > 0)
        printf("%zu of the sources could not be added; `tocsin sources add` "
               "tries again.\n",
            failed);
    if (channel_failed)
        puts("The channel did not take the test message; `tocsin try channel "
             "desk` tries again.");
    printf("\nNow:\n  %s%s\n", system ? "systemctl enable --now tocsind" : "",
        system ? "" : "tocsind --config ");
    if (!system)
        printf("    %s\n", setup->config);
    if (system && strcmp(setup->listen, DEFAULT_LISTEN) != 0)
        printf("  (systemd opens the console's port: first give %s with\n"
               "   `systemctl edit tocsind-console.socket`, as\n"
               "   [Socket], ListenStream= and ListenStream=%s)\n",
            setup->listen, setup->listen);
    printf("  console   http://%s/\n  user      %s\n", setup->listen,
        setup->admin);
    if (!setup->password_file)
        printf("  password  %.*s   (it is shown only now)\n",
            STR_ARG(buf_str(password)));
}

static int
set_up(struct setup *setup)
{
    _cleanup_(buf_done) struct buf password;
    bool channel_failed = false;
    size_t failed;
    int err;

    buf_init(&password, PASSWORD_MAX_BYTES);
    if (password_of(setup, &password) != CLI_OK ||
        setup_admin_check(setup, &password) != 0 || setup_write(setup) != 0)
        return CLI_FAILED;
    failed = add_sources(setup);
    if (setup->channel) {
        if (setup_write_channel(setup) != 0)
            channel_failed = true;
        else if (!setup->no_test)
            channel_failed = !test_channel(setup);
    }
    /* Without an admin too the daemon can read what was written; one is made
     * with `tocsin user add` then. */
    err = setup_folder(setup);
    if (err == 0)
        err = setup_admin(setup, &password);
    if (setup_give(setup) != 0 || err != 0)
        return CLI_FAILED;
    say_next(setup, &password, failed, channel_failed);
    return failed > 0 || channel_failed ? CLI_FAILED : CLI_OK;
}

int
cmd_setup(int argc, char **argv)
{
    struct setup setup = {.dir = DEFAULT_DIR};
    char zone[ZONE_MAX_BYTES];
    int status = read_options(&setup, argc, argv);

    if (status != CLI_OK)
        return status;
    if (mkdir(setup.dir, 0750) != 0 && errno != EEXIST) {
        fprintf(stderr, "tocsin setup: %s: %s; run it as root, or give --dir\n",
            setup.dir, strerror(errno));
        return CLI_FAILED;
    }
    (void)snprintf(
        setup.config, sizeof setup.config, "%s/tocsin.yaml", setup.dir);
    if (access(setup.config, F_OK) == 0) {
        fprintf(stderr,
            "tocsin setup: %s is there already and stays as it is; edit it, "
            "then run `tocsin check`\n",
            setup.config);
        return CLI_FAILED;
    }
    if (setup.given)
        default_all(&setup, zone);
    else if (ask_all(&setup) != CLI_OK)
        return CLI_FAILED;
    return set_up(&setup);
}

/*
 * Every row of the attack corpus, as raw bytes on a real connection.
 *
 * The row's bytes are followed by nothing; then what must hold for its wish is
 * checked: the status, that there is one answer only, that the connection
 * ends, that nothing was done and nobody was logged in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "check.h"
#include "client.h"

static const char rows_file[] = "/corpora/attacks/dev/console_requests.jsonl";

/* Whether status stands in the wish, as a number of its own. */
static bool
wish_names(struct str wish, int status)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%d", status);
    return str_find(wish, str_of(text)) < wish.n;
}

/* Wishes in words: what they mean here.  With neither log-in nor Origin a
 * request must come out as unknown; "ignored" and the like must not be an
 * error of ours. */
static bool
wish_holds(struct str wish, const struct answer *answer)
{
    struct str location = answer_header(answer, "Location");

    if (answer->status >= 500 && answer->status != 501 && answer->status != 505)
        return false;
    if (str_find(wish, STR("no injected header")) < wish.n)
        return !answer_header(answer, "X").p &&
               str_find(answer->head, STR("\nSet-Cookie")) == answer->head.n;
    if (str_find(wish, STR("redirect")) < wish.n)
        return !location.p || (str_starts(location, STR("/")) &&
                                  !str_starts(location, STR("//")) &&
                                  !str_starts(location, STR("/\\")));
    if (str_find(wish, STR("ignored")) < wish.n)
        return answer->status >= 400 && answer->status < 500;
    if (str_starts(wish, STR("403 for cookie sessions")))
        return answer->status == 401 || answer->status == 404 ||
               answer->status == 403;
    if (str_find(wish, STR("or-ok")) < wish.n && answer->status < 500)
        return true;
    return wish_names(wish, answer->status);
}

static unsigned
count(struct str s, struct str needle)
{
    unsigned n = 0;

    for (;;) {
        size_t at = str_find(s, needle);

        if (at == s.n)
            return n;
        n++;
        s = str_from(s, at + needle.n);
    }
}

static void
run_row(struct desk *desk, const json_t *row)
{
    struct str label = jsonx_get_str(row, "label");
    struct str wish = jsonx_get_str(row, "expect");
    struct client client;
    struct answer answer;
    unsigned actions = desk->nactions, opened, answers;
    _cleanup_(buf_done) struct buf bytes;

    buf_init(&bytes, 8 * 1024 * 1024);
    assert_int_equal(digest_unbase64(&bytes, jsonx_get_str(row, "raw_b64")), 0);
    client_open(&client, desk);
    client_send(&client, buf_str(&bytes));
    answer = client_read(&client, 3000);
    client_turn(&client, 20);
    opened = desk->counts[ACTION_SESSION_OPEN];
    answers = count(buf_str(&client.in), STR("HTTP/1.1 "));
    if (!wish_holds(wish, &answer))
        fail_msg("%.*s: %d, wanted %.*s", STR_ARG(label), answer.status,
            STR_ARG(wish));
    if (answers != 1)
        fail_msg("%.*s: %u answers", STR_ARG(label), answers);
    if (str_find(wish, STR("close")) < wish.n && !client.closed)
        fail_msg("%.*s: not closed", STR_ARG(label));
    assert_int_equal(opened, 0);
    assert_true(desk->nactions - actions <= 1); /* LOGIN_FAILED */
    if (!answer_header(&answer, "Content-Security-Policy").p)
        fail_msg("%.*s: no policy", STR_ARG(label));
    client_close(&client);
}

static const char *
shared_folder(void)
{
    const char *shared = getenv("TOCSIN_SHARED");

    return shared ? shared : SOURCE_DIR "/../shared";
}

static void
every_row_gets_its_wish(void **state)
{
    struct desk desk;
    struct desk_options options = {.incidents = 3};
    struct toc_error error = {0};
    char path[512];
    unsigned n = 0;
    struct str rest;
    _cleanup_(buf_done) struct buf text;

    (void)state;
    buf_init(&text, 64 * 1024 * 1024);
    (void)snprintf(path, sizeof path, "%s%s", shared_folder(), rows_file);
    if (file_read(path, &text, &error))
        fail_msg("%s", error.text);
    desk_new(&desk, &options);
    rest = buf_str(&text);
    while (rest.p && rest.n) {
        struct str line = str_split(&rest, '\n');
        json_t *row = NULL;

        if (line.n == 0)
            continue;
        assert_int_equal(jsonx_load(line, NULL, &row), 0);
        run_row(&desk, row);
        json_decref(row);
        n++;
    }
    (void)printf("%u rows\n", n);
    assert_true(n >= 50);
    desk_free(&desk);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_gets_its_wish),
    };
    char path[512];

    (void)snprintf(path, sizeof path, "%s%s", shared_folder(), rows_file);
    if (access(path, R_OK)) {
        (void)printf("skipped: no %s\n", path);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

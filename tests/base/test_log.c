#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"
#include "check.h"

static char logged[64 * 1024];
static int saved_stderr;

/* Standard error goes into a pipe while a test logs. */
static int pipe_ends[2];

static void
listen_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
    close(pipe_ends[1]);
}

static const char *
listen_end(void)
{
    ssize_t n;

    assert_true(dup2(saved_stderr, STDERR_FILENO) >= 0);
    close(saved_stderr);
    n = read(pipe_ends[0], logged, sizeof(logged) - 1);
    close(pipe_ends[0]);
    assert_true(n >= 0);
    logged[n] = '\0';
    return logged;
}

static void
fields_follow_the_sentence(void **state)
{
    (void)state;
    listen_begin();
    log_init("fetch", LOG_INFO);
    log_say(LOG_WARN, "poll failed", "source", "yunxi", "why", "too slow",
        "empty", "", "none", (const char *)NULL, NULL);
    log_printf(LOG_INFO, "%d polls", 3);
    assert_string_equal(listen_end(),
        "fetch: poll failed source=yunxi why=\"too slow\" empty=\"\" "
        "none=\"\"\n"
        "fetch: 3 polls\n");
}

static void
numbers_of_persons_are_not_said(void **state)
{
    (void)state;
    listen_begin();
    log_init("fetch", LOG_INFO);
    log_say(LOG_WARN, "poll failed", "why", "家长电话13812345678", "url",
        "http://a.example/%E7%94%B013812345678", NULL);
    log_printf(LOG_INFO, "tel %s", "13812345678");
    assert_string_equal(listen_end(),
        "fetch: poll failed why=家长电话138****5678"
        " url=http://a.example/%E7%94%B0138****5678\n"
        "fetch: tel 138****5678\n");
}

static void
what_is_above_the_level_is_not_said(void **state)
{
    (void)state;
    listen_begin();
    log_init("engine", LOG_WARN);
    log_say(LOG_NOTICE, "no", NULL);
    log_printf(LOG_DEBUG, "no");
    log_say(LOG_ERROR, "yes", NULL);
    assert_int_equal(log_level(), LOG_WARN);
    assert_string_equal(listen_end(), "engine: yes\n");
}

static void
the_journal_gets_a_level(void **state)
{
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    listen_begin();
    log_init(NULL, LOG_INFO);
    unsetenv("JOURNAL_STREAM");
    log_say(LOG_WARN, "low on disk", NULL);
    assert_string_equal(listen_end(), "<4>low on disk\n");
}

static void
foreign_text_cannot_forge_a_line(void **state)
{
    (void)state;
    listen_begin();
    log_init(NULL, LOG_INFO);
    log_say(LOG_INFO, "item", "title", "a\n<3>x\r\x1B[2J\xE2\x80\xAE\xC2\x85",
        "next", "\" level=9", "bad", "\xFF", NULL);
    assert_string_equal(listen_end(),
        "item title=a\\n<3>x\\r\\x1B[2J\\u{202E}\\u{85} "
        "next=\"\\\" level=9\" bad=\xEF\xBF\xBD\n");
}

static void
escape_is_for_one_line(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    assert_int_equal(log_escape(&out, STR("云溪\\\t\xE2\x80\xA8")), 0);
    assert_string_equal(buf_cstr(&out), "云溪\\\\\\t\\u{2028}");
    buf_done(&out);
}

static void
long_values_and_lines_are_cut(void **state)
{
    char text[20001];
    const char *line;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    listen_begin();
    log_init(NULL, LOG_INFO);
    log_say(LOG_INFO, "value", "v", text, "after", "1", NULL);
    line = listen_end();
    assert_true(strlen(line) < 1100);
    assert_non_null(strstr(line, "… after=1\n"));
    listen_begin();
    for (int i = 0; i < 2; i++)
        log_printf(LOG_INFO, "%s", text);
    line = listen_end();
    assert_true(strlen(line) <= 2 * 8192);
    assert_int_equal(line[strlen(line) - 1], '\n');
}

static void
errno_is_kept(void **state)
{
    (void)state;
    listen_begin();
    close(STDERR_FILENO);
    errno = ENOENT;
    log_say(LOG_ERROR, "nobody hears", NULL);
    assert_int_equal(errno, ENOENT);
    listen_end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_follow_the_sentence),
        cmocka_unit_test(numbers_of_persons_are_not_said),
        cmocka_unit_test(what_is_above_the_level_is_not_said),
        cmocka_unit_test(the_journal_gets_a_level),
        cmocka_unit_test(foreign_text_cannot_forge_a_line),
        cmocka_unit_test(escape_is_for_one_line),
        cmocka_unit_test(long_values_and_lines_are_cut),
        cmocka_unit_test(errno_is_kept),
    };

    unsetenv("JOURNAL_STREAM");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

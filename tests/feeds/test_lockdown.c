/* After feeds_init a parser needs no system call but those for memory: every
 * format and every kind of converter is tried where anything else kills. */
#include "base/file.h"
#include "feeds/attachment.h"
#include "feeds/feeds.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
/* clang-format on */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { SKIPPED = 77, CHILD_OK = 0, CHILD_FAILED = 1 };

static const char *const labels[] = {"utf-8", "gbk", "gb18030", "big5",
    "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "windows-1252", "koi8-r",
    "iso-8859-7", "macintosh", "johab", "no-such-encoding"};

static const char *const texts[] = {
    "<rss><channel><item><title>\xd4\xc6\xcf\xaa\x81\x40 &nbsp;</title>"
    "<link>/x</link><pubDate>Sun, 07 Jun 2026 09:30:00 +0800</pubDate></item>"
    "</channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry>"
    "</feed>",
    "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss><channel><item><title>x"
    "</title></item></channel></rss>",
    "<urlset><url><loc>http://a.example/</loc></url></urlset>",
    "{\"items\":[{\"id\":1,\"title\":\"x\"}]}",
};

static int
parse_all(struct arena *arena)
{
    for (size_t l = 0; l < sizeof labels / sizeof labels[0]; l++)
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
            char type[64] = "text/xml; charset=";
            struct feed_input input = {.bytes = str_of(texts[t]),
                .url = STR("http://a.example/feed"),
                .now = {1780000000000}};
            struct toc_error error;
            const struct document *document;
            size_t n = 18;

            for (const char *p = labels[l]; *p && n < sizeof type - 1; p++)
                type[n++] = *p;
            input.content_type = (struct str){type, n};
            arena_clear(arena);
            if (feed_parse(arena, &input, &error, &document) ||
                document->nitems != 1)
                return CHILD_FAILED;
        }
    return CHILD_OK;
}

static const char *const kinds[] = {"pdf", "docx", "xlsx", "doc", "xls"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static struct buf documents[KINDS];

static int
read_documents(struct arena *arena)
{
    for (size_t i = 0; i < KINDS; i++) {
        struct attachment document;

        arena_clear(arena);
        if (attachment_read(arena, buf_str(&documents[i]), NULL, &document) ||
            document.partial || document.text.n == 0)
            return CHILD_FAILED;
    }
    return CHILD_OK;
}

static int
load_documents(void)
{
    int err = 0;

    for (size_t i = 0; i < KINDS && !err; i++) {
        char path[512];

        (void)snprintf(path, sizeof path,
            TESTS_DIR "/feeds/fixtures/attachments/list.%s", kinds[i]);
        buf_init(&documents[i], 1024 * 1024);
        err = file_read(path, &documents[i], NULL);
    }
    return err;
}

static int
child(void)
{
    /* futex: GLib's and poppler's own locks */
    static const int allowed[] = {SCMP_SYS(brk), SCMP_SYS(mmap),
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
        SCMP_SYS(exit_group)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    struct arena *arena = arena_new(ARENA_CAP_DEFAULT);

    if (!filter || !arena || feeds_init() || load_documents())
        return CHILD_FAILED;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0))
            return CHILD_FAILED;
    if (seccomp_load(filter))
        return SKIPPED;
    if (parse_all(arena))
        return CHILD_FAILED;
    return read_documents(arena);
}

static void
test_nothing_is_opened_after_init(void **state)
{
    pid_t pid = fork();
    int status;

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(child());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        fail_msg("the parser was killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), CHILD_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_opened_after_init),
    };

#ifdef SANITIZED
    print_message("skipped: the sanitizer makes system calls of its own\n");
    (void)tests;
    return SKIPPED;
#else
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}

/*
 * reading: see reading.h.
 *
 * The child writes {"error", "sentence"} or the result into a pipe and ends;
 * the parent believes nothing of it but that it is JSON.
 */
#include "cli/reading.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/document_json.h"
#include "daemon/sandbox.h"
#include "feeds/opml.h"

enum {
    ARENA_MAX_BYTES = 160 * 1024 * 1024,
    CHILD_STATUS = 3, /* it could not lock itself down */
    PIPE_BYTES = 64 * 1024
};

int
reading_init(void)
{
    return feeds_init();
}

static json_t *
texts_json(const struct str *texts, size_t n)
{
    return document_json_notes(texts, n);
}

static json_t *
opml_json(const struct opml *opml)
{
    json_t *json = json_object(), *list = json_array();

    for (size_t i = 0; i < opml->noutlines; i++) {
        const struct opml_outline *outline = &opml->outlines[i];
        json_t *one = json_object();

        jsonx_set(one, "title", jsonx_str(outline->title));
        jsonx_set(one, "feed", jsonx_str(outline->feed));
        jsonx_set(one, "page", jsonx_str(outline->page));
        jsonx_set(one, "type", jsonx_str(outline->type));
        jsonx_set(one, "tags", texts_json(outline->tags, outline->ntags));
        json_array_append_new(list, one);
    }
    jsonx_set(json, "title", jsonx_str(opml->title));
    jsonx_set(json, "outlines", list);
    jsonx_set(json, "unusable", json_integer((json_int_t)opml->unusable));
    jsonx_set(json, "partial", json_boolean(opml->partial));
    return json;
}

static json_t *
discovery_json(const struct discovery *found)
{
    json_t *json = json_object();

    jsonx_set(json, "feeds", texts_json(found->feeds, found->nfeeds));
    jsonx_set(json, "lists", texts_json(found->lists, found->nlists));
    return json;
}

/* A page: as a list, and what it offers. */
static int
read_page(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, json_t *result)
{
    const struct document *document;
    const struct discovery *found;
    int err = discover_parse(arena, input, reterr, &found);

    if (!err)
        err = list_parse(arena, input, reterr, &document);
    if (err)
        return err;
    jsonx_set(result, "discovery", discovery_json(found));
    jsonx_set(result, "document", document_json(document));
    return 0;
}

static int
read_input(enum reading_kind kind, struct arena *arena,
    const struct feed_input *input, struct toc_error *reterr, json_t *result)
{
    const struct document *document;
    struct opml opml;
    int err;

    if (kind == READING_OPML) {
        err = opml_parse(arena, input->bytes, reterr, &opml);
        if (!err)
            jsonx_set(result, "opml", opml_json(&opml));
        return err;
    }
    err = kind == READING_LIST ? list_parse(arena, input, reterr, &document)
                               : feed_parse(arena, input, reterr, &document);
    if (!err)
        jsonx_set(result, "document", document_json(document));
    else if (kind == READING_ANY && err == E_PARSE)
        err = read_page(arena, input, reterr, result);
    return err;
}

static void
write_all(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno != EINTR)
            _exit(CHILD_STATUS);
        if (n > 0)
            bytes = str_from(bytes, (size_t)n);
    }
}

static void
lock_down(int fd, const struct reading_limits *limits)
{
    struct sandbox sandbox = {.role = TOCSIN__ROLE__ROLE_PARSE,
        .memory_bytes = (uint64_t)limits->memory_bytes};
    rlim_t seconds = (rlim_t)((limits->cpu_ms + 999) / 1000);
    struct rlimit cpu = {seconds, seconds + 1}, core = {0, 0};
    struct buf protections;

    if (dup2(fd, STDOUT_FILENO) < 0 || setrlimit(RLIMIT_CPU, &cpu) < 0 ||
        setrlimit(RLIMIT_CORE, &core) < 0)
        _exit(CHILD_STATUS);
    sandbox_close_from(STDERR_FILENO + 1, -1);
    alarm(READING_WALL_S);
    buf_init(&protections, 4096);
    if (sandbox_enter(&sandbox, &protections) != 0)
        _exit(CHILD_STATUS);
    buf_done(&protections);
}

/* The child's whole life. */
static void __attribute__((noreturn)) child(enum reading_kind kind,
    const struct feed_input *input, const struct reading_limits *limits, int fd)
{
    struct arena *arena;
    struct toc_error error = {0};
    json_t *result;
    struct buf out;
    int err = E_NOMEM;

    lock_down(fd, limits);
    arena = arena_new(ARENA_MAX_BYTES);
    result = json_object();
    if (arena && result)
        err = read_input(kind, arena, input, &error, result);
    if (err) {
        jsonx_set(result, "error", json_integer(err));
        jsonx_set(result, "sentence",
            jsonx_str(str_of(error.text[0] ? error.text : err_text(err))));
    }
    buf_init(&out, READING_MAX_ANSWER);
    if (!result || jsonx_dump(result, &out) != 0)
        _exit(CHILD_STATUS);
    write_all(STDOUT_FILENO, buf_str(&out));
    _exit(EXIT_SUCCESS);
}

static int
read_answer(int fd, struct buf *out)
{
    for (;;) {
        char *room = buf_room(out, PIPE_BYTES);
        ssize_t n;

        if (!room)
            return out->err ? out->err : E_NOMEM;
        n = read(fd, room, PIPE_BYTES);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return E_IO;
        if (n > 0)
            out->n += (size_t)n;
    }
}

/* How the child ended, when that was not well. */
static int
judge_end(int status, struct toc_error *reterr)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
        return 0;
    if (sig == SIGXCPU || sig == SIGALRM || sig == SIGKILL)
        toc_error_set(reterr, NULL, 0, 0,
            "reading it took longer than the bound of parse.cpu");
    else if (sig)
        toc_error_set(reterr, NULL, 0, 0,
            "the process that read it was ended by signal %d", sig);
    else
        toc_error_set(reterr, NULL, 0, 0,
            "the process that was to read it could not lock itself down or "
            "had no memory");
    return sig ? E_LIMIT : E_NOMEM;
}

static int
take_answer(struct str answer, struct toc_error *reterr, json_t **ret)
{
    json_t *json = NULL;
    int err = jsonx_load(answer, reterr, &json);
    json_int_t code;

    if (err)
        return err;
    code = json_integer_value(json_object_get(json, "error"));
    if (code != 0) {
        toc_error_set(reterr, NULL, 0, 0, "%.*s",
            STR_ARG(jsonx_get_str(json, "sentence")));
        json_decref(json);
        return code == E_PARSE || code == E_LIMIT ? (int)code : E_NOMEM;
    }
    *ret = json;
    return 0;
}

int
reading_run(enum reading_kind kind, const struct feed_input *input,
    const struct reading_limits *limits, struct toc_error *reterr, json_t **ret)
{
    int ends[2], status = 0, err;
    struct buf answer;
    pid_t pid;

    if (pipe(ends) < 0) {
        toc_error_set(reterr, NULL, 0, 0, "no pipe: %s", strerror(errno));
        return E_IO;
    }
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(kind, input, limits, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        toc_error_set(reterr, NULL, 0, 0, "no process: %s", strerror(errno));
        return E_IO;
    }
    buf_init(&answer, READING_MAX_ANSWER);
    err = read_answer(ends[0], &answer);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (err)
        toc_error_set(reterr, NULL, 0, 0, "its contents are over a limit");
    else
        err = judge_end(status, reterr);
    if (!err)
        err = take_answer(buf_str(&answer), reterr, ret);
    buf_done(&answer);
    return err;
}

/*
 * http_local: one request over a unix socket, for the command line.
 *
 * No loop and no gate: the socket is the console's own, and its path comes
 * from the administrator.  The body is still bounded.
 */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "net/http.h"

struct local {
    struct arena *arena;
    struct buf body;
    struct http_header headers[HTTP_MAX_ANSWER_HEADERS];
    size_t nheaders;
};

static size_t
on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct local *local = arg;

    return buf_add(&local->body, bytes, size * n) < 0 ? 0 : size * n;
}

static size_t
on_header(char *bytes, size_t size, size_t n, void *arg)
{
    struct local *local = arg;
    struct str line = {bytes, size * n};
    size_t colon = str_find_char(line, ':');

    if (str_starts(line, STR("HTTP/")))
        local->nheaders = 0;
    else if (colon < line.n && local->nheaders < HTTP_MAX_ANSWER_HEADERS)
        local->headers[local->nheaders++] = (struct http_header){
            arena_str(local->arena, str_first(line, colon)),
            arena_str(local->arena, str_trim(str_from(line, colon + 1))),
        };
    return line.n;
}

/* "/api/v1/…" becomes a URL; an absolute one stays. */
static const char *
local_url(struct arena *arena, struct str url)
{
    struct str text =
        str_starts(url, STR("/"))
            ? arena_printf(arena, "http://localhost%.*s", STR_ARG(url))
            : arena_str(arena, url);

    return text.p ? arena_cstr(arena, text) : NULL;
}

static struct curl_slist *
header_list(struct arena *arena, const struct http_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; i < request->nheaders; i++) {
        struct str line =
            arena_printf(arena, "%.*s: %.*s", STR_ARG(request->headers[i].name),
                STR_ARG(request->headers[i].value));
        struct curl_slist *longer =
            line.p ? curl_slist_append(list, line.p) : NULL;

        if (!longer)
            break;
        list = longer;
    }
    return list;
}

static void
set_up(CURL *easy, const char *socket_path, const char *url,
    const struct http_request *request, struct local *local)
{
    int64_t total = request->total_ms ? request->total_ms : HTTP_TOTAL_MS;
    const char *method = arena_cstr(local->arena, request->method);

    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)total);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, local);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, local);
    if (request->body.n > 0 || str_eq(request->method, STR("POST"))) {
        curl_easy_setopt(
            easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
            request->body.n ? request->body.p : "");
    }
    if (method && request->method.n > 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void
fill_answer(CURL *easy, struct local *local, struct http_answer *ret)
{
    struct http_header *headers =
        ARENA_ARRAY(local->arena, local->nheaders, struct http_header);
    long status = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (headers && local->nheaders)
        memcpy(headers, local->headers, local->nheaders * sizeof(*headers));
    *ret = (struct http_answer){
        .result = HTTP_ANSWERED,
        .status = (int)status,
        .headers = headers,
        .nheaders = headers ? local->nheaders : 0,
        .body = arena_str(
            local->arena, local->body.n ? buf_str(&local->body) : STR("")),
        .wire_bytes = local->body.n,
        .cert_expires = WALL_NONE,
    };
}

int
http_local(struct arena *arena, const char *socket_path,
    const struct http_request *request, struct toc_error *reterr,
    struct http_answer *ret)
{
    struct local local = {.arena = arena};
    const char *url = local_url(arena, request->url);
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = header_list(arena, request);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    int err = 0;

    buf_init(&local.body, request->max_body_bytes ? request->max_body_bytes
                                                  : HTTP_MAX_BODY_BYTES);
    if (easy && url && headers) {
        set_up(easy, socket_path, url, request, &local);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        code = curl_easy_perform(easy);
    }
    if (code == CURLE_OK) {
        fill_answer(easy, &local, ret);
        if (arena_failed(arena))
            code = CURLE_OUT_OF_MEMORY;
    }
    if (code != CURLE_OK) {
        toc_error_set(reterr, NULL, 0, 0,
            "tocsind does not answer at %s (%s): is it running?", socket_path,
            curl_easy_strerror(code));
        err = code == CURLE_OUT_OF_MEMORY ? E_NOMEM : E_IO;
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    buf_done(&local.body);
    return err;
}

#include "client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/jsonx.h"
#include "base/num.h"

enum { CLIENT_MAX_BYTES = 16 * 1024 * 1024, CLIENT_WAIT_MS = 8000 };

static void
client_init(struct client *client, struct desk *desk, int fd)
{
    client->desk = desk;
    client->fd = fd;
    client->closed = false;
    buf_init(&client->in, CLIENT_MAX_BYTES);
    if (fd < 0)
        abort();
}

static const char *from_address; /* of the connections to come */

void
client_from(const char *address)
{
    from_address = address;
}

/* All of 127.0.0.0/8 is this machine. */
static void
bind_from(int fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    if (from_address &&
        (inet_pton(AF_INET, from_address, &address.sin_addr) != 1 ||
            bind(fd, (struct sockaddr *)&address, sizeof address)))
        abort();
}

void
client_open(struct client *client, struct desk *desk)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons(console_port(desk->console)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    client_init(client, desk, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    bind_from(client->fd);
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address))
        abort();
}

void
client_open_local(struct client *client, struct desk *desk)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, desk->socket, strlen(desk->socket));
    client_init(client, desk, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address))
        abort();
}

void
client_close(struct client *client)
{
    (void)close(client->fd);
    client->fd = -1;
    buf_done(&client->in);
    for (int i = 0; i < 3; i++)
        (void)loop_turn(client->desk->loop, false);
}

/* Take in what has arrived; whether anything did. */
static bool
client_receive(struct client *client)
{
    char bytes[65536];
    ssize_t n = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n > 0)
        (void)buf_add(&client->in, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN))
        client->closed = true;
    return n > 0;
}

void
client_send(struct client *client, struct str bytes)
{
    size_t at = 0;
    int tries = 0;

    while (at < bytes.n && !client->closed && tries < 5000) {
        ssize_t n = send(client->fd, bytes.p + at, bytes.n - at,
            MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0)
            at += (size_t)n;
        else if (errno != EAGAIN)
            return;
        else
            tries++;
        (void)loop_turn(client->desk->loop, false);
        (void)client_receive(client);
    }
}

void
client_turn(struct client *client, int ms)
{
    struct mono start = clock_mono();

    do {
        struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};

        (void)loop_turn(client->desk->loop, false);
        if (client->closed)
            (void)poll(NULL, 0, 1);
        else if (poll(&poll_fd, 1, 1) > 0)
            (void)client_receive(client);
    } while (clock_mono().ms - start.ms < ms);
}

/* Whether in holds a whole answer; its parts. */
static bool
client_parse(struct client *client, struct answer *ret)
{
    struct str in = buf_str(&client->in), length;
    size_t end = str_find(in, STR("\r\n\r\n"));
    int64_t status = 0, n = 0;

    if (end == in.n || in.n < 12)
        return false;
    ret->head = str_first(in, end + 4);
    if (num_parse_i64(str_first(str_from(in, 9), 3), 100, 599, &status))
        abort();
    ret->status = (int)status;
    length = answer_header(ret, "Content-Length");
    if (length.p && num_parse_i64(length, 0, INT32_MAX, &n))
        abort();
    ret->body = str_first(str_from(in, end + 4), (size_t)n);
    return client->closed || in.n - (end + 4) >= (size_t)n; /* HEAD */
}

struct answer
client_read(struct client *client, int ms)
{
    struct mono start = clock_mono();
    struct answer answer = {0};

    while (!client_parse(client, &answer)) {
        answer = (struct answer){0};
        if (client->closed || clock_mono().ms - start.ms > ms)
            return answer;
        client_turn(client, 1);
    }
    return answer;
}

struct str
answer_header(const struct answer *answer, const char *name)
{
    struct str rest = answer->head;

    while (rest.p) {
        struct str line = str_split(&rest, '\n');
        size_t colon = str_find_char(line, ':');

        if (colon < line.n &&
            str_eq_nocase(str_first(line, colon), str_of(name)))
            return str_trim(str_from(line, colon + 1));
    }
    return STR_NONE;
}

bool
answer_has(const struct answer *answer, const char *text)
{
    return str_find(answer->body, str_of(text)) < answer->body.n;
}

struct answer
ask_with(struct desk *desk, const char *method, const char *target,
    const char *who, const char *headers, const char *body)
{
    static struct buf kept;
    struct client client;
    struct answer answer;
    size_t head;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, CLIENT_MAX_BYTES);
    (void)buf_printf(&out, "%s %s HTTP/1.1\r\nHost: x\r\n", method, target);
    if (who)
        (void)buf_printf(&out, "%s: %s\r\n",
            strncmp(who, "Bearer ", 7) ? "Cookie" : "Authorization", who);
    (void)buf_add_cstr(&out, headers);
    if (body)
        (void)buf_printf(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n",
            body[0] == '{' ? "application/json"
                           : "application/x-www-form-urlencoded",
            strlen(body));
    (void)buf_printf(&out, "Connection: close\r\n\r\n%s", body ? body : "");
    client_open(&client, desk);
    client_send(&client, buf_str(&out));
    answer = client_read(&client, CLIENT_WAIT_MS);
    buf_done(&kept);
    buf_init(&kept, CLIENT_MAX_BYTES);
    head = answer.head.n;
    (void)buf_add_str(&kept, answer.head);
    (void)buf_add_str(&kept, answer.body);
    answer.head = str_first(buf_str(&kept), head);
    answer.body = str_from(buf_str(&kept), head);
    client_close(&client);
    return answer;
}

struct answer
ask(struct desk *desk, const char *method, const char *target, const char *who,
    const char *body)
{
    return ask_with(desk, method, target, who, "", body);
}

int
log_in(struct desk *desk, const char *role, char who[128], char csrf[80])
{
    const char *name = strcmp(role, "admin") == 0      ? "管理员"
                       : strcmp(role, "operator") == 0 ? "值班员"
                                                       : "查看员";
    char body[256];
    struct answer answer;
    struct str cookie;
    json_t *json = NULL;

    (void)snprintf(body, sizeof body,
        "{\"user\":\"%s\",\"password\":\"云溪-2026-%s\"}", name, role);
    answer = ask(desk, "POST", "/api/v1/login", NULL, body);
    if (answer.status != 200)
        return answer.status;
    cookie = answer_header(&answer, "Set-Cookie");
    cookie = str_first(cookie, str_find_char(cookie, ';'));
    if (cookie.n >= 128 || jsonx_load(answer.body, NULL, &json))
        abort();
    memcpy(who, cookie.p, cookie.n);
    who[cookie.n] = '\0';
    (void)snprintf(
        csrf, 80, "%s", json_string_value(json_object_get(json, "csrf")));
    json_decref(json);
    return 200;
}

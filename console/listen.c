#include "console/listen.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/util.h>
#include <netinet/in.h>

#include "base/num.h"
#include "console/server.h"

static bool
is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, address, sizeof in6);
        return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
    }
    return false;
}

static uint16_t
port_of(const struct sockaddr_storage *address)
{
    struct sockaddr_in6 in6;
    struct sockaddr_in in;

    if (address->ss_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        return ntohs(in6.sin6_port);
    }
    memcpy(&in, address, sizeof in);
    return ntohs(in.sin_port);
}

static int
conf_error(struct toc_error *reterr, struct str where, const char *what)
{
    toc_error_set(
        reterr, NULL, 0, 0, "console: %.*s: %s", STR_ARG(where), what);
    return E_CONF;
}

/* socket, bind, listen; the errno of what failed is left behind. */
static int
open_listener(const struct sockaddr *address, socklen_t size)
{
    int one = 1;
    int fd = socket(
        address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd < 0)
        return -1;
    if (address->sa_family != AF_UNIX)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, address, size) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    saved = errno;
    (void)close(fd);
    errno = saved;
    return -1;
}

/* A numeric "address:port", "[v6]:port"; port 0 lets the system choose. */
static int
parse_address(
    struct str where, struct sockaddr_storage *ret, socklen_t *ret_size)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    char host[INET6_ADDRSTRLEN];
    size_t colon = where.n;
    bool v6 = where.n > 0 && where.p[0] == '[';
    int64_t port;

    while (colon > 0 && where.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || num_parse_i64(str_from(where, colon), 0, 65535, &port) ||
        colon > sizeof host)
        return E_PARSE;
    memcpy(host, where.p + v6, colon - 1 - (v6 ? 2 : 0));
    host[colon - 1 - (v6 ? 2 : 0)] = '\0';
    in.sin_port = in6.sin6_port = htons((uint16_t)port);
    if (v6 && where.p[colon - 2] == ']' &&
        inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        memcpy(ret, &in6, sizeof in6);
        *ret_size = sizeof in6;
        return 0;
    }
    if (v6 || inet_pton(AF_INET, host, &in.sin_addr) != 1)
        return E_PARSE;
    memcpy(ret, &in, sizeof in);
    *ret_size = sizeof in;
    return 0;
}

bool
listen_is_loopback(struct str where)
{
    struct sockaddr_storage address;
    socklen_t size;

    memset(&address, 0, sizeof address);
    return parse_address(where, &address, &size) == 0 &&
           is_loopback((const struct sockaddr *)&address);
}

static const char in_the_clear[] =
    "people's passwords would cross the network in the clear; listen on "
    "127.0.0.1 behind a TLS proxy, or set insecure";

int
listen_tcp(struct str where, bool insecure, struct toc_error *reterr,
    int *ret_fd, uint16_t *ret_port)
{
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t size = sizeof address;
    int fd;

    memset(&address, 0, sizeof address);
    if (parse_address(where, &address, &size))
        return conf_error(
            reterr, where, "give a numeric address and a port, 127.0.0.1:8480");
    if (!is_loopback(any) && !insecure)
        return conf_error(reterr, where, in_the_clear);
    fd = open_listener(any, size);
    if (fd < 0)
        return conf_error(reterr, where, strerror(errno));
    size = sizeof address;
    if (getsockname(fd, any, &size) != 0) {
        (void)close(fd);
        return E_IO;
    }
    *ret_fd = fd;
    *ret_port = port_of(&address);
    return 0;
}

int
listen_take(int fd, bool insecure, struct toc_error *reterr, int *ret_fd,
    uint16_t *ret_port)
{
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t size = sizeof address, one = sizeof(int);
    int listens = 0, err = 0;

    memset(&address, 0, sizeof address);
    if (getsockname(fd, any, &size) != 0 ||
        (any->sa_family != AF_INET && any->sa_family != AF_INET6) ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &one) != 0 ||
        !listens || evutil_make_socket_nonblocking(fd) != 0)
        err = conf_error(
            reterr, STR("the socket handed over"), "it does not listen for TCP");
    else if (!is_loopback(any) && !insecure)
        err = conf_error(reterr, STR("the socket handed over"), in_the_clear);
    if (err) {
        (void)close(fd);
        return err;
    }
    *ret_fd = fd;
    *ret_port = port_of(&address);
    return 0;
}

/* Whether somebody answers at the socket. */
static bool
is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive;

    if (fd < 0)
        return true;
    alive =
        connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
        errno == EAGAIN;
    (void)close(fd);
    return alive;
}

int
listen_local(struct str path, struct toc_error *reterr, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    mode_t mask;
    int fd;

    if (path.n >= sizeof address.sun_path)
        return conf_error(reterr, path, "longer than a socket's path may be");
    memcpy(address.sun_path, path.p, path.n);
    if (lstat(address.sun_path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode))
            return conf_error(reterr, path, "is there and is no socket");
        if (is_alive(&address))
            return conf_error(reterr, path, "another process listens there");
        (void)unlink(address.sun_path);
    }
    mask = umask(0117);
    fd = open_listener((const struct sockaddr *)&address, sizeof address);
    (void)umask(mask);
    if (fd < 0)
        return conf_error(reterr, path, strerror(errno));
    *ret_fd = fd;
    return 0;
}

static void
peer_of_local(int fd, struct peer *ret)
{
    struct ucred cred;
    socklen_t size = sizeof cred;

    (void)snprintf(ret->address, sizeof ret->address, "socket");
    ret->local = true;
    ret->uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
        ret->uid = cred.uid;
}

void
listen_peer(int fd, const struct sockaddr *address, struct peer *ret)
{
    struct sockaddr_in6 in6;
    struct sockaddr_in in;

    memset(ret, 0, sizeof *ret);
    ret->loopback = is_loopback(address);
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        (void)inet_ntop(
            AF_INET, &in.sin_addr, ret->address, sizeof ret->address);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        (void)inet_ntop(
            AF_INET6, &in6.sin6_addr, ret->address, sizeof ret->address);
    } else {
        peer_of_local(fd, ret);
    }
}

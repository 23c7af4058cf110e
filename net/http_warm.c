/*
 * http_warm: let the name service load itself while files may be opened.
 *
 * The first look-up of a process reads /etc/nsswitch.conf and loads the
 * modules that its "hosts:" line names.  "files" and "dns" are inside the C
 * library; others (resolve, myhostname, mdns4_minimal) are shared objects,
 * and each is loaded when the ones before it have not answered.  A name that
 * cannot exist reaches them all; it is asked for only when there are any, and
 * with short patience, because it may go out to a name server.
 */
#include <sys/socket.h>

#include <netdb.h>
#include <resolv.h>
#include <time.h>

#include <netinet/in.h>

#include "base/file.h"
#include "net/http_int.h"

enum { NSSWITCH_MAX_BYTES = 64 * 1024 };

static void
look_up(const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (getaddrinfo(name, "80", &hints, &found) == 0)
        freeaddrinfo(found);
}

/* Whether the services of a "hosts:" line are more than files and dns. */
static bool
needs_modules(struct str services)
{
    while (services.p) {
        struct str word = str_trim(str_split(&services, ' '));

        if (word.n > 0 && !str_starts(word, STR("[")) &&
            !str_eq(word, STR("files")) && !str_eq(word, STR("dns")))
            return true;
    }
    return false;
}

static bool
has_modules(void)
{
    struct buf text;
    struct str rest;
    bool found = false;

    buf_init(&text, NSSWITCH_MAX_BYTES);
    if (file_read("/etc/nsswitch.conf", &text, NULL) == 0) {
        rest = buf_str(&text);
        while (rest.p && !found) {
            struct str line = str_trim(str_split(&rest, '\n'));

            if (str_starts(line, STR("hosts:")))
                found = needs_modules(str_from(line, 6));
        }
    }
    buf_done(&text);
    return found;
}

void
http_warm_resolver(void)
{
    tzset(); /* gmtime(3) reads /etc/localtime, and OpenSSL calls it */
    look_up("localhost");
    if (!has_modules() || res_init() != 0)
        return;
    _res.retrans = 1; /* second */
    _res.retry = 1;
    look_up("tocsin.invalid");
}

#include "daemon/config_console.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "console/console.h"
#include "daemon/pb.h"

static bool
is_header_name(struct str name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9');

        if (!plain && (!c || !strchr(marks, c)))
            return false;
    }
    return name.n > 0;
}

/* Headers that browsers send, or that mean something already. */
static bool
is_taken(struct str name)
{
    static const char *const taken[] = {"Host", "Cookie", "Authorization",
        "Accept", "Accept-Language", "Origin", "Referer", "Content-Type",
        "Content-Length", "Transfer-Encoding", "Connection", "User-Agent",
        "X-CSRF-Token", "X-Forwarded-For", "Forwarded"};

    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (str_eq_nocase(name, str_of(taken[i])))
            return true;
    return false;
}

static bool
is_address(struct str text)
{
    unsigned char binary[sizeof(struct in6_addr)];
    char address[INET6_ADDRSTRLEN];

    if (text.n == 0 || text.n >= sizeof address)
        return false;
    memcpy(address, text.p, text.n);
    address[text.n] = '\0';
    return inet_pton(AF_INET, address, binary) == 1 ||
           inet_pton(AF_INET6, address, binary) == 1;
}

static bool
is_role(struct str name)
{
    return str_eq(name, STR("viewer")) || str_eq(name, STR("operator")) ||
           str_eq(name, STR("editor")) || str_eq(name, STR("admin"));
}

/* "GROUP=ROLE" */
static bool
is_mapping(struct str text)
{
    struct str role = text, group = str_split(&role, '=');

    return str_trim(group).n > 0 && is_role(str_trim(role));
}

const char *
config_access_fault(const struct config_access *access, const char **ret_option)
{
    bool more =
        access->nfrom || access->groups.n || access->nroles || access->create.n;

    *ret_option = "header";
    if (access->header.n == 0)
        return more ? "is missing; without it nobody is vouched for" : NULL;
    if (!is_header_name(access->header) || is_taken(access->header))
        return "is to be the name of a header that nothing else uses";
    *ret_option = "from";
    if (access->nfrom == 0)
        return "is missing; the header is believed from these addresses alone";
    for (size_t i = 0; i < access->nfrom; i++)
        if (!is_address(access->from[i]))
            return "is to be a list of addresses, such as 127.0.0.1";
    *ret_option = "groups";
    if (access->groups.n > 0 &&
        (!is_header_name(access->groups) || is_taken(access->groups) ||
            str_eq_nocase(access->groups, access->header)))
        return "is to be the name of a header that nothing else uses";
    *ret_option = "roles";
    if ((access->groups.n > 0) != (access->nroles > 0))
        return "and groups go together: the header, and what it gives";
    for (size_t i = 0; i < access->nroles; i++)
        if (!is_mapping(access->roles[i]))
            return "is to be a list of GROUP=ROLE, such as desk=operator";
    return NULL;
}

void
config_access_send(const struct config_access *access, struct arena *arena,
    Tocsin__ConsoleConfig *out)
{
    out->second_factor = pb_cstr(arena, access->factor);
    out->proxy_header = pb_cstr(arena, access->header);
    out->proxy_groups = pb_cstr(arena, access->groups);
    out->proxy_create = pb_cstr(arena, access->create);
    out->proxy_from = pb_cstrs(arena, access->from, access->nfrom);
    out->n_proxy_from = access->nfrom;
    out->proxy_roles = pb_cstrs(arena, access->roles, access->nroles);
    out->n_proxy_roles = access->nroles;
}

void
config_access_receive(
    const Tocsin__ConsoleConfig *in, struct console_config *ret)
{
    struct console_proxy_user *proxy = &ret->proxy_user;

    ret->factor = pb_str(in->second_factor);
    proxy->header = pb_str(in->proxy_header);
    proxy->groups = pb_str(in->proxy_groups);
    proxy->create = pb_str(in->proxy_create);
    for (size_t i = 0; i < in->n_proxy_from && i < CONSOLE_MAX_PROXIES; i++)
        proxy->from[proxy->nfrom++] = str_of(in->proxy_from[i]);
    for (size_t i = 0; i < in->n_proxy_roles && i < CONSOLE_MAX_GROUPS; i++)
        proxy->roles[proxy->nroles++] = str_of(in->proxy_roles[i]);
}

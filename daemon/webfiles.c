/* webfiles: the list. */
#include "daemon/webfiles.h"

static const char *const webfiles[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
    "/etc/gai.conf", "/etc/services", "/run/systemd/resolve"};

void
webfiles_allow(struct sandbox *sandbox)
{
    for (size_t i = 0; i < sizeof webfiles / sizeof *webfiles; i++)
        sandbox_allow(sandbox, webfiles[i], false);
}

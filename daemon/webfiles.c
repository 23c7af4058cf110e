/* webfiles: the list, and which files they were. */
#include "daemon/webfiles.h"

#include <sys/stat.h>

static const char *const webfiles[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
    "/etc/gai.conf", "/etc/services", "/run/systemd/resolve"};
enum { WEBFILES = sizeof webfiles / sizeof *webfiles };

/* Set once by webfiles_allow; zero for what is not there. */
static struct webfile {
    dev_t device;
    ino_t inode;
} webfiles_were[WEBFILES];

static struct webfile
webfile_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return (struct webfile){0};
    return (struct webfile){st.st_dev, st.st_ino};
}

void
webfiles_allow(struct sandbox *sandbox)
{
    for (size_t i = 0; i < WEBFILES; i++) {
        webfiles_were[i] = webfile_of(webfiles[i]);
        sandbox_allow(sandbox, webfiles[i], false);
    }
}

bool
webfiles_have_changed(void)
{
    for (size_t i = 0; i < WEBFILES; i++) {
        struct webfile is = webfile_of(webfiles[i]);

        if (is.device != webfiles_were[i].device ||
            is.inode != webfiles_were[i].inode)
            return true;
    }
    return false;
}

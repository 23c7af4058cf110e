/* spawn: fork, exec, and what the new process inherits. */
#include "daemon/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "daemon/role.h"
#include "daemon/traffic.h"

enum {
    ENVIRONMENT_MAX = 256, /* variables passed on */
    LISTENER_FD_MIN = 16   /* beyond what a new process puts its channel on */
};

static bool
starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Roles start with an empty environment, but for whether they log to the
 * journal; the engine also with what names the configuration's secrets and
 * files, and the roles that connect out with where certificates are. */
static void
spawn_environment(Tocsin__Role role, char *ret[ENVIRONMENT_MAX + 1])
{
    bool engine = role == TOCSIN__ROLE__ROLE_ENGINE;
    bool web =
        role == TOCSIN__ROLE__ROLE_FETCH || role == TOCSIN__ROLE__ROLE_NOTIFY;
    size_t n = 0;

    for (char **p = environ; *p && n < ENVIRONMENT_MAX; p++) {
        if (starts_with(*p, "JOURNAL_STREAM=") ||
            (engine && (starts_with(*p, "TOCSIN_") ||
                           starts_with(*p, "CREDENTIALS_DIRECTORY="))) ||
            (web && starts_with(*p, "SSL_CERT_")))
            ret[n++] = *p;
    }
    ret[n] = NULL;
}

/* In the new process: put its end on ROLE_FD and become the role. */
static void
spawn_exec(const struct spawn *spawn, int fd)
{
    char index[16], name[32];
    char config_flag[] = "--config", role_flag[] = "--role",
         index_flag[] = "--index", level_flag[] = "--log-level";
    char *environment[ENVIRONMENT_MAX + 1];
    char role[16], *config, *level;
    sigset_t empty;

    config = strdup(spawn->config_path);
    level = strdup(spawn->level);
    snprintf(index, sizeof index, "%u", spawn->index);
    snprintf(role, sizeof role, "%s", role_name(spawn->role));
    snprintf(name, sizeof name, "tocsind: %s", role);
    char *argv[] = {name, role_flag, role, index_flag, index, config_flag,
        config, level_flag, level, NULL};

    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    if (fd == ROLE_FD ? fcntl(fd, F_SETFD, 0) == 0
                      : dup2(fd, ROLE_FD) == ROLE_FD) {
        spawn_environment(spawn->role, environment);
        execve("/proc/self/exe", argv, environment);
    }
    _exit(127);
}

pid_t
spawn_role(const struct spawn *spawn, int fd)
{
    pid_t pid = fork();

    if (pid == 0)
        spawn_exec(spawn, fd);
    return pid;
}

int
spawn_listener(void)
{
    int n = sd_listen_fds(1), fd = -1;

    for (int i = 0; i < n; i++) {
        if (i == 0)
            fd = fcntl(SD_LISTEN_FDS_START, F_DUPFD_CLOEXEC, LISTENER_FD_MIN);
        close(SD_LISTEN_FDS_START + i);
    }
    return fd;
}

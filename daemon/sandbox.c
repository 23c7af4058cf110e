/*
 * sandbox: the lists behind sandbox_enter.
 *
 * A system call is allowed to every role, or to the roles that are named with
 * it.  The default is to kill the process, so that a list that is too short is
 * found by the first test and one that is too long by test_sandbox.  What a
 * library tries and can live without is answered with an error instead
 * (sandbox_refused).  Landlock says which paths an open may reach; seccomp
 * says who may open at all.
 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

#define R(role) (1u << TOCSIN__ROLE__ROLE_##role)
enum {
    ALL = R(ENGINE) | R(FETCH) | R(PARSE) | R(NOTIFY) | R(CONSOLE) | R(KEEPER),
    WEB = R(FETCH) | R(NOTIFY),    /* connect out */
    KEEPS = R(ENGINE) | R(KEEPER), /* write files */
    FILES = KEEPS | R(CONSOLE)     /* the database */
};

enum {
    NOFILE_ROLE = 4096,
    NOFILE_PARSE = 512 /* the character converters that it keeps open */
};

struct sandbox_call {
    const char *name;
    unsigned roles;
};

/* clang-format off */
static const struct sandbox_call sandbox_calls[] = {
    /* bytes on descriptors that are open already */
    {"read", ALL}, {"write", ALL}, {"readv", ALL}, {"writev", ALL},
    {"recvmsg", ALL}, {"recvfrom", ALL}, {"close", ALL}, {"dup", ALL},
    {"lseek", ALL}, /* sendmsg, sendto and fcntl are added in code */
    {"fstat", ALL}, {"shutdown", ALL},
    /* waiting */
    {"epoll_wait", ALL}, {"epoll_pwait", ALL}, {"epoll_pwait2", ALL},
    {"epoll_ctl", ALL}, {"poll", ALL}, {"ppoll", ALL}, {"select", ALL},
    {"pselect6", ALL}, {"timerfd_settime", ALL}, {"timerfd_gettime", ALL},
    {"nanosleep", ALL}, {"clock_nanosleep", ALL}, {"restart_syscall", ALL},
    /* time, chance, self */
    {"clock_gettime", ALL}, {"gettimeofday", ALL}, {"time", ALL},
    {"clock_getres", ALL}, {"getrandom", ALL}, {"getpid", ALL},
    {"gettid", ALL}, {"getuid", ALL}, {"geteuid", ALL}, {"getrusage", ALL},
    {"sched_yield", ALL}, {"sched_getaffinity", ALL}, {"sysinfo", ALL},
    {"uname", ALL},
    /* memory; mmap and mprotect without PROT_EXEC are added in code */
    {"brk", ALL}, {"munmap", ALL}, {"mremap", ALL}, {"madvise", ALL},
    {"futex", ALL}, {"rseq", ALL}, {"set_robust_list", ALL},
    {"get_robust_list", ALL}, {"membarrier", ALL},
    /* signals and the end */
    {"rt_sigaction", ALL}, {"rt_sigprocmask", ALL}, {"rt_sigreturn", ALL},
    {"sigaltstack", ALL}, {"exit", ALL}, {"exit_group", ALL},
    {"setitimer", R(PARSE)},
    /* the database, and the engine's reading of the configuration */
    {"openat", FILES}, {"open", FILES}, /* WEB: in code, to read only */
    {"newfstatat", FILES | WEB}, {"stat", FILES | WEB}, {"lstat", FILES},
    {"statx", FILES | WEB}, {"access", FILES | WEB}, {"faccessat", FILES | WEB},
    {"faccessat2", FILES | WEB}, {"readlink", FILES}, {"readlinkat", FILES},
    {"getcwd", FILES}, {"getdents64", KEEPS}, {"pread64", FILES | WEB},
    {"pwrite64", FILES}, {"pwritev", FILES}, {"preadv", FILES},
    {"ftruncate", FILES}, {"fallocate", KEEPS},
    {"fsync", KEEPS}, {"fdatasync", KEEPS},
    {"unlink", KEEPS}, {"unlinkat", KEEPS}, {"rename", KEEPS},
    {"renameat", KEEPS}, {"fchmod", KEEPS}, {"fchown", KEEPS},
    {"mkdir", KEEPS}, {"fstatfs", FILES}, {"statfs", FILES},
    {"memfd_create", R(ENGINE)}, {"umask", R(ENGINE)},
    {"flock", KEEPS},
    /* the network; socket is added in code by family */
    {"connect", WEB}, {"bind", WEB}, {"getsockname", WEB | R(CONSOLE)},
    {"getpeername", WEB | R(CONSOLE)}, {"getsockopt", WEB | R(CONSOLE)},
    {"setsockopt", WEB | R(CONSOLE)}, {"sendmmsg", WEB}, {"recvmmsg", WEB},
    {"socketpair", WEB}, {"pipe2", WEB}, {"eventfd2", WEB | R(CONSOLE)},
    {"accept4", R(CONSOLE)}, {"accept", R(CONSOLE)},
};

/* Tried by a library, and done without: the error is all it gets. */
static const struct sandbox_call sandbox_refused[] = {
    {"prlimit64", ALL}, {"prctl", ALL}, {"getdents64", WEB},
    {"ioctl", KEEPS | R(PARSE)},
    {"readlink", WEB}, {"lstat", WEB}, {"getcwd", WEB}, {"fadvise64", ALL},
    {"chmod", ALL}, {"fchown", R(CONSOLE)}, {"fchmod", R(CONSOLE)},
    {"flock", R(CONSOLE)}, {"unlink", R(CONSOLE)}, {"statfs", WEB},
    {"fstatfs", WEB},
};
/* clang-format on */

void
sandbox_allow(struct sandbox *sandbox, const char *path, bool write)
{
    struct stat st;

    if (sandbox->npaths < SANDBOX_MAX_PATHS && stat(path, &st) == 0)
        sandbox->paths[sandbox->npaths++] = (struct sandbox_path){path, write};
}

void
sandbox_close_from(int first, int keep)
{
    if (keep >= first) {
        if (keep > first)
            (void)close_range((unsigned)first, (unsigned)keep - 1, 0);
        first = keep + 1;
    }
    (void)close_range((unsigned)first, ~0u, 0);
}

/* --- rlimits ----------------------------------------------------------------- */

static int
sandbox_limit(int what, rlim_t value)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)what, &limit) != 0)
        return E_DENIED;
    if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
        value = limit.rlim_max;
    limit.rlim_cur = limit.rlim_max = value;
    return setrlimit((__rlimit_resource_t)what, &limit) == 0 ? 0 : E_DENIED;
}

static int
sandbox_rlimits(const struct sandbox *sandbox)
{
    bool parse = sandbox->role == TOCSIN__ROLE__ROLE_PARSE;
    int r = sandbox_limit(RLIMIT_CORE, 0);

    if (r == 0)
        r = sandbox_limit(RLIMIT_NOFILE, parse ? NOFILE_PARSE : NOFILE_ROLE);
    if (r == 0 && sandbox->memory_bytes && !SANDBOX_SANITIZED)
        r = sandbox_limit(RLIMIT_AS, sandbox->memory_bytes);
    return r;
}

/* --- Landlock ------------------------------------------------------------------ */

#define LL_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define LL_WRITE                                                      \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |    \
        LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define LL_ALL                                                         \
    (LL_READ | LL_WRITE | LANDLOCK_ACCESS_FS_EXECUTE |                 \
        LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR |  \
        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK |    \
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |  \
        LANDLOCK_ACCESS_FS_MAKE_SYM)

static int
sandbox_landlock_path(int ruleset, const struct sandbox_path *path)
{
    struct landlock_path_beneath_attr rule = {0};
    struct stat st;
    int fd = open(path->path, O_PATH | O_CLOEXEC), r;

    if (fd < 0)
        return 0; /* it went away: then it stays closed */
    rule.parent_fd = fd;
    rule.allowed_access = LL_READ | (path->write ? LL_WRITE : 0);
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &=
            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
    r = (int)syscall(SYS_landlock_add_rule, ruleset,
        LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
    return r == 0 ? 0 : E_DENIED;
}

/* 1 on, 0 the kernel has none, E_DENIED. */
static int
sandbox_landlock(const struct sandbox *sandbox)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = LL_ALL};
    int r = 0, ruleset;

    if (syscall(SYS_landlock_create_ruleset, NULL, 0,
            LANDLOCK_CREATE_RULESET_VERSION) < 1)
        return 0;
    ruleset = (int)syscall(
        SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return E_DENIED;
    for (size_t i = 0; i < sandbox->npaths && r == 0; i++)
        r = sandbox_landlock_path(ruleset, &sandbox->paths[i]);
    if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        r = E_DENIED;
    close(ruleset);
    return r == 0 ? 1 : r;
}

/* --- seccomp -------------------------------------------------------------------- */

static int
sandbox_add_list(scmp_filter_ctx ctx, const struct sandbox_call *calls,
    size_t n, unsigned role, uint32_t action)
{
    for (size_t i = 0; i < n; i++) {
        int number = seccomp_syscall_resolve_name(calls[i].name);

        if (number == __NR_SCMP_ERROR || !(calls[i].roles >> role & 1))
            continue;
        /* A call that this machine's kernel does not have has a number below
         * zero, and needs no rule. */
        if (number >= 0 && seccomp_rule_add(ctx, action, number, 0) != 0)
            return E_DENIED;
    }
    return 0;
}

/* mmap and mprotect may make no memory executable.  In the roles that connect
 * out it is an error instead of the end: a name service may want to load. */
static int
sandbox_add_memory(scmp_filter_ctx ctx, bool web)
{
    int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
        SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (r == 0 && web)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    return r == 0 ? 0 : E_DENIED;
}

/* Descriptors: no command that makes the kernel send signals to others, and no
 * send that connects by itself. */
static int
sandbox_add_descriptors(scmp_filter_ctx ctx)
{
    static const int commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD,
        F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK,
        F_OFD_SETLK, F_OFD_SETLKW, F_ADD_SEALS, F_GET_SEALS};
    int r = 0;

    for (size_t i = 0; i < sizeof commands / sizeof *commands && r == 0; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
            SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i], 0));
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
            SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0));
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1,
            SCMP_A2(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0));
    return r == 0 ? 0 : E_DENIED;
}

/* Of ioctl only what asks how much there is to read and sets non-blocking. */
static int
sandbox_add_ioctl(scmp_filter_ctx ctx)
{
    int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
        SCMP_A1(SCMP_CMP_EQ, FIONREAD, 0));

    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
            SCMP_A1(SCMP_CMP_EQ, FIONBIO, 0));
    return r == 0 ? 0 : E_DENIED;
}

/* Files of the name service, to read. */
static int
sandbox_add_reading(scmp_filter_ctx ctx)
{
    enum { WRITES = O_ACCMODE | O_CREAT | O_TRUNC };
    int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
        SCMP_A2(SCMP_CMP_MASKED_EQ, WRITES, 0));

#ifdef __NR_open
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
            SCMP_A1(SCMP_CMP_MASKED_EQ, WRITES, 0));
#endif
    return r == 0 ? 0 : E_DENIED;
}

/* Threads but no processes; signals to its own threads only. */
static int
sandbox_add_threads(scmp_filter_ctx ctx)
{
    int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

    if (r == 0)
        r = seccomp_rule_add(
            ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return r == 0 ? 0 : E_DENIED;
}

/* Sockets to the web, files only to read.  The
 * resolver's netlink and name-service-cache sockets are refused with an error,
 * which it takes. */
static int
sandbox_add_web(scmp_filter_ctx ctx)
{
    static const int families[] = {AF_INET, AF_INET6};
    int r = 0;

    for (size_t i = 0; i < 2 && r == 0; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
            SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
            SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0));
    if (r == 0)
        r = sandbox_add_reading(ctx);
    return r == 0 ? 0 : E_DENIED;
}

static int
sandbox_seccomp(const struct sandbox *sandbox)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    unsigned role = sandbox->role;
    int r;

    if (ctx == NULL)
        return E_NOMEM;
    r = sandbox_add_list(ctx, sandbox_calls,
        sizeof sandbox_calls / sizeof *sandbox_calls, role, SCMP_ACT_ALLOW);
    if (r == 0)
        r = sandbox_add_list(ctx, sandbox_refused,
            sizeof sandbox_refused / sizeof *sandbox_refused, role,
            SCMP_ACT_ERRNO(EPERM));
    if (r == 0)
        r = sandbox_add_memory(ctx, (WEB >> role & 1) != 0);
    if (r == 0)
        r = sandbox_add_descriptors(ctx);
    if (r == 0 && ((WEB | R(CONSOLE)) >> role & 1))
        r = sandbox_add_ioctl(ctx);
    if (r == 0 && ((WEB | R(CONSOLE)) >> role & 1))
        r = sandbox_add_threads(ctx);
    if (r == 0 && (WEB >> role & 1))
        r = sandbox_add_web(ctx);
    if (r == 0 && seccomp_load(ctx) != 0)
        r = E_DENIED;
    seccomp_release(ctx);
    return r;
}

int
sandbox_enter(const struct sandbox *sandbox, struct buf *protections)
{
    int r, landlock;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return E_DENIED;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    r = sandbox_rlimits(sandbox);
    if (r != 0)
        return r;
    landlock = sandbox_landlock(sandbox);
    if (landlock < 0)
        return landlock;
    buf_add_cstr(protections, "no_new_privs rlimits");
    if (landlock)
        buf_add_cstr(protections, " landlock");
    if (SANDBOX_SANITIZED)
        return buf_add_cstr(protections, " (sanitizer build: no seccomp)");
    r = sandbox_seccomp(sandbox);
    if (r != 0)
        return r;
    return buf_add_cstr(protections, " seccomp");
}

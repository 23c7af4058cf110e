/*
 * test_sandbox: in each role, what an attacker would try.
 *
 * Every try runs in a process of its own that locks itself down as the role
 * does and then makes one call.  "dies" is death by SIGSYS; "fails" is an
 * error; "works" must go on working, so that a list cannot pass by being
 * empty.  Under a sanitizer there is no seccomp, and the test says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/sandbox.h"
#include "daemon/traffic.h"
#include "daemon/webfiles.h"

#define ROLE(name) TOCSIN__ROLE__ROLE_##name

static char folder[] = "/tmp/tocsin-sandbox-XXXXXX";
static char inside[128], outside[128];

enum end { DIES, FAILS, WORKS, NO_SANDBOX };

/* --- the tries: 0 worked, 1 failed -------------------------------------------- */

static int
try_open_read(void)
{
    return open("/etc/passwd", O_RDONLY) < 0;
}

static int
try_open_inside(void)
{
    return open(inside, O_RDWR) < 0;
}

static int
try_write_outside(void)
{
    return open(outside, O_WRONLY | O_CREAT, 0600) < 0;
}

static int
try_resolver_file(void)
{
    return open("/etc/hosts", O_RDONLY) < 0;
}

static int
try_socket_inet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int
try_socket_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int
try_socket_packet(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) < 0;
}

static int
try_connect(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return syscall(SYS_connect, 0, &to, sizeof to) < 0 && errno != EBADF &&
           errno != ENOTSOCK && errno != ECONNREFUSED;
}

static int
try_listen(void)
{
    return syscall(SYS_listen, 0, 5) < 0;
}

static int
try_exec(void)
{
    char name[] = "/bin/true";
    char *argv[] = {name, NULL}, *env[] = {NULL};

    execve(name, argv, env);
    return 1;
}

static int
try_fork(void)
{
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    return pid < 0;
}

static int
try_kill(void)
{
    return kill(getppid(), 0) != 0;
}

static int
try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0;
}

static int
try_executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
try_signal_by_fcntl(void)
{
    return fcntl(0, F_SETOWN, getppid()) != 0;
}

static int
try_tgkill(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0) != 0;
}

static int
try_tiocsti(void)
{
    char c = 'x';

    return ioctl(0, TIOCSTI, &c) != 0;
}

static int
try_fastopen(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};

    return sendto(0, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to,
               sizeof to) < 0;
}

static int
try_lock(void)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

    return fcntl(0, F_GETLK, &lock) != 0 && errno != EBADF && errno != EACCES &&
           errno != EINVAL;
}

static int
try_memory(void)
{
    void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED;
}

static int
try_much_memory(void)
{
    return mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static void *
thread_main(void *arg)
{
    return arg;
}

static int
try_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, thread_main, NULL) != 0 ||
           pthread_join(thread, NULL) != 0;
}

static int
try_mount(void)
{
    return syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL) != 0;
}

static int
try_unlink(void)
{
    return unlink(outside) != 0;
}

/* --- one try in one role ---------------------------------------------------------- */

static void
child(Tocsin__Role role, int (*try)(void))
{
    struct sandbox sandbox = {.role = role};
    struct buf protections;

    if (role == ROLE(PARSE))
        sandbox.memory_bytes = 512u << 20;
    if (role == ROLE(ENGINE) || role == ROLE(CONSOLE))
        sandbox_allow(&sandbox, folder, true);
    if (role == ROLE(FETCH) || role == ROLE(NOTIFY))
        webfiles_allow(&sandbox);
    buf_init(&protections, 256);
    if (sandbox_enter(&sandbox, &protections) != 0)
        _exit(99);
    if (str_find(buf_str(&protections), STR(" seccomp")) ==
            buf_str(&protections).n ||
        str_find(buf_str(&protections), STR("sanitizer")) <
            buf_str(&protections).n)
        _exit(98);
    _exit(try());
}

static enum end
end_of(Tocsin__Role role, int (*try)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        child(role, try);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGSYS);
        return DIES;
    }
    assert_int_not_equal(WEXITSTATUS(status), 99);
    if (WEXITSTATUS(status) == 98)
        return NO_SANDBOX;
    return WEXITSTATUS(status) == 0 ? WORKS : FAILS;
}

static const char *const end_names[] = {"dies", "fails", "works", "no seccomp"};

struct row {
    const char *what;
    int (*try)(void);
    enum end fetch, parse, notify, console, engine;
};

/* clang-format off */
static const struct row rows[] = {
    /*                                        fetch  parse  notify console engine */
    {"open a system file",   try_open_read,     FAILS, DIES,  FAILS, FAILS, FAILS},
    {"open its own file",    try_open_inside,   DIES,  DIES,  DIES,  WORKS, WORKS},
    {"write elsewhere",      try_write_outside, DIES,  DIES,  DIES,  FAILS, FAILS},
    {"read /etc/hosts",      try_resolver_file, WORKS, DIES,  WORKS, FAILS, FAILS},
    {"an internet socket",   try_socket_inet,   WORKS, DIES,  WORKS, DIES,  DIES},
    {"a unix socket",        try_socket_unix,   FAILS, DIES,  FAILS, DIES,  DIES},
    {"a packet socket",      try_socket_packet, DIES,  DIES,  DIES,  DIES,  DIES},
    {"connect",              try_connect,       WORKS, DIES,  WORKS, DIES,  DIES},
    {"listen",               try_listen,        DIES,  DIES,  DIES,  DIES,  DIES},
    {"another program",      try_exec,          DIES,  DIES,  DIES,  DIES,  DIES},
    {"another process",      try_fork,          DIES,  DIES,  DIES,  DIES,  DIES},
    {"a thread",             try_thread,        WORKS, DIES,  WORKS, WORKS, DIES},
    {"signal the parent",    try_kill,          DIES,  DIES,  DIES,  DIES,  DIES},
    {"ptrace",               try_ptrace,        DIES,  DIES,  DIES,  DIES,  DIES},
    {"executable memory",    try_executable_memory,
                                                FAILS, DIES,  FAILS, DIES,  DIES},
    {"signals by fcntl",     try_signal_by_fcntl,
                                                DIES,  DIES,  DIES,  DIES,  DIES},
    {"signals by tgkill",    try_tgkill,        DIES,  DIES,  DIES,  DIES,  DIES},
    {"typing on a terminal", try_tiocsti,       DIES,  FAILS, DIES,  DIES,  FAILS},
    {"a send that connects", try_fastopen,      DIES,  DIES,  DIES,  DIES,  DIES},
    {"locks",                try_lock,          WORKS, WORKS, WORKS, WORKS, WORKS},
    {"memory",               try_memory,        WORKS, WORKS, WORKS, WORKS, WORKS},
    {"mount",                try_mount,         DIES,  DIES,  DIES,  DIES,  DIES},
    {"delete elsewhere",     try_unlink,        DIES,  DIES,  DIES,  FAILS, FAILS},
};
/* clang-format on */

static void
check(const struct row *row, Tocsin__Role role, enum end want)
{
    enum end got = end_of(role, row->try);

    if (got == NO_SANDBOX) {
        print_message("skipped: a sanitizer build has no seccomp\n");
        exit(77);
    }
    if (got != want)
        fail_msg("%s: %s: %s, wanted %s", role_name(role), row->what,
            end_names[got], end_names[want]);
}

static void
test_each_role(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i], ROLE(FETCH), rows[i].fetch);
        check(&rows[i], ROLE(PARSE), rows[i].parse);
        check(&rows[i], ROLE(NOTIFY), rows[i].notify);
        check(&rows[i], ROLE(CONSOLE), rows[i].console);
        check(&rows[i], ROLE(ENGINE), rows[i].engine);
    }
}

static void
test_parse_memory_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(end_of(ROLE(PARSE), try_much_memory), FAILS);
}

static int
set_up(void **state)
{
    int fd;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(inside, sizeof inside, "%s/own", folder);
    snprintf(outside, sizeof outside, "%s-outside", folder);
    fd = open(inside, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    fd = open(outside, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    return fd < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
    (void)state;
    unlink(inside);
    unlink(outside);
    return rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_role),
        cmocka_unit_test(test_parse_memory_is_bounded),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

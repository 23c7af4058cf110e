/*
 * mail: against a server of one thread that answers each command as a test
 * says: what is refused, by whom, at which step; nothing without encryption;
 * no wait that holds the loop up.
 */
#include <sys/socket.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "net/mail.h"

#define HANG "hang"      /* as a reply: say nothing more */
#define CUT "cut"        /* as a reply: close */
#define FLOOD "flood"    /* as a reply: one that has no end */
#define LONG_LINE "line" /* as a reply: a line that has none */
enum {
    LOG_BYTES = 16 * 1024,
    LINE_BYTES = 2048,
    DAY_S = 86400,
    PATIENT_S = 20,
    FLOOD_TIMES = 100000
};

/* What the server answers; NULL is the usual. */
struct server_script {
    const char *greeting, *ehlo, *starttls, *auth, *mail, *rcpt[3], *data,
        *body;
    const char *quit;
    bool implicit; /* TLS from the first byte */
    bool no_tls;   /* STARTTLS is not offered */
};

static struct server_script script;
static char heard[LOG_BYTES]; /* commands and the message */
static size_t heard_n;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int listener = -1;
static uint16_t port;
static pthread_t thread;
static SSL_CTX *tls;
static char cert_path[64], key_path[64];

static struct loop *loop;
static struct http *http;

/* --- the server ------------------------------------------------------------
 */

struct conn {
    int fd;
    SSL *ssl;
    size_t nrcpt;
};

static int
conn_read(struct conn *c, char *at)
{
    return c->ssl ? SSL_read(c->ssl, at, 1) : (int)read(c->fd, at, 1);
}

static bool
conn_write(struct conn *c, const char *bytes, int n)
{
    return c->ssl ? SSL_write(c->ssl, bytes, n) > 0
                  : send(c->fd, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static bool
conn_say(struct conn *c, const char *text)
{
    char line[LINE_BYTES];
    int n;

    if (strcmp(text, CUT) == 0)
        return false;
    if (strcmp(text, HANG) == 0) {
        struct pollfd p = {c->fd, POLLIN, 0};
        char byte;

        /* Until the other side goes. */
        while (poll(&p, 1, PATIENT_S * 1000) > 0 && read(c->fd, &byte, 1) > 0)
            ;
        return false;
    }
    if (strcmp(text, FLOOD) == 0 || strcmp(text, LONG_LINE) == 0) {
        for (int i = 0; i < FLOOD_TIMES; i++)
            if (!conn_write(c, text[0] == 'f' ? "250-and\r\n" : "250-and ", 8))
                break;
        return false;
    }
    n = snprintf(line, sizeof(line), "%s\r\n", text);
    return conn_write(c, line, n);
}

static bool
read_line(struct conn *c, char *line)
{
    size_t n = 0;

    while (n + 1 < LINE_BYTES && conn_read(c, line + n) == 1)
        if (line[n++] == '\n') {
            line[n] = 0;
            pthread_mutex_lock(&lock);
            if (heard_n + n < LOG_BYTES) {
                memcpy(heard + heard_n, line, n + 1);
                heard_n += n;
            }
            pthread_mutex_unlock(&lock);
            return true;
        }
    return false;
}

static bool
start_tls(struct conn *c)
{
    c->ssl = SSL_new(tls);
    SSL_set_fd(c->ssl, c->fd);
    return SSL_accept(c->ssl) == 1;
}

static const char * or (const char *said, const char *usual)
{
    return said ? said : usual;
}

static bool
take_message(struct conn *c)
{
    char line[LINE_BYTES];

    if (!conn_say(c, or (script.data, "354 go on")))
        return false;
    if (script.data && script.data[0] != '3')
        return true;
    while (read_line(c, line))
        if (strcmp(line, ".\r\n") == 0)
            return conn_say(c, or (script.body, "250 2.0.0 queued as 7"));
    return false;
}

static bool
answer(struct conn *c, const char *line)
{
    char ehlo[200];

    if (strncmp(line, "EHLO", 4) == 0) {
        snprintf(ehlo, sizeof(ehlo),
            "250-mail.yunxi.example\r\n250-SIZE 1000000"
            "\r\n%s%s",
            script.no_tls || c->ssl ? "" : "250-STARTTLS\r\n",
            or (script.ehlo, "250 AUTH PLAIN"));
        return conn_say(c, ehlo);
    }
    if (strncmp(line, "STARTTLS", 8) == 0)
        return conn_say(c, or (script.starttls, "220 ready")) &&
               (script.starttls || start_tls(c));
    if (strncmp(line, "AUTH", 4) == 0)
        return conn_say(c, or (script.auth, "235 ok"));
    if (strncmp(line, "MAIL", 4) == 0)
        return conn_say(c, or (script.mail, "250 ok"));
    if (strncmp(line, "RCPT", 4) == 0)
        return conn_say(
            c, or (c->nrcpt < 3 ? script.rcpt[c->nrcpt++] : NULL, "250 ok"));
    if (strncmp(line, "DATA", 4) == 0)
        return take_message(c);
    if (strncmp(line, "QUIT", 4) == 0) {
        conn_say(c, or (script.quit, "221 bye"));
        return false;
    }
    return conn_say(c, "500 what?");
}

static void *
serve(void *arg)
{
    int fd;

    (void)arg;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        struct conn c = {.fd = fd};
        char line[LINE_BYTES];

        if ((!script.implicit || start_tls(&c)) &&
            conn_say(&c, or (script.greeting, "220 mail.yunxi.example")))
            while (read_line(&c, line) && answer(&c, line))
                ;
        SSL_free(c.ssl);
        close(fd);
    }
    return NULL;
}

static void
write_cert(EVP_PKEY *key)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    FILE *f = fopen(cert_path, "w");

    assert_non_null(f);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), DAY_S);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
        (const unsigned char *)"yunxi mail", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    X509_free(cert);
}

static int
set_up(void **state)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof(addr);
    FILE *f;

    (void)state;
    snprintf(cert_path, sizeof(cert_path), "/tmp/tocsin-%ld-mail.pem",
        (long)getpid());
    snprintf(
        key_path, sizeof(key_path), "/tmp/tocsin-%ld-mkey.pem", (long)getpid());
    write_cert(key);
    f = fopen(key_path, "w");
    assert_non_null(f);
    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
    fclose(f);
    EVP_PKEY_free(key);
    assert_int_equal(loop_new(&loop), 0);
    assert_int_equal(http_new(loop, STR("tocsin/test"), &http), 0);
    tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(tls, cert_path, SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(tls, key_path, SSL_FILETYPE_PEM);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(listener, 16) < 0 ||
        getsockname(listener, (struct sockaddr *)&addr, &len) < 0)
        return -1;
    port = ntohs(addr.sin_port);
    return pthread_create(&thread, NULL, serve, NULL);
}

static int
tear_down(void **state)
{
    (void)state;
    http_free(http);
    loop_free(loop);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    SSL_CTX_free(tls);
    unlink(cert_path);
    unlink(key_path);
    return 0;
}

/* --- one message -----------------------------------------------------------
 */

struct outcome {
    int done;
    enum http_result result;
    bool accepted;
    enum mail_step step;
    int code, rcpt[3];
    char text[1024], reason[512];
};

static void
keep(void *arg, const struct mail_answer *a)
{
    struct outcome *o = arg;

    o->done++;
    o->result = a->result;
    o->accepted = a->accepted;
    o->step = a->step;
    o->code = a->last.code;
    for (size_t i = 0; i < a->nrcpt && i < 3; i++)
        o->rcpt[i] = a->rcpt[i].code;
    assert_true(a->last.text.n < sizeof(o->text));
    if (a->last.text.n)
        memcpy(o->text, a->last.text.p, a->last.text.n);
    assert_true(a->reason.n < sizeof(o->reason));
    if (a->reason.n)
        memcpy(o->reason, a->reason.p, a->reason.n);
    loop_stop(loop);
}

static const struct str to[] = {
    {"li@yunxi.example", 16}, {"wang@yunxi.example", 18}};

static struct mail_request
request(char url[128], struct gate_policy *policy)
{
    snprintf(url, 128, "smtp://localhost:%u", (unsigned)port);
    gate_policy_init(policy);
    assert_int_equal(
        gate_allow_parse(STR("127.0.0.1"), NULL, &policy->allow[0]), 0);
    policy->nallow = 1;
    return (struct mail_request){
        .url = str_of(url),
        .hello = STR("yunxi.example"),
        .from = STR("desk@yunxi.example"),
        .to = to,
        .nto = 2,
        .message = STR("Subject: x\r\n\r\none\r\n.two\r\n"),
        .policy = policy,
        .total_ms = 5000,
    };
}

static struct outcome
send_one(const struct mail_request *r)
{
    struct outcome o = {0};

    pthread_mutex_lock(&lock);
    heard_n = 0;
    heard[0] = 0;
    pthread_mutex_unlock(&lock);
    assert_int_equal(mail_start(http, r, keep, &o, NULL), 0);
    while (!o.done)
        assert_int_equal(loop_run(loop), 0);
    assert_int_equal(o.done, 1);
    return o;
}

static bool
was_heard(const char *text)
{
    bool found;

    pthread_mutex_lock(&lock);
    found = strstr(heard, text) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

static void
nothing_goes_out_in_the_clear(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o;

    (void)state;
    /* The certificate is nobody's: before it is trusted. */
    script = (struct server_script){0};
    r.user = STR("desk");
    r.password = STR("T0k3nT0k3n");
    o = send_one(&r);
    assert_int_equal(o.result, HTTP_TLS);
    assert_false(o.accepted);
    assert_false(was_heard("AUTH"));
    script.no_tls = true;
    o = send_one(&r);
    assert_int_equal(o.result, HTTP_TLS);
    assert_non_null(strstr(o.reason, "STARTTLS"));
    assert_false(was_heard("AUTH") || was_heard("MAIL"));
    script = (struct server_script){.starttls = "454 not now"};
    o = send_one(&r);
    assert_false(o.accepted);
    assert_false(was_heard("AUTH") || was_heard("MAIL"));
    assert_int_equal(http_trust(http, cert_path), 0);
}

static void
a_message_is_taken(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o;

    (void)state;
    script = (struct server_script){0};
    r.user = STR("desk");
    r.password = STR("T0k3nT0k3n");
    o = send_one(&r);
    assert_string_equal(o.reason, "");
    assert_int_equal(o.result, HTTP_ANSWERED);
    assert_true(o.accepted);
    assert_int_equal(o.step, MAIL_BODY);
    assert_int_equal(o.code, 250);
    assert_string_equal(o.text, "250 2.0.0 queued as 7");
    assert_true(o.rcpt[0] == 250 && o.rcpt[1] == 250);
    assert_true(was_heard("STARTTLS\r\n") && was_heard("AUTH PLAIN"));
    assert_true(was_heard("EHLO yunxi.example"));
    assert_true(was_heard("one\r\n..two\r\n"));
    script.implicit = true;
    snprintf(url, sizeof(url), "smtps://localhost:%u/", (unsigned)port);
    r.url = str_of(url);
    o = send_one(&r);
    assert_true(o.accepted);
}

static void
an_insecure_one_is_taken_when_asked_for(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);

    (void)state;
    script = (struct server_script){.no_tls = true};
    r.insecure = true;
    assert_true(send_one(&r).accepted);
    assert_false(was_heard("STARTTLS"));
}

static void
each_recipient_has_its_answer(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o;

    (void)state;
    script = (struct server_script){.rcpt = {"550 5.1.1 no such user"}};
    o = send_one(&r);
    assert_true(o.accepted);
    assert_int_equal(o.rcpt[0], 550);
    assert_int_equal(o.rcpt[1], 250);
    script.rcpt[1] = "451 4.7.1 greylisted";
    o = send_one(&r);
    assert_false(o.accepted);
    assert_int_equal(o.result, HTTP_ANSWERED);
    assert_int_equal(o.step, MAIL_RCPT);
    assert_int_equal(o.rcpt[0], 550);
    assert_int_equal(o.rcpt[1], 451);
    assert_false(was_heard("DATA"));
}

static void
each_step_may_be_refused(void **state)
{
    static const struct {
        struct server_script script;
        enum mail_step step;
        int code;
    } rows[] = {
        {{.greeting = "554 no service"}, MAIL_CONNECT, 554},
        {{.greeting = "421 too busy"}, MAIL_CONNECT, 421},
        {{.auth = "535 5.7.8 wrong password"}, MAIL_LOGIN, 535},
        {{.mail = "550 5.7.1 not you"}, MAIL_FROM, 550},
        {{.data = "451 try later"}, MAIL_DATA, 451},
        {{.body = "554-5.7.1 this looks\r\n554 5.7.1 like spam"}, MAIL_BODY,
            554},
        {{.body = "452 disk full"}, MAIL_BODY, 452},
    };
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);

    (void)state;
    r.user = STR("desk");
    r.password = STR("T0k3nT0k3n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct outcome o;

        script = rows[i].script;
        o = send_one(&r);
        assert_false(o.accepted);
        assert_int_equal(o.result, HTTP_ANSWERED);
        assert_int_equal(o.step, rows[i].step);
        assert_int_equal(o.code, rows[i].code);
        assert_null(strstr(o.text, "T0k3n"));
    }
    script = rows[5].script;
    assert_string_equal(
        send_one(&r).text, "554-5.7.1 this looks 5.7.1 like spam");
}

static void
what_ends_early_is_not_taken(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o;

    (void)state;
    r.total_ms = 400;
    script = (struct server_script){.body = CUT};
    o = send_one(&r);
    assert_false(o.accepted);
    assert_int_not_equal(o.result, HTTP_ANSWERED);
    script = (struct server_script){.body = HANG};
    o = send_one(&r);
    assert_false(o.accepted);
    assert_int_equal(o.result, HTTP_TIMEOUT);
    script = (struct server_script){.greeting = HANG};
    assert_int_equal(send_one(&r).result, HTTP_TIMEOUT);
    script = (struct server_script){.greeting = CUT};
    assert_false(send_one(&r).accepted);
}

static void
who_talks_without_end_is_left(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);

    (void)state;
    script = (struct server_script){.greeting = FLOOD};
    assert_int_not_equal(send_one(&r).result, HTTP_ANSWERED);
    script = (struct server_script){.mail = FLOOD};
    assert_int_equal(send_one(&r).result, HTTP_TOO_LARGE);
    script = (struct server_script){.rcpt = {LONG_LINE}};
    assert_int_equal(send_one(&r).result, HTTP_TOO_LARGE);
    script = (struct server_script){.greeting = LONG_LINE};
    assert_false(send_one(&r).accepted);
    script = (struct server_script){0};
    assert_true(send_one(&r).accepted);
}

static void
the_loop_does_not_wait_for_a_farewell(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct timespec a, b;

    (void)state;
    script = (struct server_script){.quit = HANG};
    clock_gettime(CLOCK_MONOTONIC, &a);
    assert_true(send_one(&r).accepted);
    script.rcpt[0] = script.rcpt[1] = "550 no";
    assert_false(send_one(&r).accepted);
    script.auth = "535 no"; /* here it is curl that leaves */
    r.user = STR("desk");
    r.password = STR("T0k3nT0k3n");
    assert_false(send_one(&r).accepted);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_true(b.tv_sec - a.tv_sec < 3);
}

static void
the_gate_is_asked(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o;
    const char *reason;

    (void)state;
    script = (struct server_script){0};
    /* The name may be asked for, what it means is refused. */
    assert_int_equal(
        gate_allow_parse(STR("10.0.0.0/8"), NULL, &policy.allow[0]), 0);
    o = send_one(&r);
    assert_int_equal(o.result, HTTP_REFUSED);
    assert_false(was_heard("EHLO"));
    policy.nallow = 0;
    o = send_one(&r);
    assert_int_equal(o.result, HTTP_REFUSED);
    snprintf(url, sizeof(url), "smtp://10.1.2.3:25");
    r.url = str_of(url);
    assert_int_equal(send_one(&r).result, HTTP_REFUSED);
    assert_int_equal(
        mail_url(&policy, STR("smtp://10.1.2.3"), &reason), E_DENIED);
    assert_int_equal(
        mail_url(&policy, STR("smtp://mail.yunxi.example:2525"), &reason), 0);
    assert_int_equal(
        mail_url(&policy, STR("smtp://a:b@mail.yunxi.example"), &reason),
        E_DENIED);
    assert_int_equal(
        mail_url(&policy, STR("https://mail.yunxi.example"), &reason),
        E_DENIED);
    assert_int_equal(
        mail_url(&policy, STR("smtp://mail.yunxi.example/x"), &reason),
        E_DENIED);
}

static void
nothing_is_smuggled_into_commands(void **state)
{
    static const struct str wrong[] = {{"a@b>\r\nRCPT TO:<c@d", 20},
        {"a b@c", 5}, {"@c", 2}, {"a@", 2}, {"a@b@c", 5}, {"\xe6\x9d\x8e@c", 5},
        {"a", 1}};
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct outcome o = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        r.to = &wrong[i];
        r.nto = 1;
        assert_int_equal(mail_start(http, &r, keep, &o, NULL), E_PARSE);
    }
    r.to = to;
    r.hello = STR("a\r\nMAIL FROM:<x>");
    assert_int_equal(mail_start(http, &r, keep, &o, NULL), E_PARSE);
    r.hello = STR("a");
    r.nto = 0;
    assert_int_equal(mail_start(http, &r, keep, &o, NULL), E_LIMIT);
}

/* Descriptors that are open. */
static int
count_fds(void)
{
    int n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void
a_call_can_be_given_up(void **state)
{
    struct gate_policy policy;
    char url[128];
    struct mail_request r = request(url, &policy);
    struct mail_call *call = NULL;
    struct outcome o = {0};
    int fds;

    (void)state;
    script = (struct server_script){0};
    assert_true(send_one(&r).accepted);
    fds = count_fds();
    assert_int_equal(mail_start(http, &r, keep, &o, &call), 0);
    mail_cancel(call);
    assert_int_equal(mail_start(http, &r, keep, &o, &call), 0);
    for (int i = 0; i < 3; i++)
        loop_turn(loop, true); /* it is under way */
    mail_cancel(call);
    assert_true(send_one(&r).accepted);
    assert_int_equal(o.done, 0);
    assert_true(count_fds() <= fds + 1); /* the server may hold its own */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_goes_out_in_the_clear), /* first */
        cmocka_unit_test(a_message_is_taken),
        cmocka_unit_test(an_insecure_one_is_taken_when_asked_for),
        cmocka_unit_test(each_recipient_has_its_answer),
        cmocka_unit_test(each_step_may_be_refused),
        cmocka_unit_test(what_ends_early_is_not_taken),
        cmocka_unit_test(who_talks_without_end_is_left),
        cmocka_unit_test(the_loop_does_not_wait_for_a_farewell),
        cmocka_unit_test(the_gate_is_asked),
        cmocka_unit_test(nothing_is_smuggled_into_commands),
        cmocka_unit_test(a_call_can_be_given_up),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

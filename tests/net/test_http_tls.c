/*
 * http_tls: certificates are checked against one store, the peer's expiry date
 * is told, and nothing is downgraded.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "client.h"

enum { DAY_S = 86400, VALID_DAYS = 30 };

static const char here[] = "DNS:localhost,IP:127.0.0.1";
static char cert_path[64], key_path[64], old_cert_path[64];
static char other_cert_path[64];
static struct origin *origin, *expired, *misnamed, *plain;
static struct client client;

static bool
script(struct origin_conn *conn, const struct origin_request *r, void *arg)
{
    (void)arg;
    if (strcmp(r->path, "/down") == 0) {
        char url[512];

        origin_printf(conn,
            "HTTP/1.1 302 x\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
            client_url(plain, "/landed", url));
        return true;
    }
    return origin_answer(conn, 200, NULL, "secure", 6);
}

static void
add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *extension;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(extension);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
}

/* A self-signed certificate for names. */
static void
write_cert(
    EVP_PKEY *key, const char *names, long from_s, long to_s, const char *path)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), from_s);
    X509_gmtime_adj(X509_getm_notAfter(cert), to_s);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
        (const unsigned char *)"云溪 test", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(cert, NID_subject_alt_name, names);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    X509_free(cert);
}

static int
set_up(void **state)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    FILE *f;

    (void)state;
    snprintf(cert_path, sizeof(cert_path), "/tmp/tocsin-%ld-cert.pem",
        (long)getpid());
    snprintf(old_cert_path, sizeof(old_cert_path), "/tmp/tocsin-%ld-old.pem",
        (long)getpid());
    snprintf(other_cert_path, sizeof(other_cert_path),
        "/tmp/tocsin-%ld-other.pem", (long)getpid());
    snprintf(
        key_path, sizeof(key_path), "/tmp/tocsin-%ld-key.pem", (long)getpid());
    write_cert(key, here, -60, VALID_DAYS * DAY_S, cert_path);
    write_cert(key, "DNS:other.example", -60, DAY_S, other_cert_path);
    write_cert(key, here, -2 * DAY_S, -DAY_S, old_cert_path);
    f = fopen(key_path, "w");
    assert_non_null(f);
    assert_int_equal(
        PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(f);
    EVP_PKEY_free(key);
    origin = origin_start_tls(script, NULL, cert_path, key_path);
    expired = origin_start_tls(script, NULL, old_cert_path, key_path);
    misnamed = origin_start_tls(script, NULL, other_cert_path, key_path);
    plain = origin_start(script, NULL, NULL);
    client_init(&client);
    return origin && expired && misnamed && plain ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    client_done(&client);
    origin_stop(origin);
    origin_stop(expired);
    origin_stop(misnamed);
    origin_stop(plain);
    unlink(cert_path);
    unlink(old_cert_path);
    unlink(other_cert_path);
    unlink(key_path);
    return 0;
}

static void
get(struct origin *from, const char *host, const char *path, struct got *got)
{
    char url[512];

    snprintf(url, sizeof(url), "https://%s:%u%s", host,
        (unsigned)origin_port(from), path);
    client_get(&client, url, got);
}

static void
test_unknown_issuer(void **state)
{
    struct got got;

    (void)state;
    get(origin, "127.0.0.1", "/", &got);
    assert_int_equal(got.result, HTTP_TLS);
    assert_non_null(strstr(got.reason, "certificate"));
    assert_int_equal(origin_count(origin, "/"), 0);
    assert_true(wall_is_set(got.cert_expires));
    assert_string_equal(got.cert_subject, "CN=云溪 test");
    assert_string_equal(got.cert_issuer, "CN=云溪 test");
    assert_string_equal(got.cert_trouble, "the certificate is self-signed");
    assert_int_equal(got.naddresses, 1);
    assert_string_equal(got.address, "127.0.0.1");
}

static void
test_trusted(void **state)
{
    size_t before = http_trusted(client.http);
    struct got got;
    int64_t left;

    (void)state;
    assert_int_equal(http_trust(client.http, cert_path), 0);
    assert_int_equal(http_trusted(client.http), before + 1);
    assert_int_equal(http_trust(client.http, "/nowhere.pem"), E_NOTFOUND);
    get(origin, "127.0.0.1", "/", &got);
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_string_equal(got.body, "secure");
    left = got.cert_expires.ms - clock_wall().ms;
    assert_in_range(
        left, (VALID_DAYS - 1) * (int64_t)MS_DAY, VALID_DAYS * (int64_t)MS_DAY);
    get(origin, "127.0.0.1", "/", &got); /* the kept connection tells too */
    assert_int_equal(origin_connections(origin), 2);
    assert_true(wall_is_set(got.cert_expires));
    assert_string_equal(got.cert_subject, "CN=云溪 test");
    assert_string_equal(got.cert_trouble, "");
    assert_int_equal(got.naddresses, 1);
}

static void
test_expired(void **state)
{
    struct got got;

    (void)state;
    assert_int_equal(http_trust(client.http, old_cert_path), 0);
    get(expired, "127.0.0.1", "/", &got);
    assert_int_equal(got.result, HTTP_TLS);
    assert_non_null(strstr(got.reason, "expired"));
    assert_string_equal(got.cert_trouble, "the certificate has expired");
    /* since when is told, although no connection came of it */
    assert_in_range(clock_wall().ms - got.cert_expires.ms,
        (int64_t)MS_DAY - MS_MINUTE, (int64_t)MS_DAY + MS_MINUTE);
}

static void
test_other_name(void **state)
{
    struct got got;

    (void)state;
    assert_int_equal(http_trust(client.http, other_cert_path), 0);
    get(misnamed, "127.0.0.1", "/", &got);
    assert_int_equal(got.result, HTTP_TLS);
    assert_int_equal(origin_count(misnamed, "/"), 0);
    assert_string_equal(
        got.cert_trouble, "the certificate is for another name");
    assert_true(wall_is_set(got.cert_expires));
}

static void
test_no_downgrade(void **state)
{
    struct got got;

    (void)state;
    get(origin, "127.0.0.1", "/down", &got);
    assert_int_equal(got.result, HTTP_REFUSED);
    assert_non_null(strstr(got.reason, "https to http"));
    assert_int_equal(origin_count(plain, "/"), 0);
}

/* As somebody who was never there. */
static void
test_afresh(void **state)
{
    unsigned before = origin_connections(origin);
    struct got got;

    (void)state;
    client.request.afresh = true;
    get(origin, "127.0.0.1", "/", &got);
    get(origin, "127.0.0.1", "/", &got);
    client.request.afresh = false;
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(origin_connections(origin), before + 2);
    get(origin, "127.0.0.1", "/", &got);
    assert_int_equal(origin_connections(origin), before + 2);
}

/* Unless its caller has nothing to lose and wants to see where it leads. */
static void
test_downgrade_when_asked_for(void **state)
{
    struct got got;

    (void)state;
    client.request.may_downgrade = true;
    get(origin, "127.0.0.1", "/down", &got);
    client.request.may_downgrade = false;
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.nredirects, 1);
    assert_int_equal(origin_count(plain, "/landed"), 1);
    assert_string_equal(got.cert_subject, "");
}

static void
test_a_head_follows_too(void **state)
{
    struct got got;

    (void)state;
    client.request.method = STR("HEAD");
    client.request.may_downgrade = true;
    get(origin, "127.0.0.1", "/down", &got);
    client.request.may_downgrade = false;
    client.request.method = STR("GET");
    assert_int_equal(got.result, HTTP_ANSWERED);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(got.url, "/landed"));
}

/* A new connection must not cost a reading of the bundle (26 ms of CPU). */
static void
test_cost_of_a_connection(void **state)
{
    struct got got;
    clock_t before = clock();

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct http_header close = {STR("Connection"), STR("close")};

        client.request.headers = &close;
        client.request.nheaders = 1;
        get(origin, "127.0.0.1", "/", &got);
        client.request.nheaders = 0;
        assert_int_equal(got.result, HTTP_ANSWERED);
    }
    print_message("%.2f ms of CPU per connection, both ends\n",
        (double)(clock() - before) * 1000 / CLOCKS_PER_SEC / 20);
    assert_true(clock() - before < (clock_t)CLOCKS_PER_SEC * 20 * 15 / 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_issuer),
        cmocka_unit_test(test_trusted),
        cmocka_unit_test(test_afresh),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_other_name),
        cmocka_unit_test(test_no_downgrade),
        cmocka_unit_test(test_downgrade_when_asked_for),
        cmocka_unit_test(test_a_head_follows_too),
        cmocka_unit_test(test_cost_of_a_connection),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

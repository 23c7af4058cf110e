/*
 * http_tls: one store of trusted certificates for all connections.
 *
 * libcurl as Debian builds it reads the whole bundle again for each new
 * connection (26 ms of CPU); a store that is shared costs 1 ms.  It also means
 * that the bundle is read once, while files may still be opened.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/timefmt.h"
#include "base/utf8.h"
#include "net/http_int.h"

/* The bundle that the client library was built for, unless the environment
 * names another (the variable that OpenSSL itself reads). */
static const char *
bundle_path(void)
{
    const char *path = getenv(X509_get_default_cert_file_env());

    if (!path || !*path)
        path = curl_version_info(CURLVERSION_NOW)->cainfo;
    return path ? path : "/etc/ssl/certs/ca-certificates.crt";
}

static size_t
count_certificates(X509_STORE *store)
{
    STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
    int n = all ? sk_X509_OBJECT_num(all) : 0;

    return n > 0 ? (size_t)n : 0;
}

int
tls_store_new(struct http *http)
{
    http->store = X509_STORE_new();
    if (!http->store)
        return E_NOMEM;
    /* A missing bundle is no failure of the client: http still works, https
     * fails with its reason, and http_trusted() says so at start. */
    X509_STORE_load_file(http->store, bundle_path());
    http->ntrusted = count_certificates(http->store);
    return 0;
}

int
http_trust(struct http *http, const char *pem_path)
{
    if (!X509_STORE_load_file(http->store, pem_path))
        return E_NOTFOUND;
    http->ntrusted = count_certificates(http->store);
    return 0;
}

size_t
http_trusted(const struct http *http)
{
    return http->ntrusted;
}

/* --- what the handshake showed ---------------------------------------------
 */

struct tls_seen *
tls_seen_new(void)
{
    struct tls_seen *seen = calloc(1, sizeof(*seen));

    if (seen) {
        seen->refs = 1;
        tls_peer_init(&seen->peer);
    }
    return seen;
}

void
tls_seen_unref(struct tls_seen *seen)
{
    if (seen && --seen->refs == 0)
        free(seen);
}

static void
context_freed(void *parent, void *seen, CRYPTO_EX_DATA *data, int index,
    long argl, void *argp)
{
    (void)parent;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    tls_seen_unref(seen);
}

/* The place of a context's tls_seen; made once per process. */
static int
seen_index(void)
{
    static int index = -1;

    if (index < 0)
        index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, context_freed);
    return index;
}

static struct wall
expiry_of(const X509 *cert)
{
    const ASN1_TIME *end = cert ? X509_get0_notAfter(cert) : NULL;
    struct tm tm;

    if (!end || !ASN1_TIME_to_tm(end, &tm))
        return WALL_NONE;
    return civil_to_wall(
        &(struct civil){
            .year = tm.tm_year + 1900,
            .month = tm.tm_mon + 1,
            .day = tm.tm_mday,
            .hour = tm.tm_hour,
            .minute = tm.tm_min,
            .second = tm.tm_sec,
        },
        0);
}

/* A name as RFC 2253 writes it, in whole characters; "" when it is none. */
static void
write_name(const X509_NAME *name, char out[HTTP_CERT_NAME_BYTES])
{
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned long flags =
        XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    char *bytes = NULL;
    struct str text = STR_NONE;
    long n = 0;

    out[0] = '\0';
    if (bio && name && X509_NAME_print_ex(bio, name, 0, flags) >= 0)
        n = BIO_get_mem_data(bio, &bytes);
    if (n > 0)
        text =
            utf8_cut((struct str){bytes, (size_t)n}, HTTP_CERT_NAME_BYTES - 1);
    if (text.n && utf8_is_valid(text)) {
        memcpy(out, text.p, text.n);
        out[text.n] = '\0';
    }
    BIO_free(bio);
}

void
tls_peer_init(struct tls_peer *peer)
{
    *peer = (struct tls_peer){.expires = WALL_NONE, .trouble = ""};
}

static void
read_peer(const X509 *cert, struct tls_peer *ret)
{
    tls_peer_init(ret);
    if (!cert)
        return;
    ret->expires = expiry_of(cert);
    write_name(X509_get_subject_name(cert), ret->subject);
    write_name(X509_get_issuer_name(cert), ret->issuer);
}

/* What is wrong, for somebody who has to mend it; depth 0 is the server's own
 * certificate. */
static const char *
trouble_of(int error, int depth)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return depth == 0 ? "the certificate has expired"
                          : "a certificate of its chain has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "the certificate is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "the certificate is self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "the certificate's authority is not trusted";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "the certificate's chain is incomplete, or its authority is "
               "not known";
    case X509_V_ERR_CERT_REVOKED:
        return "the certificate was revoked";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return "the certificate's key or signature is too weak";
    default:
        return "the certificate was not accepted";
    }
}

/* Called for each certificate of a chain, or for what is wrong with it.  It
 * decides nothing. */
static int
look(int ok, X509_STORE_CTX *store_ctx)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(
        store_ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
    SSL_CTX *ctx = ssl ? SSL_get_SSL_CTX(ssl) : NULL;
    struct tls_seen *seen = ctx ? SSL_CTX_get_ex_data(ctx, seen_index()) : NULL;

    if (seen) {
        read_peer(X509_STORE_CTX_get0_cert(store_ctx), &seen->peer);
        if (!ok) {
            seen->refused = true;
            seen->peer.trouble = trouble_of(X509_STORE_CTX_get_error(store_ctx),
                X509_STORE_CTX_get_error_depth(store_ctx));
        }
    }
    return ok;
}

CURLcode
tls_use_store(CURL *easy, void *ssl_ctx, void *arg)
{
    struct http_call *call = arg;

    (void)easy;
    SSL_CTX_set1_cert_store(ssl_ctx, call->http->store);
    if (seen_index() < 0 ||
        !SSL_CTX_set_ex_data(ssl_ctx, seen_index(), call->seen))
        return CURLE_OUT_OF_MEMORY;
    call->seen->refs++;
    SSL_CTX_set_verify(ssl_ctx, SSL_CTX_get_verify_mode(ssl_ctx), look);
    SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_RENEGOTIATION);
    return CURLE_OK;
}

void
tls_peer_of(CURL *easy, struct tls_peer *ret)
{
    const struct curl_tlssessioninfo *session = NULL;

    tls_peer_init(ret);
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK ||
        !session || session->backend != CURLSSLBACKEND_OPENSSL ||
        !session->internals)
        return;
    read_peer(SSL_get0_peer_certificate(session->internals), ret);
}

/*
 * attachole: libgsf finds the streams of an OLE2 container, in memory.
 */
#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-infile.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-utils.h>

#include "feeds/attachparts.h"

/* Damage is the result's to tell, not the error output's. */
static void
say_nothing(
    const char *domain, GLogLevelFlags level, const char *text, void *arg)
{
    (void)domain;
    (void)level;
    (void)text;
    (void)arg;
}

int
attachole_init(void)
{
    gsf_init();
    (void)g_log_set_handler(
        "libgsf:msole", G_LOG_LEVEL_MASK, say_nothing, NULL);
    (void)g_log_set_default_handler(say_nothing, NULL);
    return 0;
}

/* Append the stream called name to out.  0, E_NOTFOUND, E_NOMEM; a damaged one
 * gives what can be read and sets *partial. */
static int
read_stream(
    GsfInfile *container, const char *name, struct buf *out, bool *partial)
{
    GsfInput *stream = gsf_infile_child_by_name(container, name);
    gsf_off_t left;

    if (!stream)
        return E_NOTFOUND;
    left = gsf_input_size(stream);
    if (left > ATTACHMENT_MAX_PART_BYTES) {
        left = ATTACHMENT_MAX_PART_BYTES;
        *partial = true;
    }
    while (left > 0) {
        size_t n = left > 4096 ? 4096 : (size_t)left;
        const guint8 *bytes = gsf_input_read(stream, n, NULL);

        if (!bytes) {
            *partial = true;
            break;
        }
        if (buf_add(out, bytes, n))
            break;
        left -= (gsf_off_t)n;
    }
    g_object_unref(stream);
    return out->err;
}

static int
read_word(GsfInfile *container, struct str document, struct buf *out,
    struct attachment *ret)
{
    _cleanup_(buf_done) struct buf table;
    int which = attachdoc_table(document);
    int err;

    ret->kind = ATTACHMENT_DOC;
    if (which < 0)
        return E_PARSE;
    buf_init(&table, ATTACHMENT_MAX_PART_BYTES);
    err = read_stream(
        container, which ? "1Table" : "0Table", &table, &ret->partial);
    if (err && err != E_NOTFOUND)
        return err;
    return attachdoc_read(document, buf_str(&table), out, ret);
}

static int
read_container(GsfInfile *container, struct buf *out, struct attachment *ret)
{
    _cleanup_(buf_done) struct buf stream;
    int err;

    buf_init(&stream, ATTACHMENT_MAX_PART_BYTES);
    err = read_stream(container, "WordDocument", &stream, &ret->partial);
    if (!err)
        return read_word(container, buf_str(&stream), out, ret);
    if (err == E_NOTFOUND)
        err = read_stream(container, "Workbook", &stream, &ret->partial);
    if (!err) {
        ret->kind = ATTACHMENT_XLS;
        return attachxls_read(buf_str(&stream), out, ret);
    }
    /* A modern document behind a password is an OLE2 container, too. */
    if (err == E_NOTFOUND) {
        GsfInput *package =
            gsf_infile_child_by_name(container, "EncryptedPackage");

        if (package) {
            g_object_unref(package);
            ret->kind = ATTACHMENT_DOCX;
            ret->locked = true;
            return 0;
        }
        err = E_PARSE;
    }
    return err;
}

int
attachole_read(struct str bytes, struct buf *out, struct attachment *ret)
{
    GsfInput *input = gsf_input_memory_new(
        (const guint8 *)bytes.p, (gsf_off_t)bytes.n, FALSE);
    GsfInfile *container = input ? gsf_infile_msole_new(input, NULL) : NULL;
    int err = input ? E_PARSE : E_NOMEM;

    if (container) {
        err = read_container(container, out, ret);
        g_object_unref(container);
    }
    if (input)
        g_object_unref(input);
    return err;
}

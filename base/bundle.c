/* bundle: libarchive writes, a buffer takes. */
#include "base/bundle.h"

#include <archive.h>
#include <stdlib.h>

#include <archive_entry.h>

#include "base/err.h"

struct bundle {
    struct archive *archive;
    struct buf *out; /* lent */
};

static la_ssize_t
take(struct archive *archive, void *arg, const void *bytes, size_t n)
{
    struct bundle *bundle = arg;

    /* A full buffer is noticed behind every call.  libarchive is not told,
     * because it forgets memory when a write fails. */
    (void)archive;
    (void)buf_add(bundle->out, bytes, n);
    return (la_ssize_t)n;
}

static int
failure(const struct bundle *bundle)
{
    return bundle->out->err ? bundle->out->err : E_NOMEM;
}

int
bundle_new(struct buf *out, struct bundle **ret)
{
    struct bundle *bundle = calloc(1, sizeof *bundle);

    if (!bundle)
        return E_NOMEM;
    bundle->out = out;
    bundle->archive = archive_write_new();
    if (!bundle->archive ||
        archive_write_set_format_zip(bundle->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(bundle->archive, 0) != ARCHIVE_OK ||
        archive_write_open(bundle->archive, bundle, NULL, take, NULL) !=
            ARCHIVE_OK) {
        bundle_free(bundle);
        return E_NOMEM;
    }
    *ret = bundle;
    return 0;
}

int
bundle_add(
    struct bundle *bundle, const char *name, struct str bytes, struct wall at)
{
    struct archive_entry *entry = archive_entry_new();
    bool ok;

    if (!entry)
        return E_NOMEM;
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)bytes.n);
    archive_entry_set_mtime(
        entry, (time_t)((wall_is_set(at) ? at.ms : 0) / MS_SECOND), 0);
    ok = archive_write_header(bundle->archive, entry) == ARCHIVE_OK &&
         (bytes.n == 0 || archive_write_data(bundle->archive, bytes.p,
                              bytes.n) == (la_ssize_t)bytes.n) &&
         archive_write_finish_entry(bundle->archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok && !bundle->out->err ? 0 : failure(bundle);
}

int
bundle_end(struct bundle *bundle)
{
    return archive_write_close(bundle->archive) == ARCHIVE_OK &&
                   !bundle->out->err
               ? 0
               : failure(bundle);
}

void
bundle_free(struct bundle *bundle)
{
    if (!bundle)
        return;
    (void)archive_write_free(bundle->archive);
    free(bundle);
}

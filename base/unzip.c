/* unzip: libarchive reads, a buffer takes. */
#include "base/unzip.h"

#include <archive.h>
#include <stdlib.h>

#include <archive_entry.h>

enum { UNZIP_PIECE_BYTES = 32 * 1024 };

struct unzip {
    struct archive *archive;
    unsigned files;
};

int
unzip_open(struct str bytes, struct unzip **ret)
{
    struct unzip *unzip = calloc(1, sizeof *unzip);
    int err = E_NOMEM;

    if (unzip)
        unzip->archive = archive_read_new();
    if (unzip && unzip->archive &&
        archive_read_support_format_zip(unzip->archive) == ARCHIVE_OK)
        err = archive_read_open_memory(unzip->archive, bytes.p, bytes.n) ==
                      ARCHIVE_OK
                  ? 0
                  : E_PARSE;
    if (err) {
        unzip_free(unzip);
        return err;
    }
    *ret = unzip;
    return 0;
}

int
unzip_next(struct unzip *unzip, struct str *ret_name)
{
    struct archive_entry *entry;
    const char *name;

    for (;;) {
        int got = archive_read_next_header(unzip->archive, &entry);

        if (got == ARCHIVE_EOF)
            return E_NOTFOUND;
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
            return E_PARSE;
        if (++unzip->files > UNZIP_MAX_FILES)
            return E_LIMIT;
        name = archive_entry_pathname_utf8(entry);
        if (!name)
            name = archive_entry_pathname(entry);
        if (!name)
            continue; /* a name in an encoding that nobody knows */
        *ret_name = str_of(name);
        return 0;
    }
}

int
unzip_read(struct unzip *unzip, struct buf *out)
{
    char piece[UNZIP_PIECE_BYTES];

    for (;;) {
        la_ssize_t n = archive_read_data(unzip->archive, piece, sizeof piece);

        if (n == 0)
            return 0;
        if (n < 0)
            return E_PARSE;
        if (buf_add(out, piece, (size_t)n))
            return out->err;
    }
}

void
unzip_free(struct unzip *unzip)
{
    if (!unzip)
        return;
    (void)archive_read_free(unzip->archive);
    free(unzip);
}

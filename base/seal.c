/* seal: zstd, one frame at a time. */
#include "base/seal.h"

#include <zstd.h>

#include "base/err.h"

enum { SEAL_VERSION = 1, SEAL_LEVEL = 3 };

static void
complement(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)~(unsigned char)p[i];
}

int
seal_pack(struct buf *out, struct str bytes)
{
    size_t most = ZSTD_compressBound(bytes.n), n = 0;
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    struct buf frame;
    char *room;
    int r;

    buf_init(&frame, most + 1);
    room = buf_room(&frame, most);
    if (!zstd || !room) {
        ZSTD_freeCCtx(zstd);
        buf_done(&frame);
        return E_NOMEM;
    }
    (void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, SEAL_LEVEL);
    (void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    n = ZSTD_compress2(zstd, room, most, bytes.n ? bytes.p : "", bytes.n);
    ZSTD_freeCCtx(zstd);
    r = ZSTD_isError(n) ? E_NOMEM : buf_add_char(out, SEAL_VERSION);
    if (r == 0) {
        complement(room, n);
        r = buf_add(out, room, n);
    }
    buf_done(&frame);
    return r;
}

int
seal_open(struct buf *out, struct str sealed)
{
    struct str frame = str_from(sealed, 1);
    unsigned long long size;
    struct buf plain;
    char *room;
    size_t n;
    int r = 0;

    if (sealed.n < 2 || sealed.p[0] != SEAL_VERSION)
        return E_CORRUPT;
    buf_init(&plain, frame.n);
    if (buf_add_str(&plain, frame) != 0)
        return E_NOMEM;
    complement(plain.p, plain.n);
    size = ZSTD_getFrameContentSize(plain.p, plain.n);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
        r = E_CORRUPT;
    else if (size > out->max - out->n)
        r = E_LIMIT;
    room = r == 0 ? buf_room(out, (size_t)size) : NULL;
    if (r == 0 && !room)
        r = out->err;
    if (r == 0) {
        n = ZSTD_decompress(room, (size_t)size, plain.p, plain.n);
        if (ZSTD_isError(n) || n != size)
            r = E_CORRUPT;
        else
            out->n += n;
    }
    buf_done(&plain);
    return r;
}

#include "feeds/gunzip.h"

#include <string.h>

/* zlib then takes its input as const. */
#define ZLIB_CONST
#include <zlib.h>

#include "base/buf.h"

enum { STEP_BYTES = 64 * 1024, GZIP_WINDOW_BITS = 15 + 16 };

bool
gunzip_is(struct str bytes)
{
    return bytes.n > 10 && memcmp(bytes.p, "\x1f\x8b\x08", 3) == 0;
}

/* Inflate all of stream's input into out.  Z_STREAM_END, or what stopped it. */
static int
inflate_all(z_stream *stream, struct buf *out)
{
    int state = Z_OK;

    while (state == Z_OK) {
        char *room = buf_room(out, STEP_BYTES);

        if (!room)
            return Z_MEM_ERROR;
        stream->next_out = (Bytef *)room;
        stream->avail_out = STEP_BYTES;
        state = inflate(stream, Z_NO_FLUSH);
        out->n += STEP_BYTES - stream->avail_out;
        if (state == Z_OK && stream->avail_in == 0 && stream->avail_out > 0)
            return Z_BUF_ERROR;
    }
    return state;
}

int
gunzip_bytes(struct arena *arena, struct str bytes, size_t max, struct str *ret,
    bool *ret_whole)
{
    z_stream stream = {0};
    struct buf out;
    int state, err = 0;

    if (bytes.n > UINT32_MAX)
        return E_LIMIT;
    if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return E_NOMEM;
    buf_init(&out, max + STEP_BYTES);
    stream.next_in = (const Bytef *)bytes.p;
    stream.avail_in = (uInt)bytes.n;
    state = inflate_all(&stream, &out);
    inflateEnd(&stream);
    if (out.err)
        err = out.err;
    else if (out.n > max)
        err = E_LIMIT;
    else if (out.n == 0)
        err = E_PARSE;
    if (!err) {
        *ret_whole = state == Z_STREAM_END;
        *ret = arena_str(arena, buf_str(&out));
        if (!ret->p)
            err = E_NOMEM;
    }
    buf_done(&out);
    return err;
}

/* pb: see the header. */
#include "daemon/pb.h"

struct str
pb_str(const char *s)
{
    return s && *s ? str_of(s) : STR_NONE;
}

struct str
pb_bytes(ProtobufCBinaryData data)
{
    return data.len ? (struct str){(const char *)data.data, data.len}
                    : STR_NONE;
}

ProtobufCBinaryData
pb_data(struct str s)
{
    union {
        const char *in;
        uint8_t *out;
    } p = {s.p}; /* packing only reads */

    return (ProtobufCBinaryData){s.n, p.out};
}

char *
pb_cstr(struct arena *arena, struct str s)
{
    return arena_cstr(arena, s.p ? s : STR(""));
}

char **
pb_cstrs(struct arena *arena, const struct str *list, size_t n)
{
    char **ret = ARENA_ARRAY(arena, n + 1, char *);

    for (size_t i = 0; i < n && ret; i++)
        ret[i] = pb_cstr(arena, list[i]);
    return ret;
}

struct str *
pb_strs(struct arena *arena, char *const *list, size_t n)
{
    struct str *ret = ARENA_ARRAY(arena, n + 1, struct str);

    for (size_t i = 0; i < n && ret; i++)
        ret[i] = pb_str(list[i]);
    return ret;
}

/*
 * le: numbers as little-endian bytes, for what is stored of a rhythm.
 */
#ifndef TOCSIN_FEEDS_LE_H
#define TOCSIN_FEEDS_LE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void
le_put(uint8_t *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static inline uint64_t
le_get(const char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

/* IEEE 754, 4 bytes. */
static inline void
le_put_float(uint8_t *p, double v)
{
    float f = (float)v;
    uint32_t bits;

    memcpy(&bits, &f, sizeof bits);
    le_put(p, bits, 4);
}

static inline double
le_get_float(const char *p)
{
    uint32_t bits = (uint32_t)le_get(p, 4);
    float f;

    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

#endif

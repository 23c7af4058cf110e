/*
 * htmlword: words inside names and short texts.
 */
#include "feeds/htmlword.h"

#include <stdint.h>

static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
starts(struct str text, size_t at, const char *word)
{
    while (*word && at < text.n && lower(text.p[at]) == (unsigned char)*word) {
        word++;
        at++;
    }
    return *word == '\0';
}

bool
htmlword_has(struct str text, const char *const *words)
{
    uint64_t first[4] = {0}; /* the bytes that words begin with */

    if (text.n == 0)
        return false;
    for (size_t k = 0; words[k]; k++) {
        unsigned char c = (unsigned char)words[k][0];

        first[c / 64] |= (uint64_t)1 << c % 64;
    }
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = lower(text.p[i]);

        if (!(first[c / 64] >> c % 64 & 1))
            continue;
        for (size_t k = 0; words[k]; k++)
            if ((unsigned char)words[k][0] == c && starts(text, i, words[k]))
                return true;
    }
    return false;
}

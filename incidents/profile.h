/*
 * profile: an item or an incident as a weighted vector with what else tells
 * events apart, and how alike two are; private to incidents/.
 */
#ifndef TOCSIN_INCIDENTS_PROFILE_H
#define TOCSIN_INCIDENTS_PROFILE_H

#include "base/clock.h"
#include "incidents/features.h"
#include "incidents/region.h"
#include "incidents/vocab.h"

enum { PROFILE_NAMES = 8, PROFILE_AREAS = 4, PROFILE_TABLE = 1024 };

struct weighted {
    uint32_t hash;
    float tf; /* how much of it there is */
};

/* What decides besides the words. */
struct marks {
    uint64_t topics;               /* bits of enum topic */
    uint32_t names[PROFILE_NAMES]; /* FEATURE_NAMEs that tell */
    uint32_t areas[PROFILE_AREAS]; /* counties that are not on the list */
    uint8_t nnames, nareas;
    bool far, wide; /* names a far place; names the county itself */
    bool latin;     /* more Latin words than Han pairs */
};

/* An item, ready to be compared with many. */
struct profile {
    struct marks marks;
    uint32_t title;
    size_t n;
    struct weighted list[FEATURES_MAX];
    float weight[FEATURES_MAX]; /* of each: tf, rareness and kind */
    float norm;
    uint16_t table[PROFILE_TABLE]; /* 1 + place in list, by hash */
};

/* How two relate in one respect. */
enum relation { RELATION_UNKNOWN, RELATION_SAME, RELATION_CONFLICT };

void profile_make(struct profile *p, const struct features *features,
    const struct vocab *vocab, const struct region *region);
/* Cosine with a list of weighted features whose length as a vector is norm. */
float profile_cosine(
    const struct profile *p, const struct weighted *list, size_t n, float norm);
/* Place of a feature in the list, or n. */
size_t profile_find(const struct profile *p, uint32_t hash);
/* The weight of tf of a feature. */
float profile_weight(const struct vocab *vocab, struct weighted w);

enum relation marks_place(const struct marks *a, const struct marks *b);
enum relation marks_topic(const struct marks *a, const struct marks *b);
/* Take what b tells into a. */
void marks_join(struct marks *a, const struct marks *b);

#endif

/* names: generic endings, what may stand between, and what tells. */
#include "incidents/names.h"

#include "incidents/features.h"

enum { ENDING_MAX = 5 };

/* Longest first where one is the beginning of another. */
static const uint16_t endings[][ENDING_MAX + 1] = {u"小学", u"中学", u"学校",
    u"幼儿园", u"初中", u"高中", u"大学", u"学院", u"教学点", u"水库", u"镇",
    u"乡", u"村", u"县", u"市", u"区"};
enum { AREAS = 3 /* the last of them */ };

/* What may stand between the telling part and the ending. */
static const uint16_t between[][ENDING_MAX + 1] = {u"中心", u"实验", u"九年制",
    u"一贯制", u"九年", u"初级", u"高级", u"职业", u"特殊教育", u"附属",
    u"希望", u"寄宿制", u"民办", u"镇", u"乡", u"县", u"市", u"区"};

/* What is no part of a name. */
static const uint16_t never[] =
    u"一某所名个的在该各全这那家本和与及对到从我多校新旧其外省市县区有被至了是"
    u"为我你他她两几每同原内将由于时日月年等向让就也不";

static size_t
length(const uint16_t *text)
{
    size_t n = 0;

    while (n < ENDING_MAX && text[n])
        n++;
    return n;
}

static bool
stands_at(const uint16_t *what, const uint16_t *u, size_t n, size_t i)
{
    size_t k = length(what);

    if (k > n - i)
        return false;
    for (size_t j = 0; j < k; j++)
        if (u[i + j] != what[j])
            return false;
    return true;
}

static bool
is_in(uint16_t unit, const uint16_t *set)
{
    for (size_t i = 0; set[i]; i++)
        if (set[i] == unit)
            return true;
    return false;
}

static bool
may_tell(uint16_t u)
{
    return unit_is_han(u) && !is_in(u, never);
}

/* Step back over what stands between; *at is the end of the telling part. */
static bool
skip_between(const uint16_t *u, size_t *at)
{
    for (size_t b = 0; b < sizeof(between) / sizeof(between[0]); b++) {
        size_t k = length(between[b]);

        if (*at >= k + 2 && stands_at(between[b], u, *at, *at - k)) {
            *at -= k;
            return true;
        }
    }
    return false;
}

/* 一中, 第三中学: the number tells. */
static bool
numbered_at(const uint16_t *u, size_t n, size_t i, uint32_t *ret)
{
    static const uint16_t numbers[] = u"一二三四五六七八九十";
    static const uint16_t not_after[] = u"心午毒年途等间";

    if (i == 0 || u[i] != u'中' || !is_in(u[i - 1], numbers))
        return false;
    if (i + 1 < n && is_in(u[i + 1], not_after))
        return false;
    *ret = feature_pair(u[i - 1], u[i], FEATURE_NAME);
    return true;
}

/* Schools that are known by their kind, because a county has one. */
static bool
singular_at(const uint16_t *u, size_t n, size_t i, uint32_t *ret)
{
    static const uint16_t kinds[][ENDING_MAX + 1] = {u"职专", u"职业中",
        u"职高", u"职教中心", u"职业高中", u"特殊教育", u"特教"};

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (stands_at(kinds[k], u, n, i)) {
            *ret = u[i] == u'职' ? feature_pair(u'职', u'专', FEATURE_NAME)
                                 : feature_pair(u'特', u'教', FEATURE_NAME);
            return true;
        }
    }
    return false;
}

bool
name_at(const uint16_t *u, size_t n, size_t i, uint32_t *ret)
{
    const size_t count = sizeof(endings) / sizeof(endings[0]);
    size_t at = i, e = 0;

    if (numbered_at(u, n, i, ret) || singular_at(u, n, i, ret))
        return true;
    while (e < count && !stands_at(endings[e], u, n, i))
        e++;
    if (e == count)
        return false;
    while (skip_between(u, &at))
        ;
    if (at >= 2 && may_tell(u[at - 1]) && may_tell(u[at - 2])) {
        *ret = feature_pair(u[at - 2], u[at - 1],
            e + AREAS < count ? FEATURE_NAME : FEATURE_AREA);
        return true;
    }
    /* 县实验小学: the kind is what tells. */
    if (i >= 2 && u[i - 2] == u'实' && u[i - 1] == u'验') {
        *ret = feature_pair(u'实', u'验', FEATURE_NAME);
        return true;
    }
    return false;
}

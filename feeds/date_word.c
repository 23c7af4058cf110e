#include "feeds/date_word.h"

#include "base/timefmt.h"

struct stem {
    const char *text; /* a month's names begin so */
    int month;
};

/* In many languages; the longest that fits decides. */
/* clang-format off */
static const struct stem months[] = {
    {"jan", 1}, {"jän", 1}, {"ene", 1}, {"gen", 1}, {"ian", 1}, {"sty", 1},
    {"led", 1}, {"oca", 1}, {"tammi", 1}, {"янв", 1}, {"січ", 1}, {"сту", 1},
    {"ιαν", 1}, {"gener", 1}, {"sij", 1},
    {"feb", 2}, {"fev", 2}, {"fév", 2}, {"lut", 2}, {"úno", 2}, {"uno", 2},
    {"şub", 2}, {"helmi", 2}, {"фев", 2}, {"лют", 2}, {"φεβ", 2}, {"velj", 2},
    {"mar", 3}, {"mär", 3}, {"már", 3}, {"mrz", 3}, {"maa", 3}, {"bře", 3},
    {"brez", 3}, {"maalis", 3}, {"мар", 3}, {"бер", 3}, {"μαρ", 3},
    {"μάρ", 3}, {"mrt", 3},
    {"apr", 4}, {"ápr", 4}, {"abr", 4}, {"avr", 4}, {"kwi", 4}, {"dub", 4},
    {"nis", 4}, {"huhti", 4}, {"апр", 4}, {"кві", 4}, {"απρ", 4},
    {"may", 5}, {"mai", 5}, {"maj", 5}, {"máj", 5}, {"mei", 5}, {"mag", 5},
    {"kvě", 5}, {"touko", 5}, {"май", 5}, {"мая", 5}, {"тра", 5},
    {"μαϊ", 5}, {"μαΐ", 5}, {"μάι", 5}, {"svib", 5},
    {"jun", 6}, {"jún", 6}, {"jui", 6}, {"giu", 6}, {"iun", 6}, {"cze", 6},
    {"červ", 6}, {"čer", 6}, {"čvn", 6}, {"haz", 6}, {"kesä", 6}, {"июн", 6},
    {"чер", 6}, {"ιουν", 6}, {"ιούν", 6}, {"juin", 6}, {"juny", 6},
    {"jul", 7}, {"júl", 7}, {"juil", 7}, {"lug", 7}, {"iul", 7}, {"lip", 7},
    {"červenec", 7}, {"července", 7}, {"čvc", 7}, {"tem", 7}, {"heinä", 7},
    {"июл", 7}, {"лип", 7}, {"ιουλ", 7}, {"ιούλ", 7}, {"srpanj", 7},
    {"aug", 8}, {"aoû", 8}, {"aou", 8}, {"ago", 8}, {"sie", 8}, {"srp", 8},
    {"ağu", 8}, {"agu", 8}, {"elo", 8}, {"авг", 8}, {"сер", 8}, {"αυγ", 8}, {"αύγ", 8},
    {"sep", 9}, {"set", 9}, {"sze", 9}, {"wrz", 9}, {"zář", 9}, {"eyl", 9},
    {"syys", 9}, {"сен", 9}, {"вер", 9}, {"σεπ", 9}, {"rujan", 9},
    {"oct", 10}, {"okt", 10}, {"ott", 10}, {"out", 10}, {"paź", 10},
    {"říj", 10}, {"eki", 10}, {"loka", 10}, {"окт", 10}, {"жов", 10},
    {"οκτ", 10},
    {"nov", 11}, {"noi", 11}, {"lis", 11}, {"kas", 11}, {"marras", 11},
    {"ноя", 11}, {"нов", 11}, {"лис", 11}, {"νοε", 11}, {"νοέ", 11},
    {"dec", 12}, {"dez", 12}, {"dic", 12}, {"déc", 12}, {"des", 12},
    {"dek", 12}, {"gru", 12}, {"pro", 12}, {"ara", 12}, {"joulu", 12},
    {"дек", 12}, {"гру", 12}, {"δεκ", 12}, {"dici", 12}, {"deze", 12},
    {"desem", 12},
    {"一月", 1}, {"二月", 2}, {"三月", 3}, {"四月", 4}, {"五月", 5},
    {"六月", 6}, {"七月", 7}, {"八月", 8}, {"九月", 9}, {"十月", 10},
    {"十一月", 11}, {"十二月", 12},
};

static const char *const noise[] = {
    "at", "um", "à", "às", "as", "a", "alle", "ore", "kl", "klo", "o", "de",
    "del", "di", "do", "da", "the", "of", "on", "uhr", "г", "года", "р",
    "року", "le", "den", "der", "d", "du", "el", "la", "las", "los", "em",
    "en", "dia", "hrs", "hr", "h", "st", "nd", "rd", "th", "er", "e", "ste",
    "om", "u", "в", "t", "день", "hodin", "time", "local", "standard",
};

static const char *const weekdays[] = {
    "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday",
};

static const struct date_zone zones[] = {
    {"z", 0, DATE_DST_NONE}, {"ut", 0, DATE_DST_NONE},
    {"utc", 0, DATE_DST_NONE}, {"gmt", 0, DATE_DST_NONE},
    {"wet", 0, DATE_DST_NONE}, {"west", 60, DATE_DST_NONE},
    {"bst", 60, DATE_DST_NONE}, {"cet", 60, DATE_DST_NONE},
    {"cest", 120, DATE_DST_NONE}, {"mez", 60, DATE_DST_NONE},
    {"mesz", 120, DATE_DST_NONE}, {"met", 60, DATE_DST_NONE},
    {"mest", 120, DATE_DST_NONE}, {"eet", 120, DATE_DST_NONE},
    {"eest", 180, DATE_DST_NONE}, {"msk", 180, DATE_DST_NONE},
    {"msd", 240, DATE_DST_NONE}, {"trt", 180, DATE_DST_NONE},
    {"ist", 330, DATE_DST_NONE}, {"pkt", 300, DATE_DST_NONE},
    {"ict", 420, DATE_DST_NONE}, {"wib", 420, DATE_DST_NONE},
    {"hkt", 480, DATE_DST_NONE}, {"sgt", 480, DATE_DST_NONE},
    {"awst", 480, DATE_DST_NONE}, {"jst", 540, DATE_DST_NONE},
    {"kst", 540, DATE_DST_NONE}, {"acst", 570, DATE_DST_NONE},
    {"acdt", 630, DATE_DST_NONE}, {"aest", 600, DATE_DST_NONE},
    {"aedt", 660, DATE_DST_NONE}, {"nzst", 720, DATE_DST_NONE},
    {"nzdt", 780, DATE_DST_NONE}, {"est", -300, DATE_DST_NONE},
    {"edt", -240, DATE_DST_NONE}, {"cst", -360, DATE_DST_NONE},
    {"cdt", -300, DATE_DST_NONE}, {"mst", -420, DATE_DST_NONE},
    {"mdt", -360, DATE_DST_NONE}, {"pst", -480, DATE_DST_NONE},
    {"pdt", -420, DATE_DST_NONE}, {"akst", -540, DATE_DST_NONE},
    {"akdt", -480, DATE_DST_NONE}, {"hst", -600, DATE_DST_NONE},
    {"ast", -240, DATE_DST_NONE}, {"adt", -180, DATE_DST_NONE},
    {"nst", -210, DATE_DST_NONE}, {"ndt", -150, DATE_DST_NONE},
    {"brt", -180, DATE_DST_NONE}, {"art", -180, DATE_DST_NONE},
    {"et", -300, DATE_DST_US}, {"ct", -360, DATE_DST_US},
    {"mt", -420, DATE_DST_US}, {"pt", -480, DATE_DST_US},
    {"at", -240, DATE_DST_US}, {"eastern", -300, DATE_DST_US},
    {"central", -360, DATE_DST_US}, {"mountain", -420, DATE_DST_US},
    {"pacific", -480, DATE_DST_US},
    {"etc/gmt", 0, DATE_DST_NONE}, {"etc/utc", 0, DATE_DST_NONE},
    {"america/new_york", -300, DATE_DST_US},
    {"america/toronto", -300, DATE_DST_US},
    {"america/detroit", -300, DATE_DST_US},
    {"america/chicago", -360, DATE_DST_US},
    {"america/denver", -420, DATE_DST_US},
    {"america/phoenix", -420, DATE_DST_NONE},
    {"america/los_angeles", -480, DATE_DST_US},
    {"america/vancouver", -480, DATE_DST_US},
    {"america/anchorage", -540, DATE_DST_US},
    {"america/halifax", -240, DATE_DST_US},
    {"america/sao_paulo", -180, DATE_DST_NONE},
    {"america/argentina/buenos_aires", -180, DATE_DST_NONE},
    {"america/bogota", -300, DATE_DST_NONE},
    {"america/mexico_city", -360, DATE_DST_NONE},
    {"us/eastern", -300, DATE_DST_US}, {"us/central", -360, DATE_DST_US},
    {"us/mountain", -420, DATE_DST_US}, {"us/pacific", -480, DATE_DST_US},
    {"europe/london", 0, DATE_DST_EU}, {"europe/dublin", 0, DATE_DST_EU},
    {"europe/lisbon", 0, DATE_DST_EU}, {"europe/paris", 60, DATE_DST_EU},
    {"europe/berlin", 60, DATE_DST_EU}, {"europe/madrid", 60, DATE_DST_EU},
    {"europe/rome", 60, DATE_DST_EU}, {"europe/vienna", 60, DATE_DST_EU},
    {"europe/zurich", 60, DATE_DST_EU}, {"europe/prague", 60, DATE_DST_EU},
    {"europe/warsaw", 60, DATE_DST_EU}, {"europe/brussels", 60, DATE_DST_EU},
    {"europe/amsterdam", 60, DATE_DST_EU},
    {"europe/stockholm", 60, DATE_DST_EU}, {"europe/oslo", 60, DATE_DST_EU},
    {"europe/copenhagen", 60, DATE_DST_EU},
    {"europe/budapest", 60, DATE_DST_EU},
    {"europe/athens", 120, DATE_DST_EU}, {"europe/helsinki", 120, DATE_DST_EU},
    {"europe/kiev", 120, DATE_DST_EU}, {"europe/kyiv", 120, DATE_DST_EU},
    {"europe/bucharest", 120, DATE_DST_EU},
    {"europe/moscow", 180, DATE_DST_NONE},
    {"europe/istanbul", 180, DATE_DST_NONE},
    {"asia/kolkata", 330, DATE_DST_NONE}, {"asia/calcutta", 330, DATE_DST_NONE},
    {"asia/dubai", 240, DATE_DST_NONE}, {"asia/bangkok", 420, DATE_DST_NONE},
    {"asia/jakarta", 420, DATE_DST_NONE},
    {"asia/shanghai", 480, DATE_DST_NONE},
    {"asia/chongqing", 480, DATE_DST_NONE},
    {"asia/urumqi", 360, DATE_DST_NONE}, {"prc", 480, DATE_DST_NONE},
    {"asia/hong_kong", 480, DATE_DST_NONE},
    {"asia/taipei", 480, DATE_DST_NONE},
    {"asia/singapore", 480, DATE_DST_NONE},
    {"asia/manila", 480, DATE_DST_NONE}, {"asia/tokyo", 540, DATE_DST_NONE},
    {"asia/seoul", 540, DATE_DST_NONE},
    {"australia/perth", 480, DATE_DST_NONE},
    {"australia/brisbane", 600, DATE_DST_NONE},
    {"australia/sydney", 600, DATE_DST_AU},
    {"australia/melbourne", 600, DATE_DST_AU},
    {"australia/adelaide", 570, DATE_DST_AU},
    {"pacific/auckland", 720, DATE_DST_NONE},
};
/* clang-format on */

static bool
is_han(struct str s)
{
    return s.n > 0 && (uint8_t)s.p[0] >= 0xE3;
}

int
date_word_month(struct str word)
{
    size_t best = 0;
    int month = 0;

    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        struct str stem;

        if (word.n == 0 || months[i].text[0] != word.p[0])
            continue;
        stem = str_of(months[i].text);
        if (is_han(stem) && word.n != stem.n)
            continue; /* "六月七日" is read by others */
        if (stem.n > best && str_starts(word, stem)) {
            best = stem.n;
            month = months[i].month;
        }
    }
    return month;
}

static bool
is_listed(struct str word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word.n > 0 && list[i][0] == word.p[0] &&
            str_eq(word, str_of(list[i])))
            return true;
    return false;
}

bool
date_word_is_noise(struct str word)
{
    return is_listed(word, noise, sizeof noise / sizeof noise[0]);
}

bool
date_word_is_weekday(struct str word)
{
    return is_listed(word, weekdays, sizeof weekdays / sizeof weekdays[0]);
}

/* The letters of ships and armies, as RFC 822 has them in its errata: A is
 * east of Greenwich by RFC 2822's reading "nothing is known", so all are UTC.
 */
static const struct date_zone military = {"", 0, DATE_DST_NONE};

const struct date_zone *
date_word_zone(struct str word)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (word.n > 0 && zones[i].name[0] == word.p[0] &&
            str_eq(word, str_of(zones[i].name)))
            return &zones[i];
    if (word.n == 1 && word.p[0] >= 'a' && word.p[0] <= 'z' && word.p[0] != 'j')
        return &military;
    return NULL;
}

/* Day of the month of the nth Sunday (from 1), or of the last one (0). */
static int
sunday(int year, int month, int nth)
{
    static const int lengths[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t first = civil_days(year, month, 1);
    int weekday = (int)((first + 4) % 7); /* of the first; 0 is Sunday */
    int day = 1 + (7 - weekday) % 7;

    if (nth > 0)
        return day + 7 * (nth - 1);
    while (day + 7 <= lengths[month - 1])
        day += 7;
    return day;
}

/* Order of a local time within its year, for comparing. */
static int
moment(int month, int day, int hour)
{
    return (month * 32 + day) * 25 + hour;
}

int
date_word_dst(enum date_dst dst, int year, int month, int day, int hour)
{
    int now = moment(month, day, hour);
    bool summer = false;

    switch (dst) {
    case DATE_DST_NONE:
        break;
    case DATE_DST_US:
        summer = year < 2007 ? now >= moment(4, sunday(year, 4, 1), 2) &&
                                   now < moment(10, sunday(year, 10, 0), 2)
                             : now >= moment(3, sunday(year, 3, 2), 2) &&
                                   now < moment(11, sunday(year, 11, 1), 2);
        break;
    case DATE_DST_EU:
        summer = now >= moment(3, sunday(year, 3, 0), 2) &&
                 now < moment(10, sunday(year, 10, 0), 3);
        break;
    case DATE_DST_AU:
        summer = now >= moment(10, sunday(year, 10, 1), 2) ||
                 now < moment(4, sunday(year, 4, 1), 3);
        break;
    }
    return summer ? 60 : 0;
}

#include "text.h"

/* Characters of everyday writing, each three bytes, the frequent first. */
static const char characters[] =
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会"
    "可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度"
    "家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它"
    "合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你"
    "明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代"
    "想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资"
    "边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必"
    "战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济"
    "阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车"
    "例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今"
    "集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须"
    "际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克"
    "何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置"
    "派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严校园食堂班"
    "童饭药灾烟伤毒病疫溺欺凌绑架晒泳衣帽琴棋画诗歌舞蹈球跑跳游戏楼梯栏杆宿舍";

enum { BYTES = 3, CHARACTERS = (sizeof(characters) - 1) / BYTES };

static void
add_character(struct buf *out, struct bench_chance *chance)
{
    buf_add(out, characters + BYTES * bench_skewed(chance, CHARACTERS), BYTES);
}

/* Two characters for 6 words of 10, three for 2, four for 2. */
static uint32_t
word_length(uint32_t number)
{
    uint32_t rest = number % 10;

    return rest < 6 ? 2 : rest < 8 ? 3 : 4;
}

void
text_word(struct buf *out, uint32_t number)
{
    struct bench_chance chance = bench_seed(BENCH_SEED + number);

    /* words take any character alike: they are what prose is not full of */
    for (uint32_t i = 0; i < word_length(number); i++)
        buf_add(
            out, characters + BYTES * bench_roll(&chance, CHARACTERS), BYTES);
}

/* Append the mark that comes after a piece of prose, mostly none. */
static void
add_mark(struct buf *out, struct bench_chance *chance)
{
    uint32_t roll = bench_roll(chance, 100);

    if (roll < 8)
        buf_add_cstr(out, "，");
    else if (roll < 12)
        buf_add_cstr(out, "。");
    else if (roll < 13)
        buf_add_cstr(out, "。\n");
    else if (roll < 15)
        buf_printf(out, "%u", bench_roll(chance, 2000));
}

void
text_prose(struct buf *out, struct bench_chance *chance, uint32_t chars)
{
    for (uint32_t done = 0; done < chars;) {
        if (bench_roll(chance, 4) == 0) {
            uint32_t word = bench_skewed(chance, TEXT_WORDS);
            text_word(out, word);
            done += word_length(word);
        } else {
            add_character(out, chance);
            done++;
        }
        add_mark(out, chance);
    }
}

void
text_district(struct buf *out, uint32_t number)
{
    static const char *const ends[] = {"县", "区", "市", "县"};
    struct bench_chance chance = bench_seed(BENCH_SEED * 3u + number);

    for (uint32_t i = 0; i < 2; i++)
        buf_add(
            out, characters + BYTES * bench_roll(&chance, CHARACTERS), BYTES);
    buf_add_cstr(out, ends[number % 4]);
}

void
text_school(struct buf *out, uint32_t number)
{
    static const char *const ends[] = {"小学", "中学", "幼儿园", "第一小学",
        "实验小学", "第二中学", "中心小学", "职业学校"};
    struct bench_chance chance = bench_seed(BENCH_SEED * 5u + number);

    if (bench_roll(&chance, 3) == 0)
        text_district(out, number % TEXT_DISTRICTS);
    for (uint32_t i = 0; i < 2; i++)
        buf_add(
            out, characters + BYTES * bench_roll(&chance, CHARACTERS), BYTES);
    buf_add_cstr(out, ends[bench_roll(&chance, 8)]);
}

uint32_t
text_topic_of(uint32_t school)
{
    return school % TEXT_TOPICS;
}

void
text_event(struct buf *out, uint32_t topic, uint32_t number)
{
    /* words that prose does not have */
    text_word(out, 3 * TEXT_WORDS + topic * TEXT_TOPIC_WORDS + number);
}

void
text_english(struct buf *out, uint32_t number)
{
    static const char onset[][4] = {"b", "c", "d", "f", "g", "h", "j", "k", "l",
        "m", "n", "p", "qu", "r", "s", "t", "v", "w", "z", "ch", "sh", "st",
        "tr", "pl", "gr"};
    static const char middle[][4] = {"a", "e", "i", "o", "u", "ea", "ou", "io"};
    static const char coda[][4] = {
        "", "", "", "n", "r", "s", "t", "l", "ck", "ng"};
    struct bench_chance chance = bench_seed(BENCH_SEED * 7u + number);
    uint32_t n = 2 + bench_roll(&chance, 2);

    for (uint32_t i = 0; i < n; i++) {
        buf_add_cstr(out, onset[bench_roll(&chance, 25)]);
        buf_add_cstr(out, middle[bench_roll(&chance, 8)]);
        buf_add_cstr(out, coda[bench_roll(&chance, 10)]);
    }
}

static void
add_english(struct buf *out, struct bench_chance *chance)
{
    static const char *const between[] = {" ", " ", " ", " the ", ", ", ". "};

    text_english(out, bench_skewed(chance, TEXT_ENGLISH));
    buf_add_cstr(out, between[bench_roll(chance, 6)]);
}

/* A sentence of a school and of what happens there. */
static void
add_event(struct buf *out, struct bench_chance *chance)
{
    uint32_t school = bench_roll(chance, TEXT_SCHOOLS);
    uint32_t topic = bench_roll(chance, 2) ? text_topic_of(school)
                                           : bench_roll(chance, TEXT_TOPICS);

    text_district(out, bench_roll(chance, TEXT_DISTRICTS));
    text_school(out, school);
    text_prose(out, chance, bench_roll(chance, 12));
    text_event(out, topic, bench_roll(chance, TEXT_TOPIC_WORDS));
    if (bench_roll(chance, 2) == 0)
        text_event(out, topic, bench_roll(chance, TEXT_TOPIC_WORDS));
    buf_add_cstr(out, "。");
}

/* What authors and their programs do to text, now and then. */
static void
add_oddity(struct buf *out, struct bench_chance *chance)
{
    static const char *const oddities[] = {"&nbsp;", "\xE2\x80\x8B", "ＡＢ１２",
        "學校門口發生", "&#39;", "《", "》", "（", "）", "：", "　", "\n\n",
        "13800001234", "2026-06-07 09:30", "http://example.org/a?b=1", "…"};

    buf_add_cstr(out, oddities[bench_roll(chance, 16)]);
}

void
text_item(struct buf *out, struct bench_chance *chance, uint32_t chars)
{
    bool english = bench_roll(chance, 100) < 15;

    for (uint32_t done = 0; done < chars;) {
        uint32_t roll = bench_roll(chance, 1000);

        if (english ? roll < 960 : roll < 20) {
            add_english(out, chance);
            done += english ? 3 : 6;
        } else if (roll < 940) {
            text_prose(out, chance, 12);
            done += 12;
        } else if (roll < 980) {
            add_oddity(out, chance);
            done += 3;
        } else {
            add_event(out, chance);
            done += 25;
        }
    }
}

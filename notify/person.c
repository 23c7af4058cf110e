/*
 * person: at each character a name may begin, by its family name; whether one
 * does is decided by the words that touch it.
 */
#include "notify/person.h"

#include <string.h>

#include "base/utf8.h"

enum {
    NAME_MAX_CHARS = 4, /* 欧阳小明 */
    AROUND_BYTES = 24   /* of what stands before, that is looked at */
};

static const char families[] =
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹"
    "喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪"
    "汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛禹"
    "狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童"
    "颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊甄封芮储靳糜松井段富巫乌焦巴弓"
    "牧隗谷车侯全班仰秋仲伊宫宁仇栾甘祖武符刘景詹束龙叶幸司黎薄印宿白怀蒲邰"
    "从鄂索咸籍赖卓蔺屠蒙池乔阴能苍双闻党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛"
    "寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居"
    "衡步都耿满弘匡国文寇广禄东欧沃利蔚越隆师巩聂晁勾敖融冷訾辛阚那简饶空曾"
    "沙养鞠须丰巢关蒯相查后荆红游竺权盖益桓公肖涂佟代覃";
static const char *const double_families[] = {"欧阳", "上官", "司马", "诸葛",
    "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木"};

/* Words right before a name. */
static const char *const before_words[] = {"学生", "孩子", "女生", "男生",
    "幼儿", "女孩", "男孩", "女童", "男童", "儿童", "少年", "少女", "同学",
    "小朋友", "受害人", "受害者", "当事人", "死者", "伤者", "遇难者", "嫌疑人",
    "名叫", "姓名", "儿子", "女儿", "名为", "姓名：", "学生：", "孩子叫",
    "生叫", "班长", "舍友", "室友", "同桌"};
/* Words right behind one. */
static const char *const after_words[] = {"同学", "小朋友", "（男", "(男",
    "（女", "(女", "（化名", "(化名", "，男，", "，女，", "，男,", "今年",
    "的父", "的母", "的家长", "的妈妈", "的爸爸", "的奶奶", "的爷爷"};
/* Words that make a name of what begins a sentence. */
static const char *const doing_words[] = {"被", "遭", "持刀", "殴打", "死亡",
    "坠", "自杀", "溺", "失踪", "受伤", "跳楼", "称", "自述", "遇害"};
/* What happens to somebody, or what one does, wherever the name stands. */
static const char *const done_words[] = {"被打", "被围", "被殴", "被欺", "被砍",
    "被捅", "被刺", "被害", "被杀", "被性", "被猥", "被拐", "被辱", "被逼",
    "被同", "被多", "被老", "被教", "遭", "坠楼", "坠亡", "自杀", "溺", "失踪",
    "跳楼", "遇害", "身亡", "死亡", "轻生"};
/* What may stand right before a name within a sentence. */
static const char *const place_words[] = {"年级", "班", "初一", "初二", "初三",
    "高一", "高二", "高三", "小学", "中学", "一中", "二中", "三中", "四中",
    "五中", "六中", "学校", "幼儿园", "学院", "岁", "村", "镇"};
/* What begins like a name and is none. */
static const char *const no_names[] = {"高中", "高校", "高考", "高年", "高一",
    "高二", "高三", "初", "多名", "全班", "全校", "全体", "全国", "时候",
    "从未", "成绩", "家长", "都", "安全", "相关", "公安", "公开", "公办",
    "平安", "明天", "应当", "应该", "关于", "关注", "关系", "那么", "通报",
    "向", "能", "支持", "车祸", "路上", "路人", "广东", "广西", "江苏", "江西",
    "安徽", "云南", "东莞", "国家", "文化", "元旦", "连续", "连夜", "须", "易",
    "终", "强行", "万", "双", "单", "满", "常", "计划", "充", "养", "党", "古",
    "富", "利用", "和", "于", "何", "从", "别", "益", "空", "越", "相", "后",
    "班", "师", "游泳", "方面", "项目", "时", "金额", "白天", "红", "包括",
    "管理", "任"};

struct words {
    const char *const *list;
    size_t n;
};
#define WORDS(array) ((struct words){(array), sizeof(array) / sizeof *(array)})

static bool
starts_with(struct str s, struct words words)
{
    for (size_t i = 0; i < words.n; i++) {
        if (str_starts(s, str_of(words.list[i])))
            return true;
    }
    return false;
}

static bool
ends_with(struct str s, struct words words)
{
    for (size_t i = 0; i < words.n; i++) {
        if (str_ends(s, str_of(words.list[i])))
            return true;
    }
    return false;
}

static bool
is_han(uint32_t c)
{
    return c >= 0x4E00 && c <= 0x9FFF;
}

/* Bytes of the family name that s begins with, or 0. */
static size_t
family_length(struct str s)
{
    struct str all = STR(families);
    struct str first = str_first(s, 3);

    for (size_t i = 0; i < sizeof double_families / sizeof *double_families;
         i++) {
        if (str_starts(s, str_of(double_families[i])))
            return strlen(double_families[i]);
    }
    if (first.n < 3 || (unsigned char)first.p[0] < 0xE4)
        return 0;
    for (size_t i = 0; i < all.n; i += 3) {
        if (memcmp(all.p + i, first.p, 3) == 0)
            return 3;
    }
    return 0;
}

/* Whether s goes on as after a name: an age counts too. */
static bool
is_behind_name(struct str s)
{
    size_t i = 0;

    if (starts_with(s, WORDS(after_words)))
        return true;
    if (str_starts(s, STR("（")))
        s = str_from(s, 3);
    else if (str_starts(s, STR("(")) || str_starts(s, STR("，")))
        s = str_from(s, s.p[0] == '(' ? 1 : 3);
    while (i < s.n && i < 3 && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i > 0 && str_starts(str_from(s, i), STR("岁"));
}

static bool
is_sentence_start(struct str before)
{
    static const char *const marks[] = {"，", "。", "：", "、", "；", "！",
        "？", " ", "　", "\"", "“", "【", "】", "《", "\n", ","};

    return before.n == 0 || ends_with(before, WORDS(marks));
}

/* The length of the name that begins at here, or 0. */
static size_t
name_length(struct str text, size_t here)
{
    size_t start = here > AROUND_BYTES ? here - AROUND_BYTES : 0;
    struct str before = str_first(str_from(text, start), here - start);
    struct str s = str_from(text, here);
    bool little = str_starts(s, STR("小")) || str_starts(s, STR("阿"));
    size_t family = little ? 3 : family_length(s), at = family;
    bool announced = ends_with(before, WORDS(before_words));
    bool begins = is_sentence_start(before);
    bool placed = !little && ends_with(before, WORDS(place_words));
    size_t longest = 0;

    if (family == 0 || starts_with(s, WORDS(no_names)))
        return 0;
    /* The given name: one or two characters. */
    for (size_t chars = 1; chars <= 2 && at < s.n; chars++) {
        struct str behind;
        uint32_t c = utf8_next(s, &at);

        if (!is_han(c) || c == 0x67D0) /* 某 */
            break;
        behind = str_from(s, at);
        if (is_behind_name(behind) ||
            ((begins || announced) && !little &&
                starts_with(behind, WORDS(doing_words))) ||
            (placed && starts_with(behind, WORDS(done_words))))
            return at;
        longest = at;
    }
    return announced && !little ? longest : 0;
}

bool
person_find(struct str text, size_t *at, struct str *ret)
{
    size_t i = *at;

    while (i < text.n) {
        size_t here = i;
        uint32_t c = utf8_next(text, &i);
        size_t n = is_han(c) ? name_length(text, here) : 0;

        if (n > 0) {
            *ret = str_first(str_from(text, here), n);
            *at = here + n;
            return true;
        }
    }
    *at = text.n;
    return false;
}

int
person_mask(struct buf *out, struct str text)
{
    size_t at = 0, from = 0;
    struct str name;

    while (person_find(text, &at, &name)) {
        buf_add(out, text.p + from, (size_t)(name.p - text.p) - from);
        buf_add_cstr(out, "某某");
        from = at;
    }
    buf_add(out, text.p + from, text.n - from);
    return out->err;
}

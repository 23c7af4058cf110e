/*
 * sitewords: what pages are hacked for: gambling, loans, forged papers,
 * surrogacy, drugs, pornography.
 *
 * Only words of the trade itself stand here ("六合彩", "秒下款"), none of the
 * words by which schools and police speak of it ("赌博", "网络诈骗").
 */
#include "feeds/siteparts.h"

static const char *const spam_words[] = {"六合彩", "六合宝典", "香港马会",
    "马会资料", "特码", "跑狗图", "开奖结果", "开奖直播", "百家乐", "博彩",
    "老虎机", "真人荷官", "真人视讯", "时时彩", "北京赛车", "pk10", "快三计划",
    "快三", "幸运飞艇", "体育投注", "投注", "娱乐城", "娱乐场", "澳门金沙",
    "威尼斯人", "葡京", "太阳城", "皇冠体育", "亚博", "开元棋牌", "棋牌游戏",
    "真钱", "现金棋牌", "bet365", "ag真人", "ag旗舰", "旗舰厅", "彩金", "私彩",
    "捕鱼王", "大小单双", "球探比分", "威廉希尔", "德州扑克", "轮盘赌",
    "沙巴体育", "电子游艺", "首存", "必威", "万博体育", "菠菜", "彩票平台",
    "分分彩", "赌球", "买球", "外围", "乐透", "炸金花", "澳门赌", "注册送",
    "成人视频", "成人电影", "无码", "裸聊", "约炮", "情色", "一夜情",
    "麻豆传媒", "同城约", "上门服务", "援交", "激情视频", "网贷", "秒下",
    "黑户", "套现", "无抵押", "小额贷", "代孕", "包男孩", "代开发票", "开发票",
    "刻章", "办证", "论文代写", "代写论文", "枪手", "代考", "私家侦探", "迷药",
    "假证", "文凭办理", "催情", "永利皇宫", "银河国际", "银河娱乐", "新葡京",
    "金沙国际", "金沙娱乐", "凯发娱乐", "乐鱼体育", "开云体育", "华体会",
    "半岛体育", "九游会", "星空体育", "江南体育", "雷火电竞", "皇冠足球",
    "大发888", "88必发", "真人娱乐", "电子娱乐", "娱乐平台", "赌场", "赌盘",
    "赌钱", "彩票网", "彩票计划", "飞艇", "11选5", "竞彩足球", "足球盘口",
    "传奇私服", "私服", "新开传奇", "游戏外挂", "刷钻", "高仿手表", "a货",
    "精仿", "壮阳", "伟哥", "性药", "听话水", "人流医院", "癫痫医院",
    "牛皮癣医院", "白癜风医院", "信用卡代还", "花呗套现", "空放", "私人放款",
    "高利贷公司", "身份证办理", "毕业证办理", "办理毕业证", "代办学历",
    "国产精品", "亚洲精品", "成人网", "成人论坛", "三级片", "毛片", "黄色网站",
    "自拍偷拍", "av在线", "福利姬", "仿真枪", "online casino", "casino",
    "slot gacor", "slot online", "judi bola", "judi", "togel", "viagra",
    "cialis", "sportsbook", "payday loan", "replica watch", "porn", "escort",
    "poker online", "baccarat", "sbobet"};

/* Words of those who speak against it. */
static const char *const against_words[] = {"防范", "警惕", "拒绝", "远离",
    "打击", "禁赌", "反赌", "治理", "危害", "讲座", "宣传教育", "主题班会",
    "反诈", "举报", "查处", "谨防", "知识"};

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether text has word; one of letters not within a longer one ("judi" in
 * "judicial"). */
static bool
holds(struct str text, struct str word)
{
    bool ascii = (unsigned char)word.p[0] < 0x80;

    if (!ascii)
        return str_find(text, word) < text.n;
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_starts_nocase(str_from(text, i), word) &&
            !(i > 0 && is_letter(text.p[i - 1])) &&
            !(is_letter(word.p[word.n - 1]) && i + word.n < text.n &&
                is_letter(text.p[i + word.n])))
            return true;
    return false;
}

unsigned
site_count_spam(struct str text)
{
    unsigned n = 0;

    for (size_t k = 0; k < sizeof spam_words / sizeof spam_words[0]; k++)
        n += holds(text, str_of(spam_words[k]));
    for (size_t k = 0;
         n > 0 && k < sizeof against_words / sizeof against_words[0]; k++)
        if (holds(text, str_of(against_words[k])))
            return 0;
    return n;
}

/* topics: the table.  Terms are folded: simplified, half width, lower case. */
#include "incidents/topics.h"

/* clang-format off */
#define T(topic, term) {TOPIC_##topic, u"" term}
static const struct topic_term terms[] = {
    T(FOOD_ILLNESS, "呕吐"), T(FOOD_ILLNESS, "吃坏"), T(FOOD_ILLNESS, "拉肚子"),
    T(FOOD_ILLNESS, "腹泻"), T(FOOD_ILLNESS, "肠胃"), T(FOOD_ILLNESS, "食物中毒"),
    T(FOOD_ILLNESS, "餐后"), T(FOOD_ILLNESS, "食源性"), T(FOOD_ILLNESS, "吐了"),
    T(FOOD_ILLNESS, "上吐下泻"), T(FOOD_ILLNESS, "肚子疼"), T(FOOD_ILLNESS, "肚子痛"),
    T(FOOD_ILLNESS, "腹痛"), T(FOOD_ILLNESS, "集体不适"), T(FOOD_ILLNESS, "食品安全"),
    T(FOOD_ILLNESS, "杆菌"), T(FOOD_ILLNESS, "食物中"), T(FOOD_ILLNESS, "food pois"),
    T(FOOD_ILLNESS, "vomit"), T(FOOD_ILLNESS, "diarrh"), T(FOOD_ILLNESS, "stomach"),

    T(FOOD_QUALITY, "异物"), T(FOOD_QUALITY, "发霉"), T(FOOD_QUALITY, "霉"),
    T(FOOD_QUALITY, "绿毛"), T(FOOD_QUALITY, "变质"), T(FOOD_QUALITY, "鼓包"),
    T(FOOD_QUALITY, "胀包"), T(FOOD_QUALITY, "涨包"), T(FOOD_QUALITY, "又鼓"),
    T(FOOD_QUALITY, "老鼠"), T(FOOD_QUALITY, "鼠头"), T(FOOD_QUALITY, "铁丝"),
    T(FOOD_QUALITY, "虫子"), T(FOOD_QUALITY, "过期"), T(FOOD_QUALITY, "没熟"),
    T(FOOD_QUALITY, "馊"), T(FOOD_QUALITY, "臭肉"), T(FOOD_QUALITY, "蟑螂"),
    T(FOOD_QUALITY, "mould"), T(FOOD_QUALITY, "mold"), T(FOOD_QUALITY, "rotten"),

    T(MEAL, "食堂"), T(MEAL, "午餐"), T(MEAL, "供餐"), T(MEAL, "学生餐"),
    T(MEAL, "营养餐"), T(MEAL, "牛奶"), T(MEAL, "学生奶"), T(MEAL, "饭菜"),
    T(MEAL, "餐食"), T(MEAL, "午饭"), T(MEAL, "馒头"), T(MEAL, "咖喱"),
    T(MEAL, "米饭"), T(MEAL, "饭里"), T(MEAL, "canteen"), T(MEAL, "lunch"),

    T(INFECTION, "诺如"), T(INFECTION, "手足口"), T(INFECTION, "流感"),
    T(INFECTION, "水痘"), T(INFECTION, "结核"), T(INFECTION, "传染"),
    T(INFECTION, "疫情"), T(INFECTION, "发烧"), T(INFECTION, "发热"),
    T(INFECTION, "疾控"), T(INFECTION, "感染"), T(INFECTION, "出疹"),
    T(INFECTION, "腮腺炎"), T(INFECTION, "支原体"), T(INFECTION, "病毒"),
    T(INFECTION, "百日咳"), T(INFECTION, "猩红热"), T(INFECTION, "flu"),
    T(INFECTION, "norovirus"), T(INFECTION, "outbreak"), T(INFECTION, "tubercul"),

    T(FIRE, "起火"), T(FIRE, "火灾"), T(FIRE, "着火"), T(FIRE, "冒烟"),
    T(FIRE, "黑烟"), T(FIRE, "失火"), T(FIRE, "大火"), T(FIRE, "明火"),
    T(FIRE, "的火"), T(FIRE, "烧起来"), T(FIRE, "火势"), T(FIRE, "扑灭"),
    T(FIRE, "烧了"), T(FIRE, "电热毯"), T(FIRE, "爆炸"), T(FIRE, "fire"),
    T(FIRE, "blaze"), T(FIRE, "explo"),

    T(GAS, "一氧化碳"), T(GAS, "煤气"), T(GAS, "燃气"), T(GAS, "炭火"),
    T(GAS, "泄漏"), T(GAS, "氯气"), T(GAS, "头晕"), T(GAS, "carbon mono"),

    T(TRAFFIC, "车祸"), T(TRAFFIC, "追尾"), T(TRAFFIC, "追了"), T(TRAFFIC, "侧翻"),
    T(TRAFFIC, "交通事故"), T(TRAFFIC, "货车"), T(TRAFFIC, "肇事"),
    T(TRAFFIC, "电瓶车"), T(TRAFFIC, "电动车"), T(TRAFFIC, "撞了"),
    T(TRAFFIC, "相撞"), T(TRAFFIC, "被撞"), T(TRAFFIC, "撞伤"), T(TRAFFIC, "校车"),
    T(TRAFFIC, "翻车"), T(TRAFFIC, "三轮车"), T(TRAFFIC, "crash"),
    T(TRAFFIC, "bus "), T(TRAFFIC, "collision"), T(TRAFFIC, "overturn"),

    T(DROWNING, "溺水"), T(DROWNING, "溺亡"), T(DROWNING, "落水"),
    T(DROWNING, "捞人"), T(DROWNING, "捞上来"), T(DROWNING, "打捞"),
    T(DROWNING, "没上来"), T(DROWNING, "掉水里"), T(DROWNING, "游泳"),
    T(DROWNING, "掉河里"), T(DROWNING, "在捞"), T(DROWNING, "救上来"),
    T(DROWNING, "野泳"), T(DROWNING, "下水"), T(DROWNING, "drown"),

    T(FIGHT, "打架"), T(FIGHT, "群殴"), T(FIGHT, "霸凌"), T(FIGHT, "欺凌"),
    T(FIGHT, "斗殴"), T(FIGHT, "冲突"), T(FIGHT, "殴打"), T(FIGHT, "被打"),
    T(FIGHT, "围着"), T(FIGHT, "扇耳光"), T(FIGHT, "互殴"), T(FIGHT, "bully"),
    T(FIGHT, "slap"), T(FIGHT, "beat"), T(FIGHT, "fight"), T(FIGHT, "assault"),

    T(PUNISHMENT, "体罚"), T(PUNISHMENT, "罚蹲"), T(PUNISHMENT, "罚站"),
    T(PUNISHMENT, "罚跑"), T(PUNISHMENT, "罚跪"), T(PUNISHMENT, "老师罚"),
    T(PUNISHMENT, "打孩子"), T(PUNISHMENT, "老师打"), T(PUNISHMENT, "辱骂"),
    T(PUNISHMENT, "打手心"), T(PUNISHMENT, "师德"), T(PUNISHMENT, "corporal"),

    T(ABUSE, "猥亵"), T(ABUSE, "性侵"), T(ABUSE, "虐童"), T(ABUSE, "虐待"),
    T(ABUSE, "针扎"), T(ABUSE, "molest"), T(ABUSE, "abuse"),

    T(WEAPON, "砍人"), T(WEAPON, "持刀"), T(WEAPON, "刀伤"), T(WEAPON, "行凶"),
    T(WEAPON, "捅伤"), T(WEAPON, "捅了"), T(WEAPON, "knife"), T(WEAPON, "stab"),

    T(MISSING, "抢孩子"), T(MISSING, "人贩子"), T(MISSING, "走失"),
    T(MISSING, "失联"), T(MISSING, "失踪"), T(MISSING, "没回家"),
    T(MISSING, "没到家"), T(MISSING, "找到没"), T(MISSING, "已找到"),
    T(MISSING, "面包车"), T(MISSING, "不见了"), T(MISSING, "没回宿舍"),
    T(MISSING, "拐"), T(MISSING, "missing"), T(MISSING, "kidnap"),
    T(MISSING, "abduct"),

    T(COLLAPSE, "坍塌"), T(COLLAPSE, "垮"), T(COLLAPSE, "倒塌"),
    T(COLLAPSE, "坠落"), T(COLLAPSE, "掀"), T(COLLAPSE, "塌了"),
    T(COLLAPSE, "滑坡"), T(COLLAPSE, "砸了"), T(COLLAPSE, "滑塌"),
    T(COLLAPSE, "泥石流"), T(COLLAPSE, "墙倒"), T(COLLAPSE, "脱落"),
    T(COLLAPSE, "掉下来"), T(COLLAPSE, "冲断"), T(COLLAPSE, "冲毁"),
    T(COLLAPSE, "collaps"), T(COLLAPSE, "landslide"),

    T(WEATHER, "暴雨"), T(WEATHER, "台风"), T(WEATHER, "大雾"), T(WEATHER, "大风"),
    T(WEATHER, "强对流"), T(WEATHER, "山洪"), T(WEATHER, "暴雪"),
    T(WEATHER, "结冰"), T(WEATHER, "预警"), T(WEATHER, "冰雹"),
    T(WEATHER, "typhoon"), T(WEATHER, "storm"), T(WEATHER, "flood"),

    T(CLOSURE, "停课"), T(CLOSURE, "复课"), T(CLOSURE, "恢复上课"),
    T(CLOSURE, "停十天"), T(CLOSURE, "恢复线下"), T(CLOSURE, "closed"),

    T(DEATH, "身亡"), T(DEATH, "死亡"), T(DEATH, "离世"), T(DEATH, "猝死"),
    T(DEATH, "没救回来"), T(DEATH, "抢救无效"), T(DEATH, "孩子没了"),
    T(DEATH, "遇难"), T(DEATH, "溺亡"), T(DEATH, "坠亡"), T(DEATH, "走了"),
    T(DEATH, "遗体"), T(DEATH, "坠楼"), T(DEATH, "跳楼"), T(DEATH, "生命体征"),
    T(DEATH, "dead"), T(DEATH, "death"), T(DEATH, "killed"), T(DEATH, "dies"),

    T(FEES, "收费"), T(FEES, "退费"), T(FEES, "乱收"), T(FEES, "强制"),
    T(FEES, "赞助费"), T(FEES, "费用"), T(FEES, "不退"), T(FEES, "班费"),
    T(FEES, "购买"), T(FEES, "床品"), T(FEES, "床上用品"), T(FEES, "教辅"),
    T(FEES, "课后服务"), T(FEES, "fee"), T(FEES, "refund"),
    T(UNIFORM, "校服"), T(UNIFORM, "uniform"),

    T(EXAM, "考点"), T(EXAM, "考生"), T(EXAM, "条形码"), T(EXAM, "答题卡"),
    T(EXAM, "补时"), T(EXAM, "中考"), T(EXAM, "高考"), T(EXAM, "漏题"),
    T(EXAM, "泄题"), T(EXAM, "作弊"), T(EXAM, "监考"), T(EXAM, "听力"),
    T(EXAM, "阅卷"), T(EXAM, "评卷"), T(EXAM, "exam"),
    T(ADMISSION, "招生"), T(ADMISSION, "录取"), T(ADMISSION, "学位"),
    T(ADMISSION, "学区"), T(ADMISSION, "分班"), T(ADMISSION, "摇号"),
    T(POWER, "停电"), T(POWER, "断电"), T(POWER, "power cut"),

    T(PROMOTION, "保险"), T(PROMOTION, "推介"), T(PROMOTION, "推销"),
    T(PROMOTION, "宣传单"), T(PROMOTION, "配镜"), T(PROMOTION, "广告"),
    T(PROMOTION, "二维码"), T(PROMOTION, "楼盘"), T(PROMOTION, "保健品"),
    T(PRIVACY, "身份证号"), T(PRIVACY, "名单泄露"), T(PRIVACY, "个人信息"),
    T(PRIVACY, "准考证号"), T(PRIVACY, "隐私"), T(PRIVACY, "privacy"),
    T(WEBSITE, "官网"), T(WEBSITE, "网站"), T(WEBSITE, "弹广告"),
    T(WEBSITE, "网页"), T(WEBSITE, "赌博"), T(WEBSITE, "hacked"),

    T(LIFT, "电梯"), T(LIFT, "被困"), T(LIFT, "困人"), T(LIFT, "elevator"),
    T(INSECT, "马蜂"), T(INSECT, "蜂窝"), T(INSECT, "蜇"), T(INSECT, "蛰"),
    T(INSECT, "跳蚤"), T(INSECT, "蜱虫"), T(INSECT, "wasp"), T(INSECT, "hornet"),
    T(DOG, "狂犬"), T(DOG, "流浪犬"), T(DOG, "狗咬"), T(DOG, "恶犬"),
    T(DOG, "咬伤"), T(DOG, "rabies"), T(DOG, "dog bit"),
    T(POISON, "误食"), T(POISON, "蓖麻"), T(POISON, "洗胃"), T(POISON, "毒蘑菇"),
    T(HEAT, "中暑"), T(HEAT, "高温"), T(HEAT, "军训"), T(HEAT, "heat"),
    T(SPORT, "体测"), T(SPORT, "1000米"), T(SPORT, "运动会"), T(SPORT, "体育课"),
    T(SPORT, "跳远"), T(SPORT, "下腰"), T(SPORT, "跑操"), T(SPORT, "晕倒"),
    T(AIR, "甲醛"), T(AIR, "流鼻血"), T(AIR, "空气"), T(AIR, "异味"),
    T(AIR, "刺鼻"), T(AIR, "毒跑道"), T(AIR, "formaldehyde"),
    T(INJURY, "受伤"), T(INJURY, "骨折"), T(INJURY, "缝"), T(INJURY, "住院"),
    T(INJURY, "重伤"), T(INJURY, "轻伤"), T(INJURY, "皮外伤"), T(INJURY, "injur"),
    T(CROWD, "踩踏"), T(CROWD, "拥堵"), T(CROWD, "堵"), T(CROWD, "stampede"),
    T(RIDE, "滑索"), T(RIDE, "营地"), T(RIDE, "研学"), T(RIDE, "夏令营"),

    T(RUMOUR, "辟谣"), T(RUMOUR, "谣言"), T(RUMOUR, "不实"), T(RUMOUR, "听说"),
    T(RUMOUR, "网传"), T(RUMOUR, "造谣"), T(RUMOUR, "ai合成"), T(RUMOUR, "rumour"),
    T(RUMOUR, "hoax"),
    T(FOLLOW_UP, "通报"), T(FOLLOW_UP, "处理"), T(FOLLOW_UP, "调查"),
    T(FOLLOW_UP, "结果"), T(FOLLOW_UP, "处分"), T(FOLLOW_UP, "免职"),
    T(FOLLOW_UP, "认定"), T(FOLLOW_UP, "宣判"), T(FOLLOW_UP, "获刑"),
    T(FOLLOW_UP, "刑拘"), T(FOLLOW_UP, "回应"), T(FOLLOW_UP, "续报"),
    T(FOLLOW_UP, "进展"), T(FOLLOW_UP, "原因"), T(FOLLOW_UP, "核查"),
    T(FOLLOW_UP, "情况说明"), T(FOLLOW_UP, "恢复"), T(FOLLOW_UP, "启用"),
    T(FOLLOW_UP, "整改"), T(FOLLOW_UP, "无新增"), T(FOLLOW_UP, "追责"),
    T(FOLLOW_UP, "被拘"), T(FOLLOW_UP, "重建"), T(FOLLOW_UP, "inquiry"),
    T(FOLLOW_UP, "investigat"),
};
#undef T
/* clang-format on */

const struct topic_term *
topic_terms(size_t *ret_n)
{
    *ret_n = sizeof(terms) / sizeof(terms[0]);
    return terms;
}

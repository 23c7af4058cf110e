/*
 * condition_words: names of conditions, and what to do about each.
 *
 * The console has the same names in console/texts; tests/layering/conditions.py
 * holds the two in step, and both with docs/conditions.md.
 */
#include "feeds/condition.h"

#define WORDS(en, zh)                                                          \
    {                                                                          \
        {en, sizeof(en) - 1},                                                  \
        {                                                                      \
            zh, sizeof(zh) - 1                                                 \
        }                                                                      \
    }

/* clang-format off */
static const struct condition_text names[] = {
    [CONDITION_DOWN] = WORDS("Down", "无法获取"),
    [CONDITION_BLOCKED] = WORDS("Blocked", "被拦截"),
    [CONDITION_REFUSED] = WORDS("Not allowed", "不允许访问"),
    [CONDITION_GONE] = WORDS("Gone", "已停用"),
    [CONDITION_QUARANTINED] = WORDS("Quarantined", "已隔离"),
    [CONDITION_SELECTOR_LOST] = WORDS("List lost", "列表丢失"),
    [CONDITION_EMPTY] = WORDS("Empty", "无条目"),
    [CONDITION_SILENT] = WORDS("Silent", "异常沉默"),
    [CONDITION_GAP] = WORDS("Possible gap", "可能遗漏"),
    [CONDITION_CERTIFICATE] = WORDS("Certificate", "证书问题"),
    [CONDITION_MALFORMED] = WORDS("Malformed", "格式缺陷"),
    [CONDITION_ENCODING] = WORDS("Encoding", "编码问题"),
    [CONDITION_MOVED] = WORDS("Moved", "已迁移"),
    [CONDITION_MANY_DOWN] = WORDS("Many sources down", "多个来源同时失败"),
    [CONDITION_UNDELIVERABLE] = WORDS("Undeliverable", "无法送达"),
    [CONDITION_BROKEN] = WORDS("Broken", "通道失效"),
    [CONDITION_STUCK] = WORDS("Messages stuck", "消息滞留"),
    [CONDITION_CANARY] = WORDS("Daily check missing", "自检未达"),
    [CONDITION_UNREACHED] = WORDS("Nobody reached", "无人接到"),
    [CONDITION_SLOW_RULE] = WORDS("Slow rule", "规则过慢"),
    [CONDITION_UNREADABLE] = WORDS("Cannot be dealt with", "无法处理"),
    [CONDITION_CONFIGURATION] = WORDS("Configuration", "配置有误"),
    [CONDITION_DISK_LOW] = WORDS("Disk nearly full", "磁盘空间不足"),
    [CONDITION_BACKUP] = WORDS("No backup", "备份失败"),
    [CONDITION_RESTORED] = WORDS("Restored from a backup", "已从备份恢复"),
    [CONDITION_UNSOUND] = WORDS("Not as promised", "数据与承诺不符"),
};

static const struct condition_text advices[] = {
    [CONDITION_DOWN] = WORDS(
        "Open its address in a browser. If it works there, poll it now; if the site has moved, change url.",
        "请在浏览器中打开该地址：能打开则点“立即查看”；网站已搬迁则修改 url。"),
    [CONDITION_BLOCKED] = WORDS(
        "The site keeps programs out. Ask its owner to let tocsin read it, or use a feed of the same site.",
        "该网站拦截程序访问。请与网站管理方联系放行，或改用该站提供的订阅地址。"),
    [CONDITION_REFUSED] = WORDS(
        "Its owner does not want it read, or our own rules of addresses forbid it. Ask the owner, set allow, or remove the source.",
        "网站管理方不允许程序读取，或本系统的地址规则禁止访问。请与对方联系、设置 allow，或移除该来源。"),
    [CONDITION_GONE] = WORDS(
        "It is not polled any more. Find its successor and change url, or remove the source.",
        "该来源已停止查看。请找到新地址并修改 url，或移除该来源。"),
    [CONDITION_QUARANTINED] = WORDS(
        "It is asked rarely now. Look at the document; raise parse.cpu if it is merely large, then poll it now.",
        "该来源已很少查看。请检查其文档；若只是篇幅过大，可调高 parse.cpu 后点“立即查看”。"),
    [CONDITION_SELECTOR_LOST] = WORDS(
        "The page was rebuilt. Compare it with tocsin try list, and set select anew or leave it out.",
        "页面已改版。请用 tocsin try list 核对，并重新设置或删去 select。"),
    [CONDITION_EMPTY] = WORDS(
        "Open its address. If there are publications on it, set kind and select; if not, find the column that has them.",
        "请打开该地址：页面上有内容则检查 kind 与 select；没有则换成有内容的栏目。"),
    [CONDITION_SILENT] = WORDS(
        "Look whether its column is still kept up, or whether news now appears elsewhere.",
        "请查看该栏目是否仍在更新，或内容是否已改在别处发布。"),
    [CONDITION_GAP] = WORDS(
        "More was published between two polls than it shows at once. Shorten interval, and look at the site for what is missing.",
        "两次查看之间发布的内容超过其一次显示的数量。请缩短 interval，并到网站查看遗漏内容。"),
    [CONDITION_CERTIFICATE] = WORDS(
        "Tell the owner of the site to renew its certificate; when it has expired the source is lost.",
        "请通知网站管理方更新证书；证书过期后将无法获取该来源。"),
    [CONDITION_MALFORMED] = WORDS(
        "Its items were read all the same. Tell its owner; the notes of its polls say what is wrong.",
        "条目仍已读出。请告知网站管理方；查看记录中有具体说明。"),
    [CONDITION_ENCODING] = WORDS(
        "Look at its newest items: when characters are wrong, tell its owner which encoding the page names.",
        "请查看其最新条目：若有乱码，请告知网站管理方更正页面声明的编码。"),
    [CONDITION_MOVED] = WORDS(
        "It is read at its new address. Write that into url.",
        "系统已改从新地址读取。请将 url 改为新地址。"),
    [CONDITION_MANY_DOWN] = WORDS(
        "Look at this machine's own network, name service and proxy first. The sources are not told one by one meanwhile.",
        "请先检查本机的网络、域名解析和代理。期间不再逐个通知来源故障。"),
    [CONDITION_BROKEN] = WORDS(
        "Its messages wait and are not lost. See in the reason whether the robot was removed, its key changed, or its keyword or address list is wrong; put that right and test the channel.",
        "消息正在等待，不会丢失。请按原因检查机器人是否被移除、密钥是否更换、关键词或地址名单是否正确；修复后请测试该通道。"),
    [CONDITION_UNREACHED] = WORDS(
        "See the rota for hours with nobody, and the channels of who is on call; put somebody on call by an override.",
        "请检查值班表是否有空档、值班人的通道是否可用；可先用换班补上人。"),
    [CONDITION_STUCK] = WORDS(
        "Its messages wait and are tried again; nothing is lost. Look at the reason, at the line to that platform, and tell the people of this channel by another way if it cannot wait.",
        "消息正在等待并会自动重发，不会丢失。请按原因检查平台和网络；如有急事，请用其他方式告知该通道的人员。"),
    [CONDITION_CANARY] = WORDS(
        "The daily message was not accepted in time. Test the channel, and look at its last attempts.",
        "每日自检消息未按时送达。请测试该通道，并查看最近的发送记录。"),
    [CONDITION_UNDELIVERABLE] = WORDS(
        "Messages lie in the dead letters. Put the channel right, test it, and send them again.",
        "有消息未能送达。请修复通道并测试，然后重发。"),
    [CONDITION_SLOW_RULE] = WORDS(
        "Write the expression more simply, or with terms instead, and reload.",
        "请简化该正则表达式或改用词语，然后重新加载。"),
    [CONDITION_UNREADABLE] = WORDS(
        "Its deadlines do not run; those of others do. Keep a copy of the database, and see to this incident by hand.",
        "该事件的时限已停，其他事件不受影响。请保留一份数据库副本，并人工处置该事件。"),
    [CONDITION_CONFIGURATION] = WORDS(
        "The old configuration stays in force. Run tocsin check, put it right, and reload.",
        "旧配置仍然有效。请运行 tocsin check，改正后重新加载。"),
    [CONDITION_DISK_LOW] = WORDS(
        "Make room on the disk of the database; fetching goes on by itself. Nothing that is stored is lost.",
        "请为数据库所在磁盘腾出空间，之后抓取会自动恢复。已入库的内容不会丢失。"),
    [CONDITION_BACKUP] = WORDS(
        "See why in its text; try tocsin backup. The backups made before are still there.",
        "请查看说明中的原因，并试运行 tocsin backup。此前的备份仍在。"),
    [CONDITION_RESTORED] = WORDS(
        "See what was done since the backup and do it again; what was kept aside can be looked into. Find out what damaged the disk.",
        "请核对备份之后的操作并补做；被替换的数据库已另存，可供查看。请查明磁盘损坏的原因。"),
    [CONDITION_UNSOUND] = WORDS(
        "Run tocsin check --invariants, keep a copy of the database, and report it; messages go on.",
        "请运行 tocsin check --invariants，保留一份数据库副本并报告；消息照常发送。"),
};
/* clang-format on */
_Static_assert(sizeof names / sizeof *names == CONDITION_COUNT, "all named");
_Static_assert(
    sizeof advices / sizeof *advices == CONDITION_COUNT, "all advised");

struct condition_text
condition_name(enum condition_kind kind)
{
    return names[kind];
}

struct condition_text
condition_advice(enum condition_kind kind)
{
    return advices[kind];
}

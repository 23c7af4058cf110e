/*
 * text_shipped: what a message says, line by line (text_view.h has the keys).
 *
 * The first line says what kind of message it is and how urgent, the last one
 * leads to the place where something can be done.
 */
#include "notify/text_shipped.h"

struct shipped {
    const char *incident, *digest, *condition, *other;
};

#define ACTIONS                                                                \
    "{{#has_actions}}\n"                                                       \
    "{{#actions}}{{link}}  {{/actions}}\n"                                     \
    "{{/has_actions}}\n"
#define LINK                                                                   \
    "{{#link}}\n"                                                              \
    "{{link}}\n"                                                               \
    "{{/link}}\n"

static const struct shipped zh = {
    .incident = "{{b}}{{event}}{{e}} · {{level}}"
                "{{#rank}}（{{rank}}）{{/rank}}"
                "{{#score}} · 评分 {{score}}{{/score}}\n"
                "{{#owner}}\n"
                "单位：{{owner}}\n"
                "{{/owner}}\n"
                "{{#title}}\n"
                "事件：{{title}}{{#category}}（{{category}}）{{/category}}\n"
                "{{/title}}\n"
                "{{^title}}\n"
                "类别：{{category}}\n"
                "{{/title}}\n"
                "{{#sources}}\n"
                "来源：{{sources}}{{#items}}，共 {{items}} 条{{/items}}\n"
                "{{/sources}}\n"
                "{{#first_seen}}\n"
                "首次发现：{{first_seen}}{{#state}}，{{state}}{{/state}}\n"
                "{{/first_seen}}\n"
                "{{#new_items}}\n"
                "· {{link}}{{#source}}（{{source}}）{{/source}}\n"
                "{{/new_items}}\n"
                "{{#more_items}}\n"
                "另有 {{more_items}} 条，见值班台\n"
                "{{/more_items}}\n"
                "{{#reason}}\n"
                "通知原因：{{reason}}\n"
                "{{/reason}}\n"
                "{{#has_rules}}\n"
                "判定依据：{{#rules}}{{title}} {{points}}"
                "{{#comma}}，{{/comma}}{{/rules}}"
                "{{#more_rules}}，另有 {{more_rules}} 条{{/more_rules}}\n"
                "{{/has_rules}}\n" ACTIONS LINK,
    .digest = "{{b}}{{event}}{{e}} · 共 {{count}} 条"
              "{{#level}} · 最高{{level}}{{/level}}\n"
              "{{#incidents}}\n"
              "{{n}}. "
              "【{{level}}{{#happened}}·{{happened}}{{/"
              "happened}}】{{#owner}}{{owner}}：{{/owner}}{{link}}"
              "{{#items}}（{{items}} 条）{{/items}}\n"
              "{{#new_items}}\n"
              "· {{link}}{{#source}}（{{source}}）{{/source}}\n"
              "{{/new_items}}\n"
              "{{/incidents}}\n"
              "{{#conditions}}\n"
              "{{n}}. {{subject}}：{{name}}{{#ended}}（已恢复）{{/ended}}"
              "{{#since}}，自 {{since}}{{/since}}\n"
              "{{/conditions}}\n"
              "{{#more}}\n"
              "另有 {{more}} 条，见值班台\n"
              "{{/more}}\n"
              "{{#reason}}\n"
              "通知原因：{{reason}}\n"
              "{{/reason}}\n" LINK,
    .condition = "{{b}}{{subject}}：{{name}}{{e}}"
                 "{{#ended}}（已恢复）{{/ended}}\n"
                 "{{#owner}}\n"
                 "单位：{{owner}}\n"
                 "{{/owner}}\n"
                 "{{#text}}\n"
                 "{{text}}\n"
                 "{{/text}}\n"
                 "{{#since}}\n"
                 "自 {{since}}{{#until}} 至 {{until}}{{/until}}\n"
                 "{{/since}}\n"
                 "{{#advice}}\n"
                 "处理：{{advice}}\n"
                 "{{/advice}}\n" LINK,
    .other = "{{b}}{{event}}{{e}}"
             "{{#channel}} · 渠道 {{channel}}{{/channel}}\n"
             "{{#title}}\n"
             "{{title}}\n"
             "{{/title}}\n"
             "{{#text}}\n"
             "{{text}}\n"
             "{{/text}}\n"
             "{{^text}}\n"
             "{{reason}}\n"
             "{{/text}}\n"
             "{{#bureau}}\n"
             "发自：{{bureau}}\n"
             "{{/bureau}}\n" LINK,
};

static const struct shipped en = {
    .incident = "{{b}}{{event}}{{e}} · {{level}}"
                "{{#rank}} ({{rank}}){{/rank}}"
                "{{#score}} · score {{score}}{{/score}}\n"
                "{{#owner}}\n"
                "School: {{owner}}\n"
                "{{/owner}}\n"
                "{{#title}}\n"
                "What: {{title}}{{#category}} ({{category}}){{/category}}\n"
                "{{/title}}\n"
                "{{^title}}\n"
                "Category: {{category}}\n"
                "{{/title}}\n"
                "{{#sources}}\n"
                "Sources: {{sources}}{{#items}}, items: {{items}}{{/items}}\n"
                "{{/sources}}\n"
                "{{#first_seen}}\n"
                "First seen: {{first_seen}}{{#state}}, {{state}}{{/state}}\n"
                "{{/first_seen}}\n"
                "{{#new_items}}\n"
                "· {{link}}{{#source}} ({{source}}){{/source}}\n"
                "{{/new_items}}\n"
                "{{#more_items}}\n"
                "and {{more_items}} more on the console\n"
                "{{/more_items}}\n"
                "{{#reason}}\n"
                "Why you are told: {{reason}}\n"
                "{{/reason}}\n"
                "{{#has_rules}}\n"
                "Because of: {{#rules}}{{title}} {{points}}"
                "{{#comma}}, {{/comma}}{{/rules}}"
                "{{#more_rules}}, and {{more_rules}} more{{/more_rules}}\n"
                "{{/has_rules}}\n" ACTIONS LINK,
    .digest = "{{b}}{{event}}{{e}} · {{count}} in all"
              "{{#level}} · worst: {{level}}{{/level}}\n"
              "{{#incidents}}\n"
              "{{n}}. {{level}}{{#happened}} ({{happened}}){{/happened}} · "
              "{{#owner}}{{owner}}: {{/owner}}{{link}}"
              "{{#items}} (items: {{items}}){{/items}}\n"
              "{{#new_items}}\n"
              "· {{link}}{{#source}} ({{source}}){{/source}}\n"
              "{{/new_items}}\n"
              "{{/incidents}}\n"
              "{{#conditions}}\n"
              "{{n}}. {{subject}}: {{name}}{{#ended}} (over){{/ended}}"
              "{{#since}}, since {{since}}{{/since}}\n"
              "{{/conditions}}\n"
              "{{#more}}\n"
              "and {{more}} more on the console\n"
              "{{/more}}\n"
              "{{#reason}}\n"
              "Why you are told: {{reason}}\n"
              "{{/reason}}\n" LINK,
    .condition = "{{b}}{{subject}}: {{name}}{{e}}{{#ended}} (over){{/ended}}\n"
                 "{{#owner}}\n"
                 "Owner: {{owner}}\n"
                 "{{/owner}}\n"
                 "{{#text}}\n"
                 "{{text}}\n"
                 "{{/text}}\n"
                 "{{#since}}\n"
                 "Since {{since}}{{#until}} until {{until}}{{/until}}\n"
                 "{{/since}}\n"
                 "{{#advice}}\n"
                 "What to do: {{advice}}\n"
                 "{{/advice}}\n" LINK,
    .other =
        "{{b}}{{event}}{{e}}{{#channel}} · channel {{channel}}{{/channel}}\n"
        "{{#title}}\n"
        "{{title}}\n"
        "{{/title}}\n"
        "{{#text}}\n"
        "{{text}}\n"
        "{{/text}}\n"
        "{{#reason}}\n"
        "{{reason}}\n"
        "{{/reason}}\n"
        "{{#bureau}}\n"
        "From: {{bureau}}\n"
        "{{/bureau}}\n" LINK,
};

struct str
text_shipped(enum incident_event event, bool incident, bool english)
{
    const struct shipped *shipped = english ? &en : &zh;

    if (incident)
        return str_of(shipped->incident);
    switch ((int)event) {
    case INCIDENT_EVENT_DIGEST:
        return str_of(shipped->digest);
    case INCIDENT_EVENT_SOURCE:
    case INCIDENT_EVENT_CHANNEL:
        return str_of(shipped->condition);
    default:
        return str_of(shipped->other);
    }
}

/*
 * demo_robot: a chat robot as DingTalk's custom robots are: it answers 200
 * whatever happens, says in the body whether it took the message, wants each
 * call signed, and refuses the twenty-first in a minute for ten minutes.  What
 * it takes is printed as the duty group reads it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/jsonx.h"
#include "base/num.h"
#include "cli/demo.h"
#include "notify/dingtalk.h"

enum { ROBOT_TOLERANCE_MS = MS_HOUR, ROBOT_SIGN_BYTES = 128 };

/* --- whether it takes the message ------------------------------------------
 */

static bool
is_signed(const struct demo_call *call, struct wall now)
{
    _cleanup_(buf_done) struct buf ours;
    int64_t stamp;

    buf_init(&ours, ROBOT_SIGN_BYTES);
    if (num_parse_i64(call->timestamp, 0, INT64_MAX / 2, &stamp) < 0 ||
        stamp < now.ms - ROBOT_TOLERANCE_MS ||
        stamp > now.ms + ROBOT_TOLERANCE_MS ||
        dingtalk_sign(&ours, STR(DEMO_ROBOT_SECRET), stamp) < 0)
        return false;
    return ours.n == call->sign.n && digest_equal(ours.p, call->sign.p, ours.n);
}

/* Whether one more call now is within the limit. */
static bool
is_allowed(struct demo_robot *robot, struct wall now)
{
    struct wall *oldest = &robot->calls[robot->ncalls % DEMO_ROBOT_PER_MINUTE];

    if (now.ms < robot->until.ms)
        return false;
    if (robot->ncalls >= DEMO_ROBOT_PER_MINUTE &&
        now.ms - oldest->ms < MS_MINUTE) {
        robot->until.ms = now.ms + DINGTALK_PENALTY_MS;
        return false;
    }
    *oldest = now;
    robot->ncalls++;
    return true;
}

/* --- what the group reads ---------------------------------------------------
 */

static void
put_line(FILE *out, struct str line)
{
    line = str_trim(line);
    while (line.n && (line.p[0] == '#' || line.p[0] == ' '))
        line = str_from(line, 1);
    if (!line.n)
        return;
    fputs("│ ", out);
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];

        if (c == '*' && i + 1 < line.n && line.p[i + 1] == '*')
            i++; /* bold */
        else
            fputc(c < 0x20 || c == 0x7F ? ' ' : c, out);
    }
    fputc('\n', out);
}

static void
put_lines(FILE *out, struct str text)
{
    while (text.p)
        put_line(out, str_split(&text, '\n'));
}

static void
print_message(const struct demo_robot *robot, const json_t *json)
{
    struct str type = jsonx_get_str(json, "msgtype");
    const json_t *inner, *button;
    FILE *out = robot->out;
    size_t i;

    inner = type.n ? json_object_get(json, type.p) : NULL;
    fprintf(out, "\n┌─ %s\n",
        robot->chinese ? "值班群（钉钉机器人）"
                       : "duty group (DingTalk robot)");
    put_lines(out, jsonx_get_str(inner, "text").n
                       ? jsonx_get_str(inner, "text")
                       : jsonx_get_str(inner, "content"));
    fputs("└─", out);
    if (jsonx_get_str(inner, "singleTitle").n)
        fprintf(out, " [%.*s]", STR_ARG(jsonx_get_str(inner, "singleTitle")));
    json_array_foreach(json_object_get(inner, "btns"), i, button)
        fprintf(out, " [%.*s]", STR_ARG(jsonx_get_str(button, "title")));
    fputs("\n\n", out);
    fflush(out);
}

/* --- the call
 * ------------------------------------------------------------------ */

static int
judge(struct demo_robot *robot, const struct demo_call *call, struct wall now,
    const char **ret_words)
{
    json_t *json = NULL;
    int code = 0;

    *ret_words = "ok";
    if (!is_allowed(robot, now)) {
        *ret_words = "send too fast, exceed 20 times per minute";
        return 410100;
    }
    if (!str_eq(call->token, STR(DEMO_ROBOT_TOKEN))) {
        *ret_words = "token is not exist";
        return 300005;
    }
    if (!is_signed(call, now)) {
        *ret_words = "sign not match";
        return 310000;
    }
    if (jsonx_load(call->body, NULL, &json) < 0 ||
        jsonx_get_str(json, "msgtype").n == 0) {
        *ret_words = "msgtype is null";
        code = 300001;
    } else {
        print_message(robot, json);
    }
    json_decref(json);
    return code;
}

int
demo_robot_call(struct demo_robot *robot, const struct demo_call *call,
    struct wall now, struct buf *answer)
{
    const char *words;
    int code = judge(robot, call, now, &words);

    if (code)
        robot->refused++;
    else
        robot->messages++;
    return buf_printf(
        answer, "{\"errcode\":%d,\"errmsg\":\"%s\"}", code, words);
}

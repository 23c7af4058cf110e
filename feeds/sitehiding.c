/*
 * sitehiding: what a page hides by class or id, in its style sheets or by its
 * scripts.
 *
 * A selector counts for its last part, by the class or id in it.  A script
 * counts when it names an element and then, in the same statement or the next,
 * hides what it named, in the usual ways of writing that.
 */
#include <string.h>

#include "base/buf.h"
#include "feeds/siteparts.h"

enum {
    HIDING_MAX_RULES = 400,
    HIDING_REACH = 160, /* bytes behind a name in which a script hides it */
    HIDING_MAX_SHEET = 512 * 1024
};

/* A class or an id that hides. */
struct hiding_rule {
    struct str name;
    bool id;
    enum site_sight sight;
};

struct site_hiding {
    struct arena *arena;
    struct hiding_rule rules[HIDING_MAX_RULES];
    size_t n;
};

static void
add_rule(
    struct site_hiding *hiding, struct str name, bool id, enum site_sight sight)
{
    if (sight != SITE_SEEN && name.n > 0 && hiding->n < HIDING_MAX_RULES)
        hiding->rules[hiding->n++] = (struct hiding_rule){name, id, sight};
}

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           (unsigned char)c >= 0x80;
}

/* Append sheet without its comments and the marks that hide it from browsers
 * which know no style sheets. */
static void
strip_comments(struct str sheet, struct buf *out)
{
    while (sheet.n > 0) {
        size_t at = str_find(sheet, STR("/*"));
        struct str rest = str_from(sheet, at);

        (void)buf_add_str(out, str_first(sheet, at));
        sheet = str_from(rest, str_find(rest, STR("*/")) + 2);
    }
}

/* Remember the classes and ids that end a rule's selectors. */
static void
add_selectors(
    struct site_hiding *hiding, struct str selectors, enum site_sight sight)
{
    while (selectors.n > 0) {
        struct str one = str_trim(str_split(&selectors, ','));
        size_t last = 0, n = 1;

        for (size_t i = 0; i < one.n; i++)
            if (strchr(" >+~\n\t", one.p[i]))
                last = i + 1;
        one = str_from(one, last);
        while (one.n > 0 && one.p[0] != '.' && one.p[0] != '#')
            one = str_from(one, 1);
        while (n < one.n && is_name_byte(one.p[n]))
            n++;
        /* ".tab.on" and ".item:hover" are about some of a class only. */
        if (n == one.n)
            add_rule(hiding, str_from(one, 1), one.n && one.p[0] == '#', sight);
    }
}

/* The rules of a sheet; those for a kind of screen stand within braces of
 * their own, those for paper say nothing about screens. */
static void
read_rules(struct site_hiding *hiding, struct str sheet)
{
    bool paper = false;

    while (sheet.n > 0) {
        size_t open = str_find_char(sheet, '{');
        size_t close = str_find_char(sheet, '}');
        struct str selectors, body;

        if (close < open) { /* the end of an at-rule */
            sheet = str_from(sheet, close + 1);
            paper = false;
            continue;
        }
        selectors = str_trim(str_first(sheet, open));
        body = str_from(sheet, open + 1);
        if (str_starts(selectors, STR("@")) &&
            !str_starts_nocase(selectors, STR("@font-face")) &&
            !str_starts_nocase(selectors, STR("@page"))) {
            paper = str_find(selectors, STR("print")) < selectors.n;
            sheet = body;
            continue;
        }
        close = str_find_char(body, '}');
        if (!paper)
            add_selectors(
                hiding, selectors, site_style_sight(str_first(body, close)));
        sheet = str_from(body, close + 1);
    }
}

static void
read_sheet(struct site_hiding *hiding, struct str sheet)
{
    struct buf plain;
    struct str kept;

    buf_init(&plain, HIDING_MAX_SHEET);
    strip_comments(str_first(sheet, HIDING_MAX_SHEET), &plain);
    for (size_t i = 0; i + 4 <= plain.n; i++)
        if (memcmp(plain.p + i, "<!--", 4) == 0)
            memcpy(plain.p + i, "    ", 4);
        else if (memcmp(plain.p + i, "-->", 3) == 0)
            memcpy(plain.p + i, "   ", 3);
    kept = arena_str(hiding->arena, buf_str(&plain));
    buf_done(&plain);
    read_rules(hiding, kept);
}

/* --- scripts --- */

/* "left" of "style.left = '-9999px'" as a style; camelCase becomes words. */
static enum site_sight
sight_of_assignment(struct str tail)
{
    static const char mark[] = "style.";
    struct str rest = str_from(tail, str_find(tail, STR(mark)));
    char style[120];
    size_t n = 0, i;

    if (rest.n < sizeof mark)
        return SITE_SEEN;
    rest = str_from(rest, sizeof mark - 1);
    if (str_starts(rest, STR("cssText"))) {
        rest = str_from(rest, str_find_char(rest, '=') + 1);
        rest = str_trim(str_first(rest, str_find_char(rest, '\n')));
        return rest.n ? site_style_sight(str_from(rest, 1)) : SITE_SEEN;
    }
    for (i = 0; i < rest.n && n + 3 < sizeof style && rest.p[i] != ';'; i++) {
        char c = rest.p[i];

        if (c == '"' || c == '\'')
            continue;
        if (c >= 'A' && c <= 'Z' && !memchr(style, ':', n))
            style[n++] = '-';
        style[n++] = c == '=' ? ':' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return site_style_sight((struct str){style, n});
}

/* jQuery's .css("display","none") and .css({left:"-9999px",…}). */
static enum site_sight
sight_of_css(struct str tail)
{
    static const char mark[] = ".css(";
    struct str rest = str_from(tail, str_find(tail, STR(mark)));
    char style[HIDING_REACH + 1];
    size_t n = 0;
    bool object;

    if (rest.n < sizeof mark)
        return SITE_SEEN;
    rest = str_trim(str_from(rest, sizeof mark - 1));
    object = rest.n > 0 && rest.p[0] == '{';
    for (size_t i = 0; i < rest.n && n < HIDING_REACH && rest.p[i] != ')'; i++)
        if (!strchr("\"'{}", rest.p[i]))
            style[n++] = rest.p[i] == ',' ? (object ? ';' : ':') : rest.p[i];
    return site_style_sight((struct str){style, n});
}

/* What is done to the element that tail follows the name of. */
static enum site_sight
sight_of_statement(struct str tail)
{
    enum site_sight sight = sight_of_assignment(tail);
    size_t at = str_find(tail, STR("setAttribute("));

    if (sight == SITE_SEEN)
        sight = sight_of_css(tail);
    if (sight == SITE_SEEN && at < tail.n) {
        struct str rest = str_from(tail, at);

        rest = str_from(rest, str_find_char(rest, ',') + 1);
        while (rest.n > 0 && strchr(" \"'", rest.p[0]))
            rest = str_from(rest, 1);
        sight = site_style_sight(rest);
    }
    if (sight == SITE_SEEN && str_find(tail, STR(".hide(")) < tail.n)
        sight = SITE_FOLDED;
    return sight;
}

/* Each quoted name in script, and what is done to it. */
static void
read_script(struct site_hiding *hiding, struct str script)
{
    for (size_t i = 0; i + 2 < script.n; i++) {
        struct str rest = str_from(script, i + 1), name, tail;
        bool class = rest.p[0] == '.';
        size_t n = class || rest.p[0] == '#';
        size_t end;

        if (script.p[i] != '"' && script.p[i] != '\'')
            continue;
        while (n < rest.n && is_name_byte(rest.p[n]))
            n++;
        if (n == rest.n || rest.p[n] != script.p[i] || n < 1)
            continue;
        name = str_first(rest, n);
        if (class || name.p[0] == '#')
            name = str_from(name, 1);
        tail = str_first(str_from(rest, n + 1), HIDING_REACH);
        /* As far as the statement behind the one that names it. */
        end = str_find_char(tail, ';');
        end += 1 + str_find_char(str_from(tail, end + 1), ';');
        add_rule(
            hiding, name, !class, sight_of_statement(str_first(tail, end)));
    }
}

struct site_hiding *
site_hiding_read(struct arena *arena, const struct html *html)
{
    struct site_hiding *hiding = ARENA_NEW(arena, struct site_hiding);

    if (!hiding)
        return NULL;
    hiding->arena = arena;
    for (size_t k = 0; k < html->nasides; k++) {
        if (html->asides[k].kind == HTML_STYLE)
            read_sheet(hiding, html->asides[k].text);
        else if (html->asides[k].kind == HTML_SCRIPT)
            read_script(hiding, html->asides[k].text);
    }
    return hiding;
}

enum site_sight
site_hiding_sight(
    const struct site_hiding *hiding, const struct html *html, uint32_t i)
{
    struct str class = html_attr(html, i, "class");
    struct str id = html_attr(html, i, "id");
    enum site_sight sight = SITE_SEEN;

    for (size_t k = 0; (class.n || id.n) && k < hiding->n; k++) {
        const struct hiding_rule *rule = &hiding->rules[k];
        struct str rest = class;
        bool is = rule->id && str_eq(id, rule->name);

        while (!rule->id && !is && rest.n > 0)
            is = str_eq(str_trim(str_split(&rest, ' ')), rule->name);
        if (is && rule->sight > sight)
            sight = rule->sight;
    }
    return sight;
}

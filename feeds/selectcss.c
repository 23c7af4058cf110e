/*
 * selectcss: a CSS selector as XPath; see selectcss.h.
 */
#include "feeds/selectcss.h"

#include <string.h>

enum {
    CSS_MAX_NUMBER = 9999, /* in :nth-child() */
    CSS_MAX_NOT = 4        /* :not() within :not() */
};

/* A CSS selector being read. */
struct css {
    struct str text;
    size_t at;
    struct buf *out;
    bool within;
    int nots;        /* :not() that are open */
    struct str type; /* of the compound being read, or absent */
};

static bool
css_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           (unsigned char)c >= 0x80;
}

static struct str
css_name(struct css *css)
{
    size_t from = css->at;

    while (css->at < css->text.n && css_is_name(css->text.p[css->at]))
        css->at++;
    return str_first(str_from(css->text, from), css->at - from);
}

static char
css_peek(const struct css *css)
{
    return css->at < css->text.n ? css->text.p[css->at] : '\0';
}

static bool
css_take(struct css *css, const char *word)
{
    if (!str_starts_nocase(str_from(css->text, css->at), str_of(word)))
        return false;
    css->at += strlen(word);
    return true;
}

static bool
css_space(struct css *css)
{
    size_t from = css->at;

    while (css->at < css->text.n && strchr(" \t\r\n", css->text.p[css->at]))
        css->at++;
    return css->at > from;
}

/* Append a name of HTML, which libxml2 keeps in lower case. */
static void
css_put_lower(struct css *css, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        (void)buf_add_char(css->out, name.p[i] >= 'A' && name.p[i] <= 'Z'
                                         ? (char)(name.p[i] - 'A' + 'a')
                                         : name.p[i]);
}

/* A text in quotes, or a name.  XPath has no escapes: a text cannot hold both
 * kinds of quotes, and here not the single one. */
static int
css_value(struct css *css, struct str *ret)
{
    char quote = css_peek(css);

    if (quote == '"' || quote == '\'') {
        struct str rest = str_from(css->text, css->at + 1);
        size_t n = str_find_char(rest, quote);

        if (n == rest.n)
            return E_CONF;
        *ret = str_first(rest, n);
        css->at += n + 2;
    } else {
        *ret = css_name(css);
        if (ret->n == 0)
            return E_CONF;
    }
    return str_find_char(*ret, '\'') < ret->n ? E_CONF : 0;
}

/* [name], [name=value], and ~= |= ^= $= *= */
static int
css_attribute(struct css *css)
{
    struct str name, value;
    char relation = 0;
    int err;

    css->at++;
    (void)css_space(css);
    name = css_name(css);
    (void)css_space(css);
    if (name.n == 0)
        return E_CONF;
    if (css_peek(css) == ']') {
        css->at++;
        (void)buf_printf(css->out, "[@%.*s]", STR_ARG(name));
        return 0;
    }
    if (css_peek(css) != '=') {
        relation = css_peek(css);
        if (!relation || !strchr("~|^$*", relation))
            return E_CONF;
        css->at++;
    }
    if (!css_take(css, "="))
        return E_CONF;
    (void)css_space(css);
    err = css_value(css, &value);
    (void)css_space(css);
    if (err != 0 || !css_take(css, "]"))
        return E_CONF;
    if (relation == 0)
        (void)buf_printf(
            css->out, "[@%.*s='%.*s']", STR_ARG(name), STR_ARG(value));
    else if (relation == '^')
        (void)buf_printf(css->out, "[starts-with(@%.*s,'%.*s')]", STR_ARG(name),
            STR_ARG(value));
    else if (relation == '*')
        (void)buf_printf(css->out, "[contains(@%.*s,'%.*s')]", STR_ARG(name),
            STR_ARG(value));
    else if (relation == '~')
        (void)buf_printf(css->out,
            "[contains(concat(' ',normalize-space(@%.*s),' '),' %.*s ')]",
            STR_ARG(name), STR_ARG(value));
    else if (relation == '|')
        (void)buf_printf(css->out,
            "[@%.*s='%.*s' or starts-with(@%.*s,'%.*s-')]", STR_ARG(name),
            STR_ARG(value), STR_ARG(name), STR_ARG(value));
    else
        (void)buf_printf(css->out,
            "[substring(@%.*s,string-length(@%.*s)-string-length('%.*s')+1)="
            "'%.*s']",
            STR_ARG(name), STR_ARG(name), STR_ARG(value), STR_ARG(value));
    return 0;
}

static bool
css_number(struct css *css, int *ret)
{
    size_t from = css->at;
    int n = 0;

    while (css_peek(css) >= '0' && css_peek(css) <= '9' && n <= CSS_MAX_NUMBER)
        n = n * 10 + (css->text.p[css->at++] - '0');
    *ret = n;
    return css->at > from && n <= CSS_MAX_NUMBER;
}

/* "2", "odd", "even", "3n", "2n+1", "-n+3": *a times n plus *b. */
static int
css_series(struct css *css, int *a, int *b)
{
    int sign = 1;

    *a = *b = 0;
    (void)css_space(css);
    if (css_take(css, "odd") || css_take(css, "even")) {
        *a = 2;
        *b = css->text.p[css->at - 1] == 'd' || css->text.p[css->at - 1] == 'D';
        return 0;
    }
    if (css_take(css, "-"))
        sign = -1;
    else
        (void)css_take(css, "+");
    if (!css_number(css, a)) {
        if (css_peek(css) != 'n')
            return E_CONF;
        *a = 1;
    }
    *a *= sign;
    if (!css_take(css, "n")) {
        *b = *a;
        *a = 0;
        return 0;
    }
    (void)css_space(css);
    if (css_peek(css) != '+' && css_peek(css) != '-')
        return 0;
    sign = css_take(css, "+") ? 1 : -1;
    if (sign < 0)
        css->at++;
    (void)css_space(css);
    if (!css_number(css, b))
        return E_CONF;
    *b *= sign;
    return 0;
}

/* A condition on the place among the siblings on axis that are of type. */
static void
css_put_place(struct css *css, const char *axis, struct str type, int a, int b)
{
    struct buf *out = css->out;

    (void)buf_add_cstr(out, "[(");
    for (int side = 0; side < 2; side++) {
        (void)buf_printf(out, "count(%s-sibling::", axis);
        css_put_lower(css, type);
        (void)buf_add_cstr(out, ")+1");
        if (a == 0 || side == 1)
            break;
        (void)buf_printf(out, "-(%d)) mod %d=0 and (", b, a < 0 ? -a : a);
    }
    (void)buf_printf(out, ")%s%d]", a == 0 ? "=" : a > 0 ? ">=" : "<=", b);
}

static int
css_place(struct css *css, const char *axis, bool of_type)
{
    struct str type = of_type ? css->type : STR("*");
    int a, b;
    int err = css_series(css, &a, &b);

    (void)css_space(css);
    if (err != 0 || !css_take(css, ")") || type.n == 0)
        return E_CONF;
    css_put_place(css, axis, type, a, b);
    return 0;
}

static int css_compound(struct css *css);

/* :not(compound); recursion ends at CSS_MAX_NOT. */
static int
css_not(struct css *css)
{
    struct str type = css->type;
    int err;

    if (++css->nots > CSS_MAX_NOT)
        return E_CONF;
    (void)css_space(css);
    (void)buf_add_cstr(css->out, "[not(self::");
    err = css_compound(css);
    (void)css_space(css);
    if (err != 0 || !css_take(css, ")"))
        return E_CONF;
    (void)buf_add_cstr(css->out, ")]");
    css->type = type;
    css->nots--;
    return 0;
}

static int
css_contains(struct css *css)
{
    struct str value;

    (void)css_space(css);
    if (css_value(css, &value) != 0)
        return E_CONF;
    (void)css_space(css);
    if (!css_take(css, ")"))
        return E_CONF;
    (void)buf_printf(css->out, "[contains(.,'%.*s')]", STR_ARG(value));
    return 0;
}

static int
css_pseudo(struct css *css)
{
    css->at++;
    if (css_take(css, "not("))
        return css_not(css);
    if (css_take(css, "contains("))
        return css_contains(css);
    if (css_take(css, "nth-child("))
        return css_place(css, "preceding", false);
    if (css_take(css, "nth-last-child("))
        return css_place(css, "following", false);
    if (css_take(css, "nth-of-type("))
        return css_place(css, "preceding", true);
    if (css_take(css, "first-child"))
        css_put_place(css, "preceding", STR("*"), 0, 1);
    else if (css_take(css, "last-child"))
        css_put_place(css, "following", STR("*"), 0, 1);
    else if (css->type.n > 0 && css_take(css, "first-of-type"))
        css_put_place(css, "preceding", css->type, 0, 1);
    else if (css->type.n > 0 && css_take(css, "last-of-type"))
        css_put_place(css, "following", css->type, 0, 1);
    else
        return E_CONF;
    return css_is_name(css_peek(css)) ? E_CONF : 0;
}

/* Whether what follows is ::text or ::attr(), which end a selector. */
static bool
css_is_text(const struct css *css)
{
    return str_starts(str_from(css->text, css->at), STR("::"));
}

/* The conditions behind a type: .class, #id, [attribute], :pseudo. */
static int
css_conditions(struct css *css, bool *ret_any)
{
    for (;; *ret_any = true) {
        char c = css_peek(css);
        struct str name;
        int err = 0;

        if (c == '[') {
            err = css_attribute(css);
        } else if (c == ':' && !css_is_text(css)) {
            err = css_pseudo(css);
        } else if (c == '.' || c == '#') {
            css->at++;
            name = css_name(css);
            if (name.n == 0)
                return E_CONF;
            (void)buf_printf(css->out,
                c == '#' ? "[@id='%.*s']"
                         : "[contains(concat(' ',normalize-space(@class),' '),"
                           "' %.*s ')]",
                STR_ARG(name));
        } else {
            return 0;
        }
        if (err != 0)
            return err;
    }
}

static int
css_compound(struct css *css)
{
    struct str type = css_name(css);
    bool any = type.n > 0;
    int err;

    if (!any && css_take(css, "*"))
        any = true;
    css->type = type;
    if (type.n > 0)
        css_put_lower(css, type);
    else
        (void)buf_add_cstr(css->out, "*");
    err = css_conditions(css, &any);
    return err != 0 ? err : any ? 0 : E_CONF;
}

/* ::text, ::attr(name) */
static int
css_text(struct css *css)
{
    struct str name;

    if (css_take(css, "::text")) {
        (void)buf_add_cstr(css->out, "/text()");
        return 0;
    }
    if (!css_take(css, "::attr("))
        return E_CONF;
    name = css_name(css);
    if (name.n == 0 || !css_take(css, ")"))
        return E_CONF;
    (void)buf_add_cstr(css->out, "/@");
    css_put_lower(css, name);
    return 0;
}

static int
css_selector(struct css *css)
{
    const char *first = css->within ? ".//" : "//";

    (void)css_space(css);
    (void)buf_add_cstr(css->out, first);
    for (;;) {
        int err = css_compound(css);
        bool space;
        char c;

        if (err == 0 && css->within && css_is_text(css))
            err = css_text(css);
        if (err != 0)
            return err;
        space = css_space(css);
        c = css_peek(css);
        if (c == '\0')
            return 0;
        if (strchr(">+~,", c)) {
            css->at++;
            (void)css_space(css);
        } else if (!space) {
            return E_CONF;
        }
        if (c == '>')
            (void)buf_add_cstr(css->out, "/");
        else if (c == '+')
            (void)buf_add_cstr(css->out, "/following-sibling::*[1]/self::");
        else if (c == '~')
            (void)buf_add_cstr(css->out, "/following-sibling::");
        else if (c == ',')
            (void)buf_printf(css->out, "|%s", first);
        else
            (void)buf_add_cstr(css->out, "//");
    }
}

int
selectcss_translate(
    struct str css, bool within, struct buf *out, size_t *reterr_at)
{
    struct css state = {.text = css, .out = out, .within = within};
    int err = css_selector(&state);

    if (err != 0)
        *reterr_at = state.at < css.n ? state.at : css.n;
    return err != 0 ? err : out->err;
}

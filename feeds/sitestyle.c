/*
 * sitestyle: whether a style lets a visitor see what it is for.
 *
 * Two kinds of hiding are told apart.  Menus, tabs and dialogues are not
 * displayed until somebody asks for them: that alone says little.  Nobody but
 * who hides something puts text off the screen, without size, transparent or
 * clipped.
 */
#include <string.h>

#include "feeds/siteparts.h"

enum {
    STYLE_FAR_PX = 400,     /* that are off the screen */
    STYLE_FAR_PERCENT = 99, /* of the screen, likewise */
    STYLE_EM_PX = 16
};

struct str
site_style_value(struct str style, const char *property)
{
    struct str value = STR_NONE;

    while (style.n > 0) {
        struct str part = str_split(&style, ';');
        size_t colon = str_find_char(part, ':');

        if (colon < part.n &&
            str_eq_nocase(str_trim(str_first(part, colon)), str_of(property)))
            value = str_trim(str_from(part, colon + 1));
    }
    return value;
}

/* Read the number that value begins with and go behind it. */
static bool
take_number(struct str *value, double *ret)
{
    struct str s = str_trim(*value);
    bool negative = s.n > 0 && s.p[0] == '-';
    bool digits = false, fraction = false;
    double number = 0, unit = 1;
    size_t i;

    for (i = negative; i < s.n && i < 16; i++) {
        char c = s.p[i];

        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            unit = fraction ? unit / 10 : 1;
            number =
                fraction ? number + (c - '0') * unit : number * 10 + (c - '0');
        } else {
            break;
        }
    }
    *value = str_from(s, i);
    *ret = negative ? -number : number;
    return digits;
}

double
site_style_number(struct str value, double fallback)
{
    double number;

    return take_number(&value, &number) ? number : fallback;
}

/* Whether a length moves something off the screen. */
static bool
is_far(struct str value)
{
    double number;

    if (!take_number(&value, &number))
        return false;
    if (str_starts(value, STR("%")) || str_starts_nocase(value, STR("vw")) ||
        str_starts_nocase(value, STR("vh")))
        return number <= -STYLE_FAR_PERCENT;
    if (str_starts_nocase(value, STR("em")) ||
        str_starts_nocase(value, STR("rem")))
        number *= STYLE_EM_PX;
    return number < -STYLE_FAR_PX;
}

static bool
starts_value(struct str style, const char *property, const char *value)
{
    return str_starts_nocase(site_style_value(style, property), str_of(value));
}

/* The arguments of the call to name in value, absent when there is none. */
static struct str
arguments(struct str value, const char *name)
{
    struct str call = str_of(name);

    for (size_t i = 0; i + call.n < value.n; i++)
        if (str_starts_nocase(str_from(value, i), call) &&
            value.p[i + call.n] == '(') {
            struct str rest = str_from(value, i + call.n + 1);

            return str_first(rest, str_find_char(rest, ')'));
        }
    return STR_NONE;
}

static bool
is_transformed_away(struct str value)
{
    static const char *const moves[] = {
        "translate", "translatex", "translatey", "translate3d"};
    static const char *const scales[] = {"scale", "scalex", "scaley"};

    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        struct str rest = arguments(value, moves[k]);

        while (rest.n > 0)
            if (is_far(str_split(&rest, ',')))
                return true;
    }
    for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++)
        if (site_style_number(arguments(value, scales[k]), 1) < .02)
            return true;
    return false;
}

/* clip: rect(top, right, bottom, left) without an inside. */
static bool
is_clipped(struct str value)
{
    struct str rest = arguments(value, "rect");
    double sides[4], most = 0;
    size_t n = 0;

    while (rest.n > 0 && n < 4 && take_number(&rest, &sides[n])) {
        most = sides[n] > most ? sides[n] : most;
        n++;
        while (rest.n > 0 && strchr("px, em", rest.p[0]))
            rest = str_from(rest, 1);
    }
    return n == 4 && most <= 1;
}

static bool
is_path_away(struct str value)
{
    return site_style_number(arguments(value, "inset"), 0) >= 50 ||
           site_style_number(arguments(value, "circle"), 9) <= 0 ||
           site_style_number(arguments(value, "ellipse"), 9) <= 0;
}

bool
site_style_is_transparent(struct str colour)
{
    struct str rest = arguments(colour, "rgba");

    if (str_starts_nocase(colour, STR("transparent")))
        return true;
    for (int i = 0; rest.n > 0 && i < 3; i++)
        (void)str_split(&rest, ',');
    return site_style_number(rest, 1) < .05;
}

/* What nobody does but to hide. */
static bool
is_out_of_sight(struct str style)
{
    static const char *const far[] = {"left", "top", "right", "bottom",
        "margin-left", "margin-top", "margin-right", "margin", "text-indent",
        "letter-spacing"};
    struct str font = site_style_value(style, "font");

    for (size_t k = 0; k < sizeof far / sizeof far[0]; k++)
        if (is_far(site_style_value(style, far[k])))
            return true;
    return site_style_number(site_style_value(style, "opacity"), 1) < .05 ||
           site_style_number(
               arguments(site_style_value(style, "filter"), "opacity"), 1) <
               .05 ||
           str_find(site_style_value(style, "filter"), STR("opacity=0)")) <
               site_style_value(style, "filter").n ||
           site_style_number(site_style_value(style, "font-size"), 12) < 1.5 ||
           (font.n > 0 && font.p[0] == '0') ||
           is_clipped(site_style_value(style, "clip")) ||
           is_path_away(site_style_value(style, "clip-path")) ||
           is_transformed_away(site_style_value(style, "transform")) ||
           site_style_is_transparent(site_style_value(style, "color"));
}

/* Whether what does not fit is cut off, and nearly nothing fits. */
static bool
is_without_size(struct str style)
{
    static const char *const sizes[] = {
        "height", "width", "max-height", "max-width"};
    bool cut = false;

    for (int k = 0; k < 3; k++) {
        static const char *const names[] = {
            "overflow", "overflow-x", "overflow-y"};
        struct str value = site_style_value(style, names[k]);

        cut |= value.n > 0 && !str_starts_nocase(value, STR("visible"));
    }
    for (size_t k = 0; cut && k < sizeof sizes / sizeof sizes[0]; k++)
        if (site_style_number(site_style_value(style, sizes[k]), 100) <= 1)
            return true;
    return cut &&
           site_style_number(site_style_value(style, "line-height"), 100) < .5;
}

enum site_sight
site_style_sight(struct str style)
{
    if (style.n == 0)
        return SITE_SEEN;
    if (is_out_of_sight(style) || is_without_size(style))
        return SITE_HIDDEN;
    if (starts_value(style, "display", "none") ||
        starts_value(style, "visibility", "hidden") ||
        starts_value(style, "visibility", "collapse") ||
        starts_value(style, "content-visibility", "hidden"))
        return SITE_FOLDED;
    return SITE_SEEN;
}

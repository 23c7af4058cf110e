/*
 * listdate: the date of a record.
 *
 * From the surest to the weakest: a text that is nothing but a whole date, a
 * date in two pieces, a whole date beside other words, a date without its
 * year, a day under a heading with the month, the address.  Words inside the
 * link count only at its ends: in the middle they are part of the title ("关于
 * 6月7日停电的通知").
 */
#include "feeds/date.h"
#include "feeds/listmine.h"

enum {
    DATE_TEXT_MAX = 4096,    /* bytes of a record that are searched */
    DATE_HEADINGS_BACK = 400 /* nodes before a record that are searched */
};

/* How sure a date is; the smallest wins. */
enum date_rank {
    RANK_PURE,
    RANK_SPLIT,
    RANK_BESIDE,
    RANK_IN_LINK,
    RANK_SHORT,
    RANK_SHORT_BESIDE,
    RANK_HEADING,
    RANK_URL,
    RANK_NONE
};

struct date_choice {
    const struct list_page *page;
    enum date_rank rank;
    struct wall date;
    struct pagedate parts; /* of date, when it came from a text */
    int day;               /* a text that is only a day of the month, or 0 */
};

static bool
choice_offer(struct date_choice *choice, enum date_rank rank,
    const struct pagedate *parts)
{
    struct wall t;

    if (rank >= choice->rank)
        return false;
    t = pagedate_wall(parts, choice->page->zone, choice->page->now);
    if (!wall_is_set(t))
        return false;
    choice->rank = rank;
    choice->date = t;
    choice->parts = *parts;
    return true;
}

static struct wall
read_machine(const struct list_page *page, struct str text)
{
    struct date_context context = {
        .zone = page->zone, .offset_minutes = 8 * 60, .now = page->now};

    return date_parse(str_trim(text), &context);
}

static void
choice_offer_machine(struct date_choice *choice, struct str text)
{
    struct wall t = read_machine(choice->page, text);

    if (!wall_is_set(t) || choice->rank == RANK_PURE)
        return;
    choice->rank = RANK_PURE;
    choice->date = t;
    choice->parts = (struct pagedate){0};
}

/* "18", "18日": a day alone, or 0. */
static int
day_alone(struct str text)
{
    int day = 0;
    size_t n = 0;

    text = str_trim(text);
    while (n < text.n && n < 2 && text.p[n] >= '0' && text.p[n] <= '9')
        day = day * 10 + (text.p[n++] - '0');
    text = str_trim(str_from(text, n));
    if (n == 0 ||
        (text.n > 0 && !str_eq(text, STR("日")) && !str_eq(text, STR("号"))))
        return 0;
    return day >= 1 && day <= 31 ? day : 0;
}

static void
look_at_text(struct date_choice *choice, struct str text)
{
    struct pagedate date;

    if (text.n == 0 || text.n > 200)
        return;
    if (choice->day == 0)
        choice->day = day_alone(text);
    if (pagedate_is_pure(text, PAGEDATE_SHORT | PAGEDATE_RELATIVE, &date))
        (void)choice_offer(choice,
            date.year != 0 || date.is_relative ? RANK_PURE : RANK_SHORT, &date);
}

static void
look_at_attributes(struct date_choice *choice, uint32_t i)
{
    const struct html *html = choice->page->html;
    struct str datetime = html_attr(html, i, "datetime");
    struct str title;
    struct pagedate date;

    if (datetime.n > 0)
        choice_offer_machine(choice, datetime);
    if (html_is(html, i, HTML_TAG_A))
        return;
    title = html_attr(html, i, "title");
    if (title.n > 0 && pagedate_is_pure(title, 0, &date))
        (void)choice_offer(choice, RANK_PURE, &date);
}

/* Whether node k of a record is what its reader does not see; a record that is
 * hidden as a whole (behind a tab) is one all the same. */
static bool
is_hidden_part(const struct html *html, uint32_t k, uint32_t from)
{
    return k != from && !html_is(html, k, HTML_TAG_TEXT) &&
           html_is_hidden(html, k);
}

/* Append the texts of [from, to) outside or inside of links, each parted from
 * the next, because "18" and "2023-06" often touch. */
static void
collect(const struct html *html, uint32_t from, uint32_t to, uint32_t leave_out,
    struct buf *out)
{
    for (uint32_t k = from; k < to; k++) {
        if (k == leave_out || is_hidden_part(html, k, from)) {
            k = html->nodes[k].end - 1;
            continue;
        }
        if (!html_is(html, k, HTML_TAG_TEXT))
            continue;
        if (out->n + html->nodes[k].text.n > DATE_TEXT_MAX)
            return;
        (void)buf_add_str(out, html->nodes[k].text);
        (void)buf_add_char(out, ' ');
    }
}

static void
look_beside(struct date_choice *choice, struct str text)
{
    struct pagedate date;

    for (size_t at = 0; pagedate_find(text, at, PAGEDATE_SPLIT, &date);
         at = date.end > at ? date.end : at + 1)
        if (date.year != 0 && choice_offer(choice, RANK_BESIDE, &date))
            return;
    for (size_t at = 0;
         pagedate_find(text, at, PAGEDATE_SHORT | PAGEDATE_RELATIVE, &date);
         at = date.end > at ? date.end : at + 1)
        if (choice_offer(choice, RANK_SHORT_BESIDE, &date))
            return;
}

/* Dates at the beginning and end of the link's text. */
static void
look_in_link(struct date_choice *choice, uint32_t link)
{
    const struct html *html = choice->page->html;
    struct buf text;
    struct pagedate date;
    size_t at = 0;

    buf_init(&text, DATE_TEXT_MAX + 16);
    collect(html, link, html->nodes[link].end, 0, &text);
    while (pagedate_find(
        buf_str(&text), at, PAGEDATE_SPLIT | PAGEDATE_SHORT, &date)) {
        struct str all = str_trim(buf_str(&text));
        struct str rest = str_trim(str_from(buf_str(&text), date.end));
        bool first = date.start <= (size_t)(all.p - text.p) + 1;

        if ((first || rest.n <= 3) &&
            choice_offer(choice,
                date.year != 0 ? RANK_IN_LINK : RANK_SHORT_BESIDE, &date))
            break;
        at = date.end > at ? date.end : at + 1;
    }
    buf_done(&text);
}

/* A heading above the record that names a month. */
static void
look_at_headings(struct date_choice *choice, uint32_t from)
{
    const struct html *html = choice->page->html;
    uint32_t stop = from > DATE_HEADINGS_BACK ? from - DATE_HEADINGS_BACK : 0;

    if (choice->day == 0 || choice->rank < RANK_HEADING)
        return;
    for (uint32_t k = from; k-- > stop;) {
        struct pagedate date;

        if (!html_is(html, k, HTML_TAG_TEXT) ||
            !pagedate_is_pure(html->nodes[k].text, PAGEDATE_PARTIAL, &date) ||
            date.day != 0)
            continue;
        date.day = choice->day;
        (void)choice_offer(choice, RANK_HEADING, &date);
        return;
    }
}

/* The address: a date of its own, or the year of a date without one. */
static void
look_at_url(struct date_choice *choice, struct list_record *record)
{
    struct pagedate date;

    if (!pagedate_in_url(record->url, &date))
        return;
    if ((choice->rank == RANK_SHORT || choice->rank == RANK_SHORT_BESIDE) &&
        choice->parts.year == 0 && !choice->parts.is_relative &&
        choice->parts.month == date.month &&
        (date.day == 0 || date.day == choice->parts.day)) {
        struct pagedate whole = choice->parts;
        enum date_rank rank = choice->rank;

        whole.year = date.year;
        choice->rank = RANK_NONE;
        if (!choice_offer(choice, rank, &whole))
            choice->rank = rank;
        return;
    }
    if (date.day == 0 && choice->day != 0 && choice->rank == RANK_NONE)
        date.day = choice->day;
    if (choice_offer(choice, RANK_URL, &date))
        record->date_in_url = true;
}

void
list_read_date(const struct list_page *page, struct list_record *record)
{
    const struct html *html = page->html;
    struct date_choice choice = {
        .page = page, .rank = RANK_NONE, .date = WALL_NONE};
    struct buf text;
    struct pagedate date;

    record->date_in_url = false;
    for (uint32_t k = record->from; k < record->to; k++) {
        if (is_hidden_part(html, k, record->from))
            k = html->nodes[k].end - 1;
        else if (html_is(html, k, HTML_TAG_TEXT))
            look_at_text(&choice, html->nodes[k].text);
        else
            look_at_attributes(&choice, k);
    }
    if (choice.rank > RANK_SPLIT) {
        buf_init(&text, DATE_TEXT_MAX + 16);
        collect(html, record->from, record->to, record->link, &text);
        if (choice.day != 0) {
            struct buf all;

            buf_init(&all, DATE_TEXT_MAX + 16);
            collect(html, record->from, record->to, 0, &all);
            for (size_t at = 0;
                 pagedate_find(buf_str(&all), at, PAGEDATE_SPLIT, &date);
                 at = date.end)
                if (date.day == choice.day && date.year != 0 &&
                    choice_offer(&choice, RANK_SPLIT, &date))
                    break;
            buf_done(&all);
        }
        look_beside(&choice, buf_str(&text));
        buf_done(&text);
        look_in_link(&choice, record->link);
    }
    look_at_headings(&choice, record->from);
    look_at_url(&choice, record);
    record->date = choice.date;
}

struct wall
list_read_date_text(const struct list_page *page, struct str text)
{
    struct pagedate date;
    struct wall t = WALL_NONE;
    size_t at = 0;

    text = str_trim(str_first(text, DATE_TEXT_MAX));
    while (!wall_is_set(t) && pagedate_find(text, at,
                                  PAGEDATE_SHORT | PAGEDATE_COMPACT |
                                      PAGEDATE_RELATIVE | PAGEDATE_SPLIT,
                                  &date)) {
        t = pagedate_wall(&date, page->zone, page->now);
        at = date.end > at ? date.end : at + 1;
    }
    return wall_is_set(t) ? t : read_machine(page, text);
}

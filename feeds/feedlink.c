#include "feeds/feedlink.h"

#include "base/url.h"

static struct str
base_url(const struct feedlink *link)
{
    return link->nbases ? link->bases[link->nbases - 1].url : STR_NONE;
}

void
feedlink_push(
    struct feedlink *link, const struct xml_element *element, unsigned depth)
{
    struct str base = str_trim(xml_attr_ns(element, XML_NS_XML, "base"));
    struct str outer = base_url(link), url = STR_NONE;

    if (base.n == 0 || base.n > URL_MAX || link->nbases == FEEDLINK_MAX_BASES)
        return;
    if (!outer.p)
        outer = link->build->input->url;
    if (!(outer.n > 0 &&
            url_resolve(link->build->arena, outer, base, &url) == 0))
        url = arena_str(link->build->arena, base);
    if (!url_is_http(url))
        return;
    link->bases[link->nbases++] = (struct feedlink_base){depth, url};
}

/* An address as written here: against xml:base when there is one. */
static struct str
resolve(struct feedlink *link, struct str url)
{
    struct str base = base_url(link), out;

    url = str_trim(url);
    if (base.n > 0 && url.n > 0 && url.n <= URL_MAX &&
        url_resolve(link->build->arena, base, url, &out) == 0)
        return out;
    return url;
}

/* An address that nobody can open gives way to any that can. */
static uint8_t
link_rank(struct str url, uint8_t rank)
{
    size_t colon = str_find_char(str_first(url, 16), ':');
    bool scheme = colon < url.n && colon < 16 &&
                  str_find_char(str_first(url, colon), '/') == colon;

    return scheme && !str_starts_nocase(url, STR("http")) ? 1 : rank;
}

void
feedlink_offer(struct feedlink *link, uint8_t rank, struct str url)
{
    if (str_trim(url).n == 0)
        return;
    url = resolve(link, url);
    build_offer(link->build, build_target(link->build), FIELD_LINK,
        link_rank(url, rank), url);
}

/* rel without the address of the registry in front. */
static bool
rel_is(struct str rel, const char *what)
{
    struct str registry = STR("http://www.iana.org/assignments/relation/");

    if (str_starts_nocase(rel, registry))
        rel = str_from(rel, registry.n);
    return str_eq_nocase(rel, str_of(what));
}

void
feedlink_atom(
    struct feedlink *link, const struct xml_element *element, uint8_t rank)
{
    struct str href = xml_attr_get(element, "href");
    struct str rel = str_trim(xml_attr_get(element, "rel"));
    struct str type = str_trim(xml_attr_get(element, "type"));

    /* An empty reference means the base itself. */
    if (str_trim(href).n == 0)
        href = base_url(link);
    if (href.n == 0)
        return;
    if (feedlink_is_page(rel)) {
        bool page = type.n == 0 || str_starts_nocase(type, STR("text/html")) ||
                    str_starts_nocase(type, STR("application/xhtml"));

        feedlink_offer(link, page ? rank : (uint8_t)(rank - 2), href);
    } else if (rel_is(rel, "enclosure") && link->build->item) {
        build_enclosure(
            link->build, link->build->item, resolve(link, href), type);
    } else if (rel_is(rel, "self") && !link->build->item) {
        if (!link->build->self.p && url_is_http(str_trim(href)))
            link->build->self = arena_str(link->build->arena, str_trim(href));
    } else if (rel_is(rel, "hub") && !link->build->item) {
        if (!link->build->document.hub.p)
            link->build->document.hub =
                arena_str(link->build->arena, resolve(link, href));
    } else if ((rel_is(rel, "next") || rel_is(rel, "prev-archive")) &&
               !link->build->item && !link->build->document.next.p) {
        link->build->document.next =
            arena_str(link->build->arena, resolve(link, href));
    }
}

void
feedlink_enclosure(struct feedlink *link, const struct xml_element *element)
{
    struct str url = xml_attr_get(element, "url");

    if (url.n == 0)
        url = xml_attr_get(element, "href");
    if (url.n == 0)
        url = xml_attr_ns(element, XML_NS_RDF, "resource");
    if (str_trim(url).n > 0 && link->build->item)
        build_enclosure(link->build, link->build->item, resolve(link, url),
            xml_attr_get(element, "type"));
}

bool
feedlink_is_page(struct str rel)
{
    return rel.n == 0 || rel_is(rel, "alternate");
}

void
feedlink_pop(struct feedlink *link, unsigned depth)
{
    while (link->nbases > 0 && link->bases[link->nbases - 1].depth >= depth)
        link->nbases--;
}

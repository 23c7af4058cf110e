#include "feeds/xml.h"

#include <string.h>

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/err.h"

enum {
    /* Of the names in foreign documents: where libxml2 stops (it checks now
     * and then), and what is too much to take along to the next document. */
    DICT_LIMIT_BYTES = 128 * 1024,
    DICT_KEEP_BYTES = 32 * 1024,
    CACHE_SIZE = 16, /* a power of two */
    PUSH_MAX_BYTES = 8 * 1024 * 1024,
    VALUE_MAX_BYTES = 16 * 1024 /* of an attribute that needs unescaping */
};

struct ns_row {
    const char *address; /* lower case, without scheme, ends in "#" or "/" */
    enum xml_ns ns;
};

/* Compared without scheme and case, and with what ends them cut off. */
/* clang-format off */
static const struct ns_row addresses[] = {
    {"www.w3.org/1999/02/22-rdf-syntax-ns", XML_NS_RDF},
    {"purl.org/rss/1.0", XML_NS_RSS1},
    {"my.netscape.com/rdf/simple/0.9", XML_NS_RSS1},
    {"channel.netscape.com/rdf/simple/0.9", XML_NS_RSS1},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", XML_NS_NONE},
    {"purl.org/net/rss1.1", XML_NS_RSS1},
    {"backend.userland.com/rss", XML_NS_NONE},
    {"backend.userland.com/rss2", XML_NS_NONE},
    {"backend.userland.com/rss091", XML_NS_NONE},
    {"backend.userland.com/rss191", XML_NS_NONE},
    {"blogs.law.harvard.edu/tech/rss", XML_NS_NONE},
    {"cyber.law.harvard.edu/rss", XML_NS_NONE},
    {"www.rssboard.org/rss-specification", XML_NS_NONE},
    {"www.w3.org/2005/atom", XML_NS_ATOM},
    {"purl.org/atom/ns", XML_NS_ATOM03},
    {"example.com/newformat", XML_NS_ATOM03},
    {"example.com/necho", XML_NS_ATOM03},
    {"purl.org/echo", XML_NS_ATOM03},
    {"uri/of/echo/namespace", XML_NS_ATOM03},
    {"purl.org/dc/elements/1.1", XML_NS_DC},
    {"purl.org/dc/elements/1.0", XML_NS_DC10},
    {"purl.org/dc/terms", XML_NS_DCTERMS},
    {"purl.org/rss/1.0/modules/dcterms", XML_NS_DCTERMS},
    {"purl.org/rss/1.0/modules/content", XML_NS_CONTENT},
    {"purl.org/rss/1.0/modules/syndication", XML_NS_SYNDICATION},
    {"search.yahoo.com/mrss", XML_NS_MEDIA},
    {"www.itunes.com/dtds/podcast-1.0.dtd", XML_NS_ITUNES},
    {"example.com/dtds/podcast-1.0.dtd", XML_NS_ITUNES},
    {"www.w3.org/1999/xhtml", XML_NS_XHTML},
    {"www.sitemaps.org/schemas/sitemap/0.9", XML_NS_SITEMAP},
    {"www.google.com/schemas/sitemap/0.84", XML_NS_SITEMAP},
    {"www.google.com/schemas/sitemap/0.9", XML_NS_SITEMAP},
    {"www.google.com/schemas/sitemap-news/0.9", XML_NS_NEWS},
    {"www.google.com/schemas/sitemap-image/1.1", XML_NS_IMAGE},
    {"www.google.com/schemas/sitemap-video/1.1", XML_NS_VIDEO},
    {"rssnamespace.org/feedburner/ext/1.0", XML_NS_FEEDBURNER},
    {"www.w3.org/xml/1998/namespace", XML_NS_XML},
};

/* For prefixes that were never declared, or to an address nobody knows. */
static const struct ns_row prefixes[] = {
    {"rdf", XML_NS_RDF}, {"rss", XML_NS_NONE}, {"atom", XML_NS_ATOM},
    {"atom10", XML_NS_ATOM}, {"atom03", XML_NS_ATOM03}, {"a10", XML_NS_ATOM},
    {"dc", XML_NS_DC}, {"dcterms", XML_NS_DCTERMS},
    {"content", XML_NS_CONTENT}, {"media", XML_NS_MEDIA},
    {"itunes", XML_NS_ITUNES}, {"xhtml", XML_NS_XHTML},
    {"feedburner", XML_NS_FEEDBURNER}, {"news", XML_NS_NEWS},
    {"image", XML_NS_IMAGE}, {"video", XML_NS_VIDEO}, {"xml", XML_NS_XML},
    {"sy", XML_NS_SYNDICATION},
};
/* clang-format on */

struct cached_ns {
    const xmlChar *prefix, *address;
    enum xml_ns ns;
    bool known;
};

/* The parse that is under way. */
struct reader {
    xmlParserCtxtPtr context;
    const struct xml_ops *ops;
    void *arg;
    struct cached_ns cache[CACHE_SIZE];
    char value[VALUE_MAX_BYTES]; /* unescaped attributes of one element */
    size_t nvalue;
};

static struct reader reader;

/* address without what does not count: scheme, "www.", case and end. */
static bool
find_address(struct str address, enum xml_ns *ret)
{
    size_t scheme;

    address = str_trim(address);
    scheme = str_find(address, STR("://"));
    if (scheme < address.n && scheme <= 5)
        address = str_from(address, scheme + 3);
    while (address.n > 0 &&
           (address.p[address.n - 1] == '/' || address.p[address.n - 1] == '#'))
        address.n--;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct str row = str_of(addresses[i].address);

        if (!str_eq_nocase(address, row) &&
            !(addresses[i].ns == XML_NS_ATOM03 &&
                str_starts_nocase(address, row)))
            continue;
        *ret = addresses[i].ns;
        return true;
    }
    return false;
}

static bool
find_prefix(struct str prefix, enum xml_ns *ret)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (str_eq_nocase(prefix, str_of(prefixes[i].address))) {
            *ret = prefixes[i].ns;
            return true;
        }
    return false;
}

static struct str
view(const xmlChar *s)
{
    return s ? str_of((const char *)s) : STR_NONE;
}

/* Both strings are the context's own: the pointer is the name. */
static struct cached_ns
find_ns(const xmlChar *prefix, const xmlChar *address)
{
    size_t slot =
        (((size_t)prefix >> 3) ^ ((size_t)address >> 3)) & (CACHE_SIZE - 1);
    struct cached_ns *cached = &reader.cache[slot];

    if (!prefix && !address)
        return (struct cached_ns){NULL, NULL, XML_NS_NONE, false};
    if (cached->prefix == prefix && cached->address == address)
        return *cached;
    cached->prefix = prefix;
    cached->address = address;
    cached->known = address && find_address(view(address), &cached->ns);
    if (!cached->known && !(prefix && find_prefix(view(prefix), &cached->ns)))
        cached->ns = prefix ? XML_NS_OTHER : XML_NS_NONE;
    return *cached;
}

/* Without entity replacement libxml2 leaves "&#38;" in attributes for '&',
 * and only for that. */
static struct str
attr_value(const xmlChar *begin, const xmlChar *end)
{
    struct str raw = {(const char *)begin, (size_t)(end - begin)};
    char *out = reader.value + reader.nvalue;
    size_t n = 0;

    if (str_find(raw, STR("&#38;")) == raw.n ||
        raw.n > VALUE_MAX_BYTES - reader.nvalue)
        return raw;
    for (size_t i = 0; i < raw.n; i++) {
        out[n++] = raw.p[i];
        if (raw.p[i] == '&' && str_starts(str_from(raw, i), STR("&#38;")))
            i += 4;
    }
    reader.nvalue += n;
    return (struct str){out, n};
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *address, int nnamespaces, const xmlChar **namespaces,
    int nattributes, int ndefaulted, const xmlChar **attributes)
{
    struct xml_attr attrs[XML_MAX_ATTRIBUTES];
    struct cached_ns ns = find_ns(prefix, address);
    struct xml_element element = {
        ns.ns, prefix != NULL, ns.known, view(name), attrs, 0};

    (void)nnamespaces;
    (void)namespaces;
    (void)ndefaulted;
    reader.nvalue = 0;
    for (int i = 0; i < nattributes && element.nattrs < XML_MAX_ATTRIBUTES;
         i++) {
        const xmlChar **attribute = attributes + (size_t)i * 5;
        struct xml_attr *attr = &attrs[element.nattrs++];

        attr->ns =
            attribute[1] ? find_ns(attribute[1], attribute[2]).ns : XML_NS_NONE;
        attr->name = view(attribute[0]);
        attr->value = attr_value(attribute[3], attribute[4]);
    }
    reader.ops->start(reader.arg, &element);
    if (reader.ops->enough(reader.arg))
        xmlStopParser(context);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *address)
{
    reader.ops->end(reader.arg, find_ns(prefix, address).ns, view(name));
    if (reader.ops->enough(reader.arg))
        xmlStopParser(context);
}

static void
on_text(void *context, const xmlChar *text, int n)
{
    (void)context;
    reader.ops->text(reader.arg, (struct str){(const char *)text, (size_t)n});
}

static void
on_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error; /* the prescan has said what there is to say */
}

static xmlParserInputPtr
load_nothing(const char *address, const char *id, xmlParserCtxtPtr context)
{
    (void)address;
    (void)id;
    (void)context;
    return NULL;
}

static int
make_context(void)
{
    xmlParserCtxtPtr context = xmlNewParserCtxt();

    if (!context)
        return E_NOMEM;
    memset(context->sax, 0, sizeof *context->sax);
    context->sax->initialized = XML_SAX2_MAGIC;
    context->sax->startElementNs = on_start;
    context->sax->endElementNs = on_end;
    context->sax->characters = on_text;
    context->sax->ignorableWhitespace = on_text;
    context->sax->cdataBlock = on_text;
    context->sax->serror = on_error;
    xmlDictSetLimit(context->dict, DICT_LIMIT_BYTES);
    if (reader.context)
        xmlFreeParserCtxt(reader.context);
    reader.context = context;
    memset(reader.cache, 0, sizeof reader.cache);
    return 0;
}

int
xml_init(void)
{
    if (reader.context)
        return 0;
    xmlInitParser();
    xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
    xmlSetExternalEntityLoader(load_nothing);
    return make_context();
}

/* libxml2's push parser reads sections of CDATA many times as fast as its pull
 * parser; but what is larger than its look-ahead it gives up. */
static void
read_all(struct str text)
{
    const int options = XML_PARSE_RECOVER | XML_PARSE_NONET |
                        XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                        XML_PARSE_COMPACT;

    if (text.n > PUSH_MAX_BYTES ||
        xmlCtxtResetPush(reader.context, text.p, (int)text.n, NULL, NULL)) {
        xmlCtxtReadMemory(
            reader.context, text.p, (int)text.n, NULL, "UTF-8", options);
        return;
    }
    xmlCtxtUseOptions(reader.context, options);
    xmlParseChunk(reader.context, NULL, 0, 1);
}

int
xml_parse(struct str text, const struct xml_ops *ops, void *arg)
{
    int err;

    if (!reader.context)
        return E_BUG;
    if (text.n > INT32_MAX)
        return E_LIMIT;
    if (xmlDictGetUsage(reader.context->dict) > DICT_KEEP_BYTES) {
        err = make_context();
        if (err)
            return err;
    }
    reader.ops = ops;
    reader.arg = arg;
    read_all(text);
    /* Out of memory, or out of what the names may take. */
    if (reader.context->errNo == XML_ERR_NO_MEMORY)
        err = xmlDictGetUsage(reader.context->dict) > DICT_LIMIT_BYTES
                  ? E_PARSE
                  : E_NOMEM;
    else
        err = reader.context->wellFormed || ops->enough(arg) ? 0 : E_PARSE;
    xmlCtxtReset(reader.context);
    return err;
}

struct str
xml_attr_ns(const struct xml_element *element, enum xml_ns ns, const char *name)
{
    for (size_t i = 0; i < element->nattrs; i++)
        if (element->attrs[i].ns == ns &&
            str_eq_nocase(element->attrs[i].name, str_of(name)))
            return element->attrs[i].value;
    return STR_NONE;
}

struct str
xml_attr_get(const struct xml_element *element, const char *name)
{
    return xml_attr_ns(element, XML_NS_NONE, name);
}

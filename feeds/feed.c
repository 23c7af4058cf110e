#include "base/utf8.h"
#include "feeds/attachment.h"
#include "feeds/blocked.h"
#include "feeds/build.h"
#include "feeds/decode.h"
#include "feeds/feeds.h"
#include "feeds/feedxml.h"
#include "feeds/gunzip.h"
#include "feeds/jsonfeed.h"
#include "feeds/prescan.h"
#include "feeds/repair.h"
#include "feeds/sitemap.h"
#include "feeds/xml.h"

int
feeds_init(void)
{
    int err = digest_init();

    jsonfeed_init();
    if (!err)
        err = decode_init();
    if (!err)
        err = xml_init();
    if (!err)
        err = attachment_init();
    return err;
}

static struct str
local_name(struct str name)
{
    size_t colon = str_find_char(name, ':');

    return colon < name.n ? str_from(name, colon + 1) : name;
}

static int
read_root(struct build *build, const struct prescan *scan, struct str text)
{
    struct str name = local_name(scan->name);

    if (str_eq_nocase(name, STR("urlset")) ||
        str_eq_nocase(name, STR("sitemapindex")))
        return sitemap_read(build, text, scan->truncated);
    return feedxml_read(build, text, scan->truncated);
}

static int
read_xml(struct build *build, struct str text, struct toc_error *reterr)
{
    struct prescan scan;
    struct buf repaired;
    int err = prescan_xml(build->arena, text, reterr, &scan);

    if (err)
        return err;
    if (str_eq_nocase(scan.name, STR("html"))) {
        blocked_explain(build->arena, text, reterr);
        return E_PARSE;
    }
    buf_init(&repaired, 2 * DECODE_MAX_BYTES);
    if (scan.damaged) {
        err = repair_xml(&scan, &repaired);
        build_note(build, TROUBLE_MALFORMED,
            "the XML was not well-formed and had to be mended");
    }
    if (!err)
        err = read_root(
            build, &scan, scan.damaged ? buf_str(&repaired) : scan.root);
    buf_done(&repaired);
    if (err == E_PARSE)
        toc_error_set(reterr, NULL, 0, 0,
            "the root element <%.*s> is none of a feed",
            STR_ARG(utf8_cut(scan.name, 40)));
    else if (err)
        toc_error_set(reterr, NULL, 0, 0, "the document %s",
            err == E_LIMIT ? "is over a limit" : "could not be read");
    return err;
}

/* By its first sign, which no encoding of the web hides: a JSON text has no
 * declaration of its encoding, whatever its strings hold. */
static enum decode_kind
kind_of(struct str bytes)
{
    size_t at = str_starts(bytes, STR("\xEF\xBB\xBF")) ? 3 : 0;
    struct str body = str_trim(str_from(bytes, at));

    return body.n > 0 && (body.p[0] == '{' || body.p[0] == '[') ? DECODE_JSON
                                                                : DECODE_XML;
}

static int
read_text(struct build *build, struct str text, struct toc_error *reterr)
{
    struct str body = str_trim(text);

    if (body.n == 0) {
        toc_error_set(reterr, NULL, 0, 0, "the document is empty");
        return E_PARSE;
    }
    if (body.p[0] == '{' || body.p[0] == '[')
        return jsonfeed_read(build, body, reterr);
    if (sitemap_is_text(body))
        return sitemap_read_text(build, body);
    return read_xml(build, text, reterr);
}

int
feed_parse(struct arena *arena, const struct feed_input *input,
    struct toc_error *reterr, const struct document **ret)
{
    struct str bytes = input->bytes;
    struct decoded decoded;
    struct build build;
    bool whole = true;
    int err = 0;

    if (gunzip_is(bytes))
        err = gunzip_bytes(arena, bytes, DECODE_MAX_BYTES, &bytes, &whole);
    if (!err)
        err = decode_bytes(
            arena, bytes, input->content_type, kind_of(bytes), &decoded);
    if (err) {
        toc_error_set(reterr, NULL, 0, 0,
            "the document could not be unpacked and decoded: %s",
            err_text(err));
        return err;
    }
    build_init(&build, arena, input);
    build.document.encoding = decoded.encoding;
    build.document.replaced = decoded.replaced;
    if (decoded.note.p)
        build_note(&build, TROUBLE_ENCODING, "%.*s", STR_ARG(decoded.note));
    if (decoded.replaced > 0)
        build_note(&build, TROUBLE_ENCODING, "%zu bad bytes were replaced",
            decoded.replaced);
    if (!whole) {
        build_note(&build, TROUBLE_CUT,
            "the compressed document is damaged at its end");
        build.document.partial = true;
    }
    err = read_text(&build, decoded.text, reterr);
    if (!err) {
        err = build_finish(&build, ret);
        if (err)
            toc_error_set(reterr, NULL, 0, 0, "the document %s", err_text(err));
    }
    build_done(&build);
    return err;
}

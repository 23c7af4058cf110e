/* The forms in which feeds are written: a document, and what a reader sees of
 * its first item.  A row leaves out what it is not about; "" is absent. */
#include "feed_check.h"

struct form {
    const char *text;
    const char *title, *url, *id, *content, *summary;
    const char *published, *updated, *category, *enclosure;
    const char *feed_title, *feed_link;
    size_t nitems; /* 0: one */
};

#define RSS(inside) "<rss version='2.0'><channel>" inside "</channel></rss>"
#define NSRSS                                                                  \
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'"           \
    " xmlns:content='http://purl.org/rss/1.0/modules/content/'"                \
    " xmlns:media='http://search.yahoo.com/mrss/'"                             \
    " xmlns:atom='http://www.w3.org/2005/Atom'"                                \
    " xmlns:dcterms='http://purl.org/dc/terms/'"                               \
    " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>"
#define RSSNS(inside) NSRSS "<channel>" inside "</channel></rss>"
#define ITEM(inside) RSSNS("<item>" inside "</item>")
#define ATOM(inside)                                                           \
    "<feed xmlns='http://www.w3.org/2005/Atom'>" inside "</feed>"
#define ENTRY(inside) ATOM("<entry>" inside "</entry>")
#define ATOM03(inside)                                                         \
    "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry>" inside      \
    "</entry></feed>"
#define XHTML "xmlns='http://www.w3.org/1999/xhtml'"
#define U "http://a.example/"
#define D "http://origin.example"

/* clang-format off */
static const struct form titles[] = {
    {.text = ITEM("<title>a &amp; b</title>"), .title = "a & b"},
    {.text = ITEM("<title>a &amp;amp; b</title>"), .title = "a &amp; b"},
    {.text = ITEM("<title><![CDATA[a & b]]></title>"), .title = "a & b"},
    {.text = ITEM("<title><![CDATA[a]]><![CDATA[b]]></title>"), .title = "ab"},
    {.text = ITEM("<title>a<![CDATA[ &lt;]]> b</title>"), .title = "a < b"},
    {.text = ITEM("<title>&lt;b&gt;x&lt;/b&gt; y</title>"), .title = "x y"},
    {.text = ITEM("<title><b>x</b> y</title>"), .title = "x y"},
    {.text = ITEM("<title>  a\n\t b  </title>"), .title = "a b"},
    {.text = ITEM("<title>3 &lt; 5</title>"), .title = "3 < 5"},
    {.text = ITEM("<title>&#20113;&#x6EAA;</title>"), .title = "云溪"},
    {.text = ITEM("<title>&hellip;&mdash;&nbsp;x</title>"), .title = "…— x"},
    {.text = ITEM("<title>caf&eacute;</title>"), .title = "café"},
    {.text = ITEM("<title>x</title><title>y</title>"), .title = "x"},
    {.text = ITEM("<title></title><title>y</title>"), .title = "y"},
    {.text = ITEM("<title/><description>d</description>"), .title = ""},
    {.text = ITEM("<TITLE>x</TITLE>"), .title = "x"},
    {.text = ITEM("<media:title>m</media:title><title>x</title>"),
        .title = "x"},
    {.text = ITEM("<title>x</title><media:title>m</media:title>"),
        .title = "x"},
    {.text = ITEM("<media:title>m</media:title>"), .title = "m"},
    {.text = ITEM("<dc:title>d</dc:title><title>x</title>"), .title = "x"},
    {.text = ITEM("<dc:title>d</dc:title>"), .title = "d"},
    {.text = ITEM("<title>x</title><image><title>i</title></image>"),
        .title = "x"},
    {.text = ITEM("<source url='s'>news</source><title>x</title>"),
        .title = "x"},
    {.text = ENTRY("<title type='text'>a &lt;b&gt; c</title>"),
        .title = "a <b> c"},
    {.text = ENTRY("<title type='html'>a &lt;b&gt;c&lt;/b&gt; &amp;amp;"
                   "</title>"), .title = "a c &"},
    {.text = ENTRY("<title type='xhtml'><div " XHTML ">a <b>c</b> &lt;"
                   "</div></title>"), .title = "a c <"},
    {.text = ENTRY("<title>AT&amp;amp;T</title>"), .title = "AT&amp;T"},
    {.text = ENTRY("<title type='xhtml'><div " XHTML ">AT&amp;T</div></title>"),
        .title = "AT&T"},
    {.text = ITEM("<title><b>AT</b>&amp;T</title>"), .title = "AT&T"},
    {.text = ITEM("<title>A &amp; <b>AT</b>&amp;T</title>"),
        .title = "A & AT&T"},
    {.text = ENTRY("<author><name>n</name></author><title>x</title>"),
        .title = "x"},
    {.text = ENTRY("<source><title>s</title></source><title>x</title>"),
        .title = "x"},
    {.text = ENTRY("<title>x</title><source><title>s</title></source>"),
        .title = "x"},
    {.text = ATOM03("<title mode='escaped' type='text/html'>&lt;i&gt;x"
                    "&lt;/i&gt;</title>"), .title = "x"},
    {.text = ATOM03("<title mode='xml' type='application/xhtml+xml'>"
                    "<div " XHTML ">x</div></title>"), .title = "x"},
    {.text = ATOM03("<title mode='base64' type='text/html'>PGI+eDwvYj4="
                    "</title>"), .title = "x"},
    {.text = RSSNS("<title>feed</title><image><title>img</title></image>"
                   "<textInput><title>inp</title></textInput><item>"
                   "<title>x</title></item>"),
        .title = "x", .feed_title = "feed"},
    {.text = RSSNS("<image><title>img</title></image><item><title>x</title>"
                   "</item><title>feed</title>"),
        .title = "x", .feed_title = "feed"},
};

static const struct form links[] = {
    {.text = ITEM("<title>x</title><link>" U "1</link>"), .url = U "1"},
    {.text = ITEM("<title>x</title><link>\n  " U "1 \n</link>"), .url = U "1"},
    {.text = ITEM("<title>x</title><link><![CDATA[" U "1?a=1&b=2]]></link>"),
        .url = U "1?a=1&b=2"},
    {.text = ITEM("<title>x</title><link>" U "1?a=1&amp;b=2</link>"),
        .url = U "1?a=1&b=2"},
    {.text = ITEM("<title>x</title><link>" U "1?a=1&b=2</link>"),
        .url = U "1?a=1&b=2"},
    {.text = ITEM("<title>x</title><guid>" U "g</guid>"), .url = U "g",
        .id = U "g"},
    {.text = ITEM("<title>x</title><guid isPermaLink='true'>" U "g</guid>"),
        .url = U "g"},
    {.text = ITEM("<title>x</title><guid isPermaLink='FALSE'>" U "g</guid>"),
        .url = "", .id = U "g"},
    {.text = ITEM("<title>x</title><guid>g-1</guid><link>" U "1</link>"),
        .url = U "1", .id = "g-1"},
    {.text = ITEM("<title>x</title><link>1.html</link>"),
        .url = D "/dir/1.html"},
    {.text = ITEM("<title>x</title><link>/1.html</link>"), .url = D "/1.html"},
    {.text = ITEM("<title>x</title><link>//b.example/1</link>"),
        .url = "http://b.example/1"},
    {.text = ITEM("<title>x</title><link>?id=1</link>"),
        .url = D "/dir/feed?id=1"},
    {.text = ITEM("<title>x</title><link>../1</link>"), .url = D "/1"},
    {.text = RSSNS("<link>http://site.example/s/</link><item><title>x</title>"
                   "<link>1</link></item>"), .url = "http://site.example/s/1"},
    {.text = ITEM("<title>x</title><link>javascript:alert(1)</link>"),
        .url = ""},
    {.text = ITEM("<title>x</title><link>file:///etc/passwd</link>"),
        .url = ""},
    {.text = ITEM("<title>x</title><link>mailto:a@b.example</link>"
                  "<guid>" U "g</guid>"), .url = U "g"},
    {.text = ITEM("<title>x</title><atom:link href='" U "a'/>"),
        .url = U "a"},
    {.text = ITEM("<title>x</title><atom:link href='" U "a'/><link>" U
                  "1</link>"), .url = U "1"},
    {.text = ITEM("<title>x</title><link href='" U "h'/>"), .url = U "h"},
    {.text = "<rss xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0"
             "'><channel><item><title>x</title><feedburner:origLink>" U "o</feedburner:origLink></item>"
             "</channel></rss>", .url = U "o"},
    {.text = ITEM("<title>x</title><dc:identifier>d-1</dc:identifier>"),
        .id = "d-1"},
    {.text = ITEM("<title>x</title><link></link><guid>" U "g</guid>"),
        .url = U "g"},
    {.text = ENTRY("<title>x</title><link href='" U "1'/>"), .url = U "1"},
    {.text = ENTRY("<title>x</title><link rel='self' href='" U "s'/>"
                   "<link rel='alternate' href='" U "1'/>"), .url = U "1"},
    {.text = ENTRY("<title>x</title><link rel='edit' href='" U "e'/>"
                   "<link rel='replies' href='" U "r'/>"), .url = ""},
    {.text = ENTRY("<title>x</title><link rel='enclosure' type='a/b' href='" U
                   "f'/><link href='" U "1'/>"),
        .url = U "1", .enclosure = U "f"},
    {.text = ENTRY("<title>x</title><link type='application/json' href='" U
                   "j'/><link type='text/html' href='" U "h'/>"),
        .url = U "h"},
    {.text = ENTRY("<title>x</title><link href='gemini://g.example/'/>"
                   "<link href='" U "1'/>"), .url = U "1"},
    {.text = ENTRY("<title>x</title><link/>"), .url = ""},
    {.text = ENTRY("<id>" U "i</id><title>x</title>"), .url = "",
        .id = U "i"},
    {.text = ENTRY("<title>x</title><content src='" U "c' type='text/html'/>"),
        .url = U "c"},
    /* xml:base at each level */
    {.text = "<feed xml:base='http://b.example/x/' xmlns='http://www.w3.org/"
             "2005/Atom'><entry><title>x</title><link href='1'/></entry></feed>",
        .url = "http://b.example/x/1"},
    {.text = "<feed xml:base='http://b.example/x/' xmlns='http://www.w3.org/"
             "2005/Atom'><entry xml:base='y/'><title>x</title>"
             "<link href='1'/></entry></feed>",
        .url = "http://b.example/x/y/1"},
    {.text = "<feed xml:base='http://b.example/x/' xmlns='http://www.w3.org/"
             "2005/Atom'><entry xml:base='/z/'><title>x</title>"
             "<link xml:base='q/' href='1'/></entry></feed>",
        .url = "http://b.example/z/q/1"},
    {.text = "<feed xml:base='sub/' xmlns='http://www.w3.org/2005/Atom'>"
             "<entry><title>x</title><link href='1'/></entry></feed>",
        .url = D "/dir/sub/1"},
    {.text = "<rss xml:base='http://b.example/'><channel><item>"
             "<title>x</title><link>1</link></item></channel></rss>",
        .url = "http://b.example/1"},
    {.text = "<rss><channel xml:base='http://b.example/c/'><item>"
             "<title>x</title><link>1</link></item></channel></rss>",
        .url = "http://b.example/c/1"},
    {.text = "<rss><channel><item xml:base='http://b.example/i/'>"
             "<title>x</title><enclosure url='f' type='a/b'/></item></channel>"
             "</rss>", .enclosure = "http://b.example/i/f"},
    {.text = "<rss><channel><item><title>x</title><link xml:base='"
             "http://b.example/l/'>1</link></item></channel></rss>",
        .url = "http://b.example/l/1"},
    {.text = "<rss><channel><item xml:base='http://b.example/i/'><title>n"
             "</title></item><item><title>x</title><link>1</link></item>"
             "</channel></rss>", .nitems = 2, .url = ""},
};

static const struct form contents[] = {
    {.text = ITEM("<description>&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;"
                  "</description>"), .content = "a b"},
    {.text = ITEM("<description><![CDATA[<p>a</p>]]></description>"),
        .content = "a"},
    {.text = ITEM("<description><p>a</p></description>"), .content = "a"},
    {.text = ITEM("<description>s</description><content:encoded>"
                  "<![CDATA[<p>full</p>]]></content:encoded>"),
        .content = "full", .summary = "s"},
    {.text = ITEM("<content:encoded/><description>s</description>"),
        .content = "s", .summary = ""},
    {.text = ITEM("<content:encoded>full</content:encoded>"
                  "<description>full</description>"),
        .content = "full", .summary = ""},
    {.text = ITEM("<body " XHTML "><p>a</p></body>"), .content = "a"},
    {.text = "<rss version='2.0' xmlns:xhtml='http://www.w3.org/1999/xhtml'>"
             "<channel><item><xhtml:body><xhtml:p>a<xhtml:br/>b</xhtml:p>"
             "</xhtml:body></item></channel></rss>", .content = "a b"},
    {.text = ITEM("<title>x</title><itunes:summary>s</itunes:summary>"),
        .content = "s"},
    {.text = ITEM("<title>x</title><dc:description>s</dc:description>"),
        .content = "s"},
    {.text = ITEM("<title>x</title><media:description>s</media:description>"),
        .content = "s"},
    {.text = ITEM("<title>x</title><media:group><media:description>s"
                  "</media:description></media:group>"), .content = "s"},
    {.text = ITEM("<description>a&lt;script&gt;b()&lt;/script&gt;c"
                  "&lt;style&gt;d{}&lt;/style&gt;e</description>"),
        .content = "a c e"},
    {.text = ITEM("<description>a&lt;!-- b --&gt;c</description>"),
        .content = "ac"},
    {.text = ITEM("<description>&lt;a href=\"x>y\"&gt;z&lt;/a&gt;"
                  "</description>"), .content = "z"},
    {.text = ITEM("<description>5 &amp;lt; 6 &amp;amp;amp; 7</description>"),
        .content = "5 < 6 &amp; 7"},
    {.text = ITEM("<description>a &lt; b</description>"), .content = "a < b"},
    {.text = ITEM("<description>&amp;nbsp;a&amp;nbsp;&amp;nbsp;b</description>"),
        .content = "a b"},
    {.text = ITEM("<description>&lt;td&gt;a&lt;/td&gt;&lt;td&gt;b"
                  "</description>"), .content = "a b"},
    {.text = ITEM("<description>&lt;img alt='z'/&gt;x&lt;br&gt;y"
                  "</description>"), .content = "x y"},
    {.text = ENTRY("<content type='html'>&lt;p&gt;a&lt;/p&gt;</content>"),
        .content = "a"},
    {.text = ENTRY("<content type='text'>&lt;p&gt;a</content>"),
        .content = "<p>a"},
    {.text = ENTRY("<content type='xhtml'><div " XHTML "><p>a</p>b &amp;amp;"
                   "</div></content>"), .content = "a b &amp;"},
    {.text = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:h='http://www.w3"
             ".org/1999/xhtml'><entry><content type='xhtml'><h:div><h:p>a"
             "</h:p><h:p>b</h:p></h:div></content></entry></feed>",
        .content = "a b"},
    {.text = ENTRY("<content type='application/xhtml+xml'><div " XHTML
                   ">a</div></content>"), .content = "a"},
    {.text = ENTRY("<content type='text/plain'>a &lt; b</content>"),
        .content = "a < b"},
    {.text = ENTRY("<content type='text/html'>&lt;i&gt;a&lt;/i&gt;</content>"),
        .content = "a"},
    {.text = ENTRY("<summary>s</summary><content type='html'>c</content>"),
        .content = "c", .summary = "s"},
    {.text = ENTRY("<content type='html'></content><summary>s</summary>"),
        .content = "s"},
    {.text = ATOM03("<content type='text/html' mode='escaped'>&lt;p&gt;a"
                    "</content>"), .content = "a"},
    {.text = ATOM03("<content type='application/xhtml+xml'><div " XHTML
                    "><b>a</b></div></content>"), .content = "a"},
    {.text = ATOM03("<content mode='base64'>5LqR5rqq</content>"),
        .content = "云溪"},
    {.text = "{\"items\":[{\"id\":\"1\",\"content_html\":\"<p>a</p>\","
             "\"content_text\":\"b\",\"summary\":\"s\"}]}",
        .content = "a", .summary = "s", .id = "1"},
    {.text = "{\"items\":[{\"id\":1,\"content_text\":\"a < b\\nc\"}]}",
        .content = "a < b c", .id = "1"},
    {.text = "{\"items\":[{\"id\":\"1\",\"title\":\"a\\u0000b\\ud83d\\ude00\"}"
             ",]}", .title = "ab😀"},
    {.text = "{\"items\":[{\"id\":\"1\",\"title\":\"a\nb\tc\"}]} trailing",
        .title = "a b c"},
    {.text = "\xEF\xBB\xBF {\"items\":[{\"id\":\"1\",\"title\":\"a\\q\"}]}",
        .title = "a\\q"},
};

static const struct form namespaces[] = {
    {.text = "<r:rss xmlns:r='http://backend.userland.com/rss2'><r:channel>"
             "<r:item><r:title>x</r:title><r:link>" U "1</r:link></r:item>"
             "</r:channel></r:rss>", .title = "x", .url = U "1"},
    {.text = "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry>"
             "<a:title>x</a:title><a:link href='" U "1'/></a:entry></a:feed>",
        .title = "x", .url = U "1"},
    {.text = "<feed xmlns='http://www.w3.org/2005/atom/'><entry>"
             "<title>x</title></entry></feed>", .title = "x"},
    {.text = "<feed xmlns='https://www.w3.org/2005/Atom'><entry>"
             "<title>x</title></entry></feed>", .title = "x"},
    {.text = "<feed><entry><title>x</title></entry></feed>", .title = "x"},
    {.text = "<feed xmlns='urn:unknown'><entry><title>x</title><id>i</id>"
             "</entry></feed>", .title = "x", .id = "i"},
    {.text = "<rss xmlns='urn:unknown'><channel><item><title>x</title></item>"
             "</channel></rss>", .title = "x"},
    {.text = "<rss xmlns:d='http://purl.org/dc/elements/1.1/'><channel><item>"
             "<title>x</title><d:date>2026-06-07T01:30:00Z</d:date></item>"
             "</channel></rss>", .published = "2026-06-07T01:30:00Z"},
    {.text = "<rss xmlns:c='http://purl.org/rss/1.0/modules/content/'><channel>"
             "<item><c:encoded>full</c:encoded></item></channel></rss>",
        .content = "full"},
    {.text = "<rss><channel><item><dc:date>2026-06-07</dc:date>"
             "<content:encoded>full</content:encoded></item></channel></rss>",
        .content = "full", .published = "2026-06-07T00:00:00Z"},
    {.text = "<rss xmlns:dc='urn:wrong'><channel><item><title>x</title>"
             "<dc:date>2026-06-07</dc:date></item></channel></rss>",
        .published = "2026-06-07T00:00:00Z"},
    {.text = "<rss xmlns:x='urn:x'><channel><item><x:title>no</x:title>"
             "<title>x</title><x:link>no</x:link></item></channel></rss>",
        .title = "x", .url = ""},
    {.text = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
             " xmlns='http://purl.org/rss/1.0/'><channel><title>f</title>"
             "</channel><item rdf:about='" U "1'><title>x</title><link>" U
             "1</link></item></rdf:RDF>",
        .title = "x", .url = U "1", .feed_title = "f"},
    {.text = "<RDF:RDF xmlns:RDF='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
             " xmlns='http://my.netscape.com/rdf/simple/0.9/'><item>"
             "<title>x</title><link>" U "1</link></item></RDF:RDF>",
        .title = "x", .url = U "1"},
    {.text = "<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:r="
             "'http://purl.org/rss/1.0/'><r:item><r:title>x</r:title></r:item>"
             "</RDF>", .title = "x"},
    {.text = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
             " xmlns='http://purl.org/rss/1.0/'><channel><title>f</title>"
             "<item><title>x</title></item></channel></rdf:RDF>",
        .title = "x", .feed_title = "f"},
    {.text = "<rss version='0.91'><channel><title>f</title></channel>"
             "<item><title>x</title></item></rss>",
        .title = "x", .feed_title = "f"},
    {.text = "<rss version='0.92'><channel><item><description>x</description>"
             "</item></channel></rss>", .content = "x"},
    {.text = "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape "
             "Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/"
             "publish/formats/rss-0.91.dtd'><rss version='0.91'><channel>"
             "<item><title>x</title></item></channel></rss>", .title = "x"},
    {.text = "<!DOCTYPE rss [<!ENTITY school '云溪一中'>]><rss><channel><item>"
             "<title>&school; x</title></item></channel></rss>",
        .title = "云溪一中 x"},
    {.text = "<entry xmlns='http://www.w3.org/2005/Atom'><title>x</title>"
             "<id>i</id></entry>", .title = "x", .id = "i"},
};

static const struct form more[] = {
    {.text = ITEM("<title>x</title><pubDate>Sun, 07 Jun 2026 01:30:00 GMT"
                  "</pubDate><dc:date>2020-01-01</dc:date>"),
        .published = "2026-06-07T01:30:00Z"},
    {.text = ITEM("<title>x</title><dcterms:issued>2026-06-07T01:30:00Z"
                  "</dcterms:issued><dcterms:modified>2026-06-08</dcterms:"
                  "modified>"), .published = "2026-06-07T01:30:00Z",
        .updated = "2026-06-08T00:00:00Z"},
    {.text = ITEM("<title>x</title><atom:updated>2026-06-07T01:30:00Z"
                  "</atom:updated>"), .updated = "2026-06-07T01:30:00Z"},
    {.text = ITEM("<title>x</title><pubDate/><dc:date>2026-06-07</dc:date>"),
        .published = "2026-06-07T00:00:00Z"},
    {.text = ENTRY("<title>x</title><published>2026-06-07T09:30:00+08:00"
                   "</published><updated>2026-06-08T00:00:00Z</updated>"),
        .published = "2026-06-07T01:30:00Z",
        .updated = "2026-06-08T00:00:00Z"},
    {.text = ENTRY("<title>x</title><updated>2026-06-08T00:00:00Z</updated>"),
        .published = "", .updated = "2026-06-08T00:00:00Z"},
    {.text = ATOM03("<title>x</title><issued>2026-06-07T01:30:00Z</issued>"
                    "<modified>2026-06-08T00:00:00Z</modified>"),
        .published = "2026-06-07T01:30:00Z",
        .updated = "2026-06-08T00:00:00Z"},
    {.text = ITEM("<title>x</title><category>a</category><category domain='d'>"
                  "b</category>"), .category = "a"},
    {.text = ITEM("<title>x</title><category/><dc:subject>s</dc:subject>"),
        .category = "s"},
    {.text = ITEM("<title>x</title><itunes:keywords>k, l</itunes:keywords>"),
        .category = "k"},
    {.text = ENTRY("<title>x</title><category term='t' label='l'/>"),
        .category = "t"},
    {.text = ENTRY("<title>x</title><category scheme='s'>c</category>"),
        .category = "c"},
    {.text = ITEM("<title>x</title><enclosure url='" U "f.pdf' type='"
                  "application/pdf' length='x'/>"), .enclosure = U "f.pdf"},
    {.text = ITEM("<title>x</title><enclosure url=''/>"), .enclosure = ""},
    {.text = ITEM("<title>x</title><media:content url='" U "m.jpg'/>"),
        .enclosure = U "m.jpg"},
    {.text = ITEM("<title>x</title><media:group><media:content url='" U
                  "m.mp4'/></media:group>"), .enclosure = U "m.mp4"},
    {.text = ITEM("<title>x</title><enclosure url='javascript:x'/>"),
        .enclosure = ""},
    /* damage */
    {.text = "\n\n  <?xml version='1.0'?>" RSS("<item><title>x</title></item>"),
        .title = "x"},
    {.text = "<!-- c -->\n<?xml-stylesheet href='s'?>"
             RSS("<item><title>x</title></item>"), .title = "x"},
    {.text = "<br />\n<b>Warning</b>: mysql in <b>/a.php</b><br />\n"
             "<?xml version='1.0'?>" RSS("<item><title>x</title></item>"),
        .title = "x"},
    {.text = RSS("<item><title>x</title></item>") "<!-- done --><script>"
             "track()</script>", .title = "x"},
    {.text = RSS("<item><title>x</item>"), .title = "x"},
    {.text = RSS("<item><title>x</titel><link>" U "1</link></item>"),
        .title = "x"},
    {.text = RSS("<item><title>x<link>" U "1</link><pubDate>2026-06-07"
                 "</pubDate><description>d</item>"),
        .title = "x", .url = U "1", .content = "d"},
    {.text = RSS("<item><title>x</title><link>" U "1<description>d"
                 "</description></item>"), .url = U "1", .content = "d"},
    {.text = RSS("<item><title>x</title><link>" U "1</link><item>"
                 "<title>y</title></item>"), .title = "x", .nitems = 2},
    {.text = RSS("<item><title>x & y < z</title></item>"),
        .title = "x & y < z"},
    {.text = RSS("<item><title>x</title><guid isPermaLink=false>g</guid>"
                 "</item>"), .id = "g", .url = ""},
    {.text = RSS("<item><title>x\x01\x0B</title></item>"), .title = "x"},
    {.text = RSS("<item><title>&#0;x&#8;&#xFFFF;</title></item>"),
        .title = "\xEF\xBF\xBDx"},
    {.text = RSS("<item><title>&#x110000;x</title></item>"),
        .title = "\xEF\xBF\xBDx"},
    {.text = RSS("<item><title>a &nosuch; b</title></item>"),
        .title = "a &nosuch; b"},
    {.text = RSS("<item><title>x</title><description><![CDATA[a]]></channel>"),
        .title = "x"},
    {.text = "<rss><channel><item><title>x</title></item></rss>",
        .title = "x"},
    {.text = "<rss><channel><title>f</title></channel><channel><item>"
             "<title>x</title></item></channel></rss>", .title = "x",
        .feed_title = "f"},
    {.text = RSS("<item></item><item><title>x</title></item>"), .nitems = 2},
    {.text = RSS("<item><title>x</title></item><item><title>x</title></item>"),
        .title = "x", .nitems = 2},
    {.text = "<urlset><url><loc> " U "1\n</loc><lastmod>2026-06-07</lastmod>"
             "</url></urlset>", .url = U "1",
        .updated = "2026-06-07T00:00:00Z"},
    {.text = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns"
             ":n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>" U
             "1</loc><n:news><n:publication><n:name>p</n:name></n:publication>"
             "<n:publication_date>2026-06-07T01:30:00Z</n:publication_date>"
             "<n:title>x</n:title></n:news></url></urlset>",
        .title = "x", .url = U "1", .published = "2026-06-07T01:30:00Z"},
    {.text = "<urlset><url><loc>" U "1</loc><image:image><image:loc>" U
             "i.jpg</image:loc><image:title>no</image:title></image:image>"
             "</url></urlset>", .url = U "1", .title = ""},
    {.text = "<sitemapindex><sitemap><loc>" U "s.xml</loc></sitemap>"
             "</sitemapindex>", .url = U "s.xml"},
    {.text = U "1\r\n" U "2\r\n", .url = U "1", .nitems = 2},
};
/* clang-format on */

static unsigned wrong;

static void
check_str(const char *what, size_t row, struct str got, const char *want)
{
    if (!want || str_eq(got, str_of(want)))
        return;
    print_error(
        "row %zu: %s is \"%.*s\", not \"%s\"\n", row, what, STR_ARG(got), want);
    wrong++;
}

static void
check_time(const char *what, size_t row, struct wall got, const char *want)
{
    char text[TIMEFMT_RFC3339_SIZE];

    if (!want || strcmp(timefmt_rfc3339(got, text), want) == 0)
        return;
    print_error("row %zu: %s is %s, not %s\n", row, what, text, want);
    wrong++;
}

static void
check(const struct form *forms, size_t n)
{
    wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const struct form *f = &forms[i];
        const struct document *d = parse_ok(f->text);
        const struct item *item = d->items;

        if (d->nitems != (f->nitems ? f->nitems : 1)) {
            print_error("row %zu: %zu items\n", i, d->nitems);
            wrong++;
        }
        check_str("title", i, item->title, f->title);
        check_str("url", i, item->url, f->url);
        check_str("id", i, item->id, f->id);
        check_str("text", i, item->text, f->content);
        check_str("summary", i, item->summary, f->summary);
        check_time("published", i, item->published, f->published);
        check_time("updated", i, item->updated, f->updated);
        check_str("category", i,
            item->ncategories ? item->categories[0] : STR_NONE, f->category);
        check_str("enclosure", i,
            item->nenclosures ? item->enclosures[0].url : STR_NONE,
            f->enclosure);
        check_str("feed title", i, d->title, f->feed_title);
        check_str("feed link", i, d->link, f->feed_link);
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(forms)                                                           \
    static void test_##forms(void **state)                                     \
    {                                                                          \
        (void)state;                                                           \
        check(forms, sizeof forms / sizeof forms[0]);                          \
    }

CHECK(titles)
CHECK(links)
CHECK(contents)
CHECK(namespaces)
CHECK(more)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_titles),
        TEST(test_links),
        TEST(test_contents),
        TEST(test_namespaces),
        TEST(test_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

"""A county's own school sites, whose faults appear and are corrected.

Each school is a site on an address of its own (127.0.41.1, …), all on one
port, so that each is a host by itself.  Every answer differs in what changes
by itself: counters, clocks, tokens, the order of links.  A fault is a word in
a school's set of faults; WEEK is the story that the tests play.

    county = County()
    county["yixiao"].faults.add("hidden_links")
    county.day(3)                # as WEEK has it, up to and with that day
    county.planted               # numbers of persons that nobody may find

Names, places and numbers are invented; documents are made here.
"""
import datetime
import html
import http.server
import io
import os
import random
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import zipfile

NETWORK = "127.0.41."
BUREAU, SPAM, AGENCY = 90, 91, 92   # last byte of hosts that are no school's

# sid, last byte of its address, name
SCHOOLS = [
    ("yixiao", 1, "云溪县第一小学"),
    ("shiyan", 2, "云溪县实验中学"),
    ("erzhong", 3, "云溪县第二中学"),
    ("liulin", 4, "云溪县柳林镇中心小学"),
    ("chengguan", 5, "云溪县城关初级中学"),
    ("qingshi", 6, "云溪县青石桥小学"),
    ("zhizhong", 7, "云溪县职业中学"),
    ("tejiao", 8, "云溪县特殊教育学校"),
    ("xinhua", 9, "云溪县新华小学"),
]
TLS_SCHOOL = ("gaoji", 10, "云溪县高级中学")

FAULTS = {
    "hidden_links": "links to gambling, off the screen, on the home page",
    "title_swap": "title and keywords of another trade, in numeric entities",
    "ids_in_sheet": "identity numbers in a linked workbook",
    "mobiles_in_docx": "mobile numbers of parents in a linked document",
    "ids_in_pdf": "identity numbers in a linked PDF",
    "stale_news": "nothing new in the news column for two months",
    "empty_notices": "a column of notices without any",
    "broken_link": "a link of the home page that leads nowhere",
    "broken_image": "an image of the home page that is not there",
    "down": "every page answers 503",
    "new_host": "a link to a host that was never linked to",
    "crawler_page": "crawlers are shown another title and other links",
    "wrong_word": "the school's name before a merger",
    "moved": "the home page leads to another site",
    "cert_short": "a certificate that ends in two days",
}

# day: [(school, fault, whether it appears)]
WEEK = {
    1: [],
    2: [("yixiao", "hidden_links", True), ("shiyan", "ids_in_sheet", True),
        ("liulin", "stale_news", True), ("chengguan", "broken_link", True),
        ("zhizhong", "title_swap", True), ("xinhua", "wrong_word", True)],
    3: [("qingshi", "down", True), ("tejiao", "new_host", True),
        ("tejiao", "crawler_page", True), ("shiyan", "ids_in_sheet", False),
        ("yixiao", "hidden_links", False), ("gaoji", "cert_short", True)],
    4: [("qingshi", "down", False), ("chengguan", "broken_link", False),
        ("zhizhong", "title_swap", False), ("liulin", "stale_news", False),
        ("tejiao", "crawler_page", False), ("gaoji", "cert_short", False)],
    5: [("yixiao", "hidden_links", True), ("xinhua", "wrong_word", False)],
    6: [("yixiao", "hidden_links", False)],
}

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BET_WORDS = ("澳门金沙赌场", "六合彩开奖", "时时彩平台", "棋牌娱乐城",
             "百家乐在线投注", "老虎机送彩金")
SURNAMES, GIVEN = "柏沐苍岑栗嵇", "一诺子涵梓轩雨桐浩然"


def identity(rng):
    """A resident identity number with a right checksum that nobody has."""
    body = "530000%04d%02d%02d%03d" % (
        rng.randint(2008, 2016), rng.randint(1, 12), rng.randint(1, 28),
        rng.randint(1, 999))
    body = "5301" + "%02d" % rng.randint(1, 28) + body[6:]
    return body + "10X98765432"[
        sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def mobile(rng):
    return "1%d%09d" % (rng.choice((3, 5, 7, 8)), rng.randrange(10 ** 9))


def person(rng):
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2))


# --- documents ---------------------------------------------------------------

def archive(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts:
            z.writestr(name, text)
    return out.getvalue()


def package(main, kind, content_type, extra=()):
    """The parts that every OOXML file has, around its main one."""
    base = "http://schemas.openxmlformats.org/"
    types = ('<Types xmlns="%spackage/2006/content-types"><Default '
             'Extension="rels" ContentType="application/vnd.openxmlformats-'
             'package.relationships+xml"/><Default Extension="xml" '
             'ContentType="application/xml"/><Override PartName="/%s" '
             'ContentType="%s"/></Types>' % (base, main[0], content_type))
    rels = ('<Relationships xmlns="%spackage/2006/relationships"><Relationship '
            'Id="rId1" Type="%sofficeDocument/2006/relationships/%s" '
            'Target="%s"/></Relationships>' % (base, base, kind, main[0]))
    return archive([("[Content_Types].xml", types), ("_rels/.rels", rels),
                    main, *extra])


def xlsx(rows):
    """A workbook of one sheet; every cell is a string of its own."""
    base = "http://schemas.openxmlformats.org/"
    lines = []
    for r, row in enumerate(rows, 1):
        cells = "".join(
            '<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>'
            % (chr(65 + c), r, html.escape(text)) for c, text in enumerate(row))
        lines.append('<row r="%d">%s</row>' % (r, cells))
    sheet = ('<worksheet xmlns="%sspreadsheetml/2006/main"><sheetData>%s'
             '</sheetData></worksheet>' % (base, "".join(lines)))
    book = ('<workbook xmlns="%sspreadsheetml/2006/main" xmlns:r="%soffice'
            'Document/2006/relationships"><sheets><sheet name="名单" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>' % (base, base))
    rels = ('<Relationships xmlns="%spackage/2006/relationships"><Relationship '
            'Id="rId1" Type="%sofficeDocument/2006/relationships/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>' % (base, base))
    return package(
        ("xl/workbook.xml", book), "officeDocument",
        "application/vnd.openxmlformats-officedocument.spreadsheetml."
        "sheet.main+xml",
        [("xl/_rels/workbook.xml.rels", rels),
         ("xl/worksheets/sheet1.xml", sheet)])


def docx(paragraphs):
    base = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join("<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % html.escape(p)
                   for p in paragraphs)
    return package(
        ("word/document.xml", '<w:document xmlns:w="%s"><w:body>%s</w:body>'
         '</w:document>' % (base, body)), "officeDocument",
        "application/vnd.openxmlformats-officedocument.wordprocessingml."
        "document.main+xml")


def pdf(lines):
    """One page of plain ASCII lines."""
    text = "BT /F1 11 Tf 60 760 Td 16 TL %s ET" % " ".join(
        "(%s) Tj T*" % line for line in lines)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        "<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, at = "%PDF-1.4\n", []
    for i, o in enumerate(objects, 1):
        at.append(len(out))
        out += "%d 0 obj\n%s\nendobj\n" % (i, o)
    table = len(out)
    out += "xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += "".join("%010d 00000 n \n" % n for n in at)
    out += ("trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(objects) + 1, table))
    return out.encode("ascii")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000"
    "000c49444154789c63606060000000040001f61738550000000049454e44ae426082")
XLSX_TYPE = ("application/vnd.openxmlformats-officedocument."
             "spreadsheetml.sheet")
DOCX_TYPE = ("application/vnd.openxmlformats-officedocument."
             "wordprocessingml.document")


# --- a school ----------------------------------------------------------------

class School:
    """One site.  hits: (monotonic time, path, agent) of every request."""

    def __init__(self, county, sid, last, name):
        self.county, self.sid, self.name = county, sid, name
        self.host = NETWORK + str(last)
        self.faults, self.hits = set(), []
        self.tls = False
        self.visitors = 10000 + 37 * last

    @property
    def url(self):
        return "%s://%s:%d" % ("https" if self.tls else "http", self.host,
                               self.county.port)

    # pages

    def page(self, title, main, keywords=None):
        """A whole page, with all that changes by itself."""
        self.visitors += random.randint(1, 9)
        token = "%016x" % random.getrandbits(64)
        partners = ['<a href="%s/">云溪县教育局</a>' % self.county.bureau,
                    '<a href="/about.html">学校概况</a>',
                    '<a href="/news/">更多新闻</a>']
        random.shuffle(partners)
        return """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>%s</title>
<meta name="keywords" content="%s"><meta name="csrf-token" content="%s">
<link rel="stylesheet" href="/css/site.css?v=%d"></head>
<body><div class="top">今天是%s 星期%s　<span id="now">%s</span></div>
<div class="nav"><ul><li><a href="/">首页</a></li>
<li><a href="/about.html">学校概况</a></li>
<li><a href="/news/">校园新闻</a></li>
<li><a href="/notice/">通知公告</a></li></ul></div>
%s
<form action="/search"><input type="hidden" name="_token" value="%s">
<input name="q"></form>
<div class="partners">友情链接：%s</div>
<div class="foot">您是第 <b>%d</b> 位访客　当前在线：%d 人<br>
主办：%s　电话：0799-6201%03d　举报电话：12345<br>
统一社会信用代码：12530100MB0X%05dQ</div></body></html>""" % (
            title, html.escape(keywords or self.name), token,
            random.getrandbits(31),
            time.strftime("%Y年%m月%d日"),
            "一二三四五六日"[datetime.date.today().weekday()],
            time.strftime("%H:%M:%S"), main, token, "　".join(partners),
            self.visitors, random.randint(1, 40), self.name,
            int(self.host.rsplit(".", 1)[1]), self.visitors % 7 * 0 + 48213)

    def news(self):
        """[(number, title, date)], newest first."""
        first = 60 if "stale_news" in self.faults else 1
        titles = ("春季运动会圆满结束", "开展消防安全演练", "读书节活动启动",
                  "教师公开课交流研讨", "少先队员走进敬老院", "心理健康讲座举行")
        today = datetime.date.today()
        return [(i, t, today - datetime.timedelta(days=first + 3 * i))
                for i, t in enumerate(titles, 1)]

    def notices(self):
        if "empty_notices" in self.faults:
            return []
        titles = ("关于中秋节放假安排的通知", "招生工作公告", "食堂食材采购公示",
                  "关于召开家长会的通知", "新生分班名单公示")
        today = datetime.date.today()
        return [(i, t, today - datetime.timedelta(days=5 + 9 * i))
                for i, t in enumerate(titles, 1)]

    @staticmethod
    def entries(folder, rows):
        if not rows:
            return '<div class="list"><p>暂无内容</p></div>'
        return '<ul class="list">%s</ul>' % "\n".join(
            '<li><a href="/%s/%d.html">%s</a><span>%s</span></li>'
            % (folder, n, title, day.isoformat()) for n, title, day in rows)

    def home(self, agent):
        f, extra, title, keywords = self.faults, "", self.name, None
        if "title_swap" in f:
            word = "".join("&#%d;" % ord(c) for c in "澳门金沙赌场_六合彩开奖直播")
            title = word
            keywords = "澳门金沙赌场,六合彩,时时彩平台,百家乐"
        if "hidden_links" in f:
            extra += self.hidden_links()
        if "new_host" in f:
            extra += '<p>合作单位：<a href="%s/">启明校服定制</a></p>' % (
                self.county.host_url(AGENCY))
        if "broken_link" in f:
            extra += '<p><a href="/news/99.html">校长信箱开通</a></p>'
        if "broken_image" in f:
            extra += '<img src="/img/gone.png" alt="校门">'
        if "wrong_word" in f:
            extra += "<p>地址：云溪县新华路完小南侧，新华路完小欢迎您。</p>"
        if "crawler_page" in f and "spider" in agent.lower():
            title = "澳门金沙赌场_百家乐在线投注"
            extra += "".join(
                '<p><a href="%s/c%d">%s</a></p>'
                % (self.county.host_url(SPAM), i, w)
                for i, w in enumerate(BET_WORDS))
        main = ('<div class="banner"><img src="/img/gate.png" alt="校门"></div>'
                '<h2>校园新闻</h2>%s<h2>通知公告</h2>%s'
                '<h2>资料下载</h2><ul><li><a href="/files/roster.xlsx">社团报名'
                '名单</a></li><li><a href="/files/rules.docx">家校联系制度</a>'
                '</li><li><a href="/files/plan.pdf">作息时间表</a></li></ul>%s'
                % (self.entries("news", self.news()),
                   self.entries("notice", self.notices()), extra))
        return self.page(title, main, keywords)

    def hidden_links(self):
        return ('<div style="position:absolute;left:-9999px;top:-9999px">%s'
                '</div>' % "".join(
                    '<a href="%s/bet%d.html">%s</a> '
                    % (self.county.host_url(SPAM), i, w)
                    for i, w in enumerate(BET_WORDS)))

    def article(self, rows, number):
        for n, title, day in rows:
            if n == number:
                return self.page(
                    "%s - %s" % (title, self.name),
                    '<h1>%s</h1><p class="meta">发布时间：%s　浏览：%d 次</p>'
                    '<div class="text"><p>%s于近日组织了这项工作，师生积极参加，'
                    '过程安全有序。</p><p>学校将继续做好相关工作。</p></div>'
                    % (title, day.isoformat(), self.visitors, self.name))
        return None

    # documents

    def roster(self):
        rows = [("序号", "姓名", "班级", "身份证号")]
        for i, (name, number) in enumerate(self.county.persons(self.sid), 1):
            shown = number if "ids_in_sheet" in self.faults else (
                number[:6] + "********" + number[14:])
            rows.append((str(i), name[0] + "*" * (len(name) - 1), "三（2）班",
                         shown))
        return xlsx(rows)

    def rules(self):
        rows = ["家校联系制度", "第一条　每学期召开两次家长会。",
                "学校办公室电话：0799-6201188。"]
        if "mobiles_in_docx" in self.faults:
            rows += ["家长%s，联系电话%s" % (name[0] + "某", number)
                     for name, number in self.county.parents(self.sid)]
        return docx(rows)

    def plan(self):
        rows = ["Timetable 2026", "Order 20260901000123456789", "08:00 - 16:30"]
        if "ids_in_pdf" in self.faults:
            rows += ["%d / %s" % (i, number) for i, (_, number) in
                     enumerate(self.county.persons(self.sid), 1)]
        return pdf(rows)

    # answering

    def body(self, path, agent):
        """(content type, bytes) of a path, or None."""
        text = None
        fixed = {
            "/robots.txt": ("text/plain", b"User-agent: *\nDisallow: /admin/\n"),
            "/css/site.css": ("text/css", b"body{margin:0}"),
            "/img/gate.png": ("image/png", PNG),
        }
        made = {"/files/roster.xlsx": (XLSX_TYPE, self.roster),
                "/files/rules.docx": (DOCX_TYPE, self.rules),
                "/files/plan.pdf": ("application/pdf", self.plan)}
        if path in fixed:
            return fixed[path]
        if path in made:
            return made[path][0], made[path][1]()
        if path == "/":
            text = self.home(agent)
        elif path == "/about.html":
            text = self.page("学校概况 - " + self.name,
                             "<h1>学校概况</h1><p>%s创办于1956年，现有教学班24个。"
                             "</p>" % self.name)
        elif path == "/news/":
            text = self.page("校园新闻 - " + self.name, "<h2>校园新闻</h2>"
                             + self.entries("news", self.news()))
        elif path == "/notice/":
            text = self.page("通知公告 - " + self.name, "<h2>通知公告</h2>"
                             + self.entries("notice", self.notices()))
        elif path.endswith(".html") and path.count("/") == 2:
            folder, name = path[1:].split("/")
            rows = {"news": self.news, "notice": self.notices}.get(folder)
            number = name[:-5]
            if rows and number.isdigit():
                text = self.article(rows(), int(number))
        return text and ("text/html; charset=utf-8", text.encode())

    def answer(self, request):
        path = request.path.split("?")[0]
        agent = request.headers.get("User-Agent", "")
        self.hits.append((time.monotonic(), request.command, path, agent))
        if "down" in self.faults:
            return reply(request, 503, b"Service Unavailable")
        if "moved" in self.faults and path == "/":
            return reply(request, 302, b"", "text/html",
                         [("Location", self.county.host_url(SPAM) + "/in")])
        found = self.body(path, agent)
        if not found:
            return reply(request, 404, "页面不存在".encode())
        return reply(request, 200, found[1], found[0])


def reply(request, status, body, content_type="text/html; charset=utf-8",
          headers=()):
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers:
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


class Other:
    """A host that is no school's: it has every page."""

    def __init__(self, last, name):
        self.host, self.name, self.hits = NETWORK + str(last), name, []

    def answer(self, request):
        self.hits.append(request.path)
        if request.path == "/robots.txt":
            return reply(request, 404, b"")
        return reply(request, 200, ("<title>%s</title><p>%s</p>" % (
            self.name, self.name)).encode())


# --- certificates ------------------------------------------------------------

class Authority:
    """Makes certificates that end when a test wants them to."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tocsin-county-")
        self.pem = os.path.join(self.folder, "ca.pem")
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                 "-out", "ca.pem", "-days", "400", "-subj",
                 "/CN=yunxi county test authority")
        self.run("req", "-new", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem",
                 "-out", "site.csr", "-subj", "/CN=yunxi school")

    def run(self, *args):
        subprocess.run(["openssl"] + list(args), cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def load(self, context, host, days):
        """Let context show a certificate of host that ends in days."""
        with open(os.path.join(self.folder, "ext"), "w") as f:
            f.write("subjectAltName=IP:%s\n" % host)
        self.run("x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey",
                 "ca.key", "-CAcreateserial", "-out", "cert.pem", "-days",
                 str(days), "-extfile", "ext")
        context.load_cert_chain(os.path.join(self.folder, "cert.pem"),
                                os.path.join(self.folder, "key.pem"))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


# --- the county --------------------------------------------------------------

class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, site, context=None):
        self.site, self.context = site, context
        super().__init__(address, Handler)

    def finish_request(self, request, client_address):
        if self.context:
            request.settimeout(10)
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the tests."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self):
        try:
            self.server.site.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


class County:
    """All sites.  tls: one more school, with certificates of an authority of
    its own (county.authority.pem)."""

    def __init__(self, seed=None, tls=False):
        self.random = random.Random(seed)
        self.planted, self.known = [], {}
        self.today = 0
        self.authority = Authority() if tls else None
        rows = SCHOOLS + ([TLS_SCHOOL] if tls else [])
        self.schools = {sid: School(self, sid, last, name)
                        for sid, last, name in rows}
        others = [Other(BUREAU, "云溪县教育局"), Other(SPAM, "金沙娱乐城"),
                  Other(AGENCY, "启明校服定制")]
        sites = list(self.schools.values()) + others
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.schools[TLS_SCHOOL[0]].tls = True
            self.set_certificate()
        self.listeners = self.listen(sites)
        for listener in self.listeners:
            threading.Thread(target=listener.serve_forever, args=(0.05,),
                             daemon=True).start()

    def listen(self, sites):
        """One port that is free on every address."""
        for _ in range(50):
            made = []
            with socket.socket() as s:
                s.bind((sites[0].host, 0))
                port = s.getsockname()[1]
            try:
                for site in sites:
                    context = self.context if getattr(
                        site, "tls", False) else None
                    made.append(Listener((site.host, port), site, context))
                self.port = port
                return made
            except OSError:
                for listener in made:
                    listener.server_close()
        raise AssertionError("no port is free on all addresses")

    def close(self):
        for listener in self.listeners:
            listener.shutdown()
            listener.server_close()
        if self.authority:
            self.authority.close()

    def __getitem__(self, sid):
        return self.schools[sid]

    def host_url(self, last):
        return "http://%s%d:%d" % (NETWORK, last, self.port)

    @property
    def bureau(self):
        return self.host_url(BUREAU)

    @property
    def allow(self):
        """What a configuration's allow_addresses needs."""
        return "%s0/24:%d" % (NETWORK, self.port)

    # persons

    def persons(self, sid):
        """[(name, identity number)] of a school, always the same."""
        return self.people(sid, "pupils", identity)

    def parents(self, sid):
        return self.people(sid, "parents", mobile)

    def people(self, sid, kind, number):
        if (sid, kind) not in self.known:
            rows = [(person(self.random), number(self.random))
                    for _ in range(12)]
            self.known[sid, kind] = rows
            self.planted += [n for _, n in rows]
        return self.known[sid, kind]

    # the story

    def set_certificate(self):
        school = self.schools[TLS_SCHOOL[0]]
        self.authority.load(self.context, school.host,
                            2 if "cert_short" in school.faults else 300)

    def set(self, sid, fault, appears=True):
        assert fault in FAULTS, fault
        school = self.schools.get(sid)
        if school is None:
            return
        if appears:
            school.faults.add(fault)
        else:
            school.faults.discard(fault)
        if fault == "cert_short":
            self.set_certificate()

    def day(self, number):
        """Play the week up to a day."""
        while self.today < number:
            self.today += 1
            for sid, fault, appears in WEEK.get(self.today, ()):
                self.set(sid, fault, appears)

    def sources(self):
        """The schools as the configuration lists them."""
        return [{"id": s.sid, "kind": "site", "title": s.name,
                 "owner": s.name, "url": s.url + "/"}
                for s in self.schools.values()]

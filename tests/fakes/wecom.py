"""WeCom's group robot."""
import urllib.parse

from .base import JsonFake, Refused, Window

LIMITS = {("text", "content"): 2048, ("markdown", "content"): 4096,
          ("markdown_v2", "content"): 4096}
TAIL = ", hint: [1700000000123456789], from ip: 203.0.113.7, more info at " \
       "https://open.work.weixin.qq.com/devtool/query?e=%d"


class WeCom(JsonFake):
    kind = "wecom"

    def __init__(self, key="693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", limit=20,
                 **more):
        # Failures count too, and there is no penalty beyond the window.
        super().__init__(windows=[Window(limit, 60.0)], **more)
        self.key = key
        self.escaped = 0    # messages with \uXXXX for what is not ASCII
        self.url = "%s/cgi-bin/webhook/send?key=%s" % (self.root, key)

    def over(self, window):
        return self.refuse(45009)

    @staticmethod
    def refuse(code, words=None):
        usual = {
            -1: "system busy", 45009: "api freq out of limit",
            45033: "api concurrent out of limit",
            93000: "invalid webhook url", 40008: "invalid message type",
            40058: "markdown.content exceed max length 4096",
            44004: "empty content", 45002: "content size out of limit",
            45008: "article count out of limit",
        }
        return Refused(code, (words or usual.get(code, "refused"))
                       + TAIL % code)

    def success(self, arrival):
        return self.answer({"errcode": 0, "errmsg": "ok"})

    def failure(self, refused):
        return self.answer({"errcode": refused.code, "errmsg": refused.words},
                           refused.status)

    def check(self, arrival):
        url = urllib.parse.urlsplit(arrival.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path != "/cgi-bin/webhook/send" or query.get("key") != [self.key]:
            raise self.refuse(93000)
        try:
            message = arrival.parse()
        except ValueError:
            raise self.refuse(47001, "data format error")
        if b"\\u" in arrival.body:
            self.escaped += 1
        kind = message.get("msgtype")
        inner = message.get(kind)
        if not isinstance(kind, str) or not isinstance(inner, dict):
            raise self.refuse(40008)
        if kind in ("text", "markdown", "markdown_v2"):
            self.check_content(kind, inner)
        elif kind == "news":
            if not 1 <= len(inner.get("articles", [])) <= 8:
                raise self.refuse(45008)
        elif kind == "template_card":
            self.check_card(inner)
        else:
            raise self.refuse(40008)

    def check_content(self, kind, inner):
        content = inner.get("content")
        if not isinstance(content, str) or not content:
            raise self.refuse(44004)
        limit = LIMITS[kind, "content"]
        if len(content.encode()) > limit:
            raise self.refuse(
                40058, "%s.content exceed max length %d" % (kind, limit))
        for key in ("mentioned_list", "mentioned_mobile_list"):
            if key in inner and not isinstance(inner[key], list):
                raise self.refuse(40058, "invalid " + key)

    def check_card(self, inner):
        title = (inner.get("main_title") or {}).get("title")
        if not inner.get("card_action") or not (
                title or inner.get("sub_title_text")):
            raise self.refuse(40058, "template_card is incomplete")

    def words(self, arrival):
        message = arrival.json or {}
        return message.get(message.get("msgtype"), {}).get("content", "")

"""DingTalk's custom robot."""
import base64
import hashlib
import hmac
import urllib.parse

from .base import JsonFake, Refused, Window

REQUIRED = {
    "text": ["content"], "link": ["title", "text", "messageUrl"],
    "markdown": ["title", "text"], "actionCard": ["title", "text"],
    "feedCard": ["links"],
}


class DingTalk(JsonFake):
    kind = "dingtalk"

    def __init__(self, token="0a1b2c3d4e5f60718293a4b5c6d7e8f9", secret=None,
                 keywords=(), unsafe_hosts=(), shield=False, limit=20, **more):
        super().__init__(windows=[Window(limit, 60.0, 600.0)], **more)
        self.token, self.secret = token, secret
        self.keywords, self.unsafe_hosts = list(keywords), list(unsafe_hosts)
        self.shield = shield    # answer a call too many in the other shape
        self.url = "%s/robot/send?access_token=%s" % (self.root, token)

    def over(self, window):
        if self.shield:
            return Refused(130101, "", body=(
                b'{"status":1111,"wait":5,"source":"x5","punish":"deny",'
                b'"uuid":"x"}'))
        return self.refuse(410100)

    @staticmethod
    def refuse(code, words=None):
        usual = {
            -1: "system busy", 410100: "send too fast",
            130101: "send too fast, exceed 20 times per minute",
            300001: "token is not exist", 300005: "token is not exist",
            400101: "access_token is empty", 400102: "robot is stopped",
            400106: "robot does not exist", 400013: "group was dissolved",
            40035: "json is missing", 43004: "bad content type",
            400105: "msgtype is not supported", 460101: "message is too long",
            101002: "message is too long", 430101: "unsafe link",
            430102: "unsafe text", 430103: "unsafe image",
            430104: "unsafe content",
        }
        return Refused(code, words or usual.get(code, "refused"))

    def success(self, arrival):
        return self.answer({"errcode": 0, "errmsg": "ok"})

    def failure(self, refused):
        return self.answer({"errcode": refused.code, "errmsg": refused.words},
                           refused.status)

    def sign(self, stamp):
        text = "%s\n%s" % (stamp, self.secret)
        return base64.b64encode(hmac.new(self.secret.encode(), text.encode(),
                                         hashlib.sha256).digest()).decode()

    def check_address(self, arrival):
        url = urllib.parse.urlsplit(arrival.path)
        query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        if url.path != "/robot/send" or arrival.method != "POST":
            raise Refused(404, "not found", 404)
        if not query.get("access_token", [""])[0]:
            raise self.refuse(400101)
        if query["access_token"] != [self.token]:
            raise self.refuse(300005)
        if self.secret is None:
            return
        stamp = query.get("timestamp", [""])[0]
        if (not stamp.isdigit() or len(stamp) != 13
                or abs(int(stamp) / 1000 - arrival.now) > 3600):
            raise self.refuse(310000, "invalid timestamp")
        # parse_qs has decoded once: what was encoded twice is no match.
        if not hmac.compare_digest(query.get("sign", [""])[0],
                                   self.sign(stamp)):
            raise self.refuse(310000, "sign not match")

    def check(self, arrival):
        self.check_address(arrival)
        if "application/json" not in arrival.headers.get("content-type", ""):
            raise self.refuse(43004)
        if len(arrival.body) > 20000:
            raise self.refuse(460101)
        try:
            message = arrival.parse()
        except ValueError:
            raise self.refuse(40035)
        self.check_message(message)
        shown = self.words(arrival)
        if self.keywords and not any(k in shown for k in self.keywords):
            raise self.refuse(310000, "keywords not in content")
        if any(host in shown for host in self.unsafe_hosts):
            raise self.refuse(430101)

    def check_message(self, message):
        kind = message.get("msgtype")
        if kind is None:
            raise self.refuse(300001, "msgtype is null")
        inner = message.get(kind)
        if kind not in REQUIRED or not isinstance(inner, dict):
            raise self.refuse(400105)
        if not all(inner.get(key) for key in REQUIRED[kind]):
            raise self.refuse(40035, "missing field")
        if kind == "actionCard":
            single = inner.get("singleTitle") and inner.get("singleURL")
            buttons = inner.get("btns")
            if not single and not (buttons and all(
                    b.get("title") and b.get("actionURL") for b in buttons)):
                raise self.refuse(40035, "missing button")

    def words(self, arrival):
        """Title, text and every address of the message."""
        message = arrival.json or {}
        inner = message.get(message.get("msgtype"), {})
        parts = [v for v in inner.values() if isinstance(v, str)]
        for button in inner.get("btns", []):
            parts += list(button.values())
        return "\n".join(parts)

"""An ntfy server: topics, access tokens, 4096 bytes, 60 at once."""
import json
import re

from .base import JsonFake, Refused, Window

ERRORS = {40009: (400, "invalid request: topic invalid"),
          40017: (400, "invalid request: body must be message JSON"),
          40018: (400, "invalid request: actions invalid"),
          40101: (401, "unauthorized"), 40301: (403, "forbidden"),
          41301: (413, "entity too large"),
          42901: (429, "limit reached: too many requests"),
          42908: (429, "limit reached: daily message quota reached"),
          50001: (500, "internal server error")}


class Ntfy(JsonFake):
    kind = "ntfy"

    def __init__(self, topic="yunxi-d3sk-t0pic", token="tk_0123456789abcdef",
                 limit=60, **more):
        super().__init__(windows=[Window(limit, 60.0)] if limit else [], **more)
        self.topic, self.secret = topic, token
        self.url = "%s/%s" % (self.root, topic)

    def over(self, window):
        return self.refuse(42901)

    @staticmethod
    def refuse(code):
        status, words = ERRORS[code]
        return Refused(code, words, status)

    def failure(self, refused):
        return self.answer({"code": refused.code, "http": refused.status,
                            "error": refused.words,
                            "link": "https://ntfy.sh/docs/publish/"},
                           refused.status)

    def success(self, arrival):
        m = arrival.json
        return self.answer({"id": "Xh3bq%06d" % len(self.arrivals),
                            "time": int(arrival.now), "event": "message",
                            "topic": m["topic"], "message": m["message"]})

    def check(self, arrival):
        if arrival.method not in ("POST", "PUT") or arrival.path != "/":
            raise self.refuse(40009)
        if self.secret and arrival.headers.get(
                "authorization") != "Bearer " + self.secret:
            raise self.refuse(40101)
        try:
            m = arrival.parse()
        except ValueError:
            raise self.refuse(40017)
        if not re.fullmatch("[-_A-Za-z0-9]{1,64}", str(m.get("topic", ""))):
            raise self.refuse(40009)
        if m["topic"] != self.topic:
            raise self.refuse(40301)
        if m.get("priority", 3) not in (1, 2, 3, 4, 5):
            raise self.refuse(40017)
        if len(m.get("message", "").encode()) > 4096:
            raise self.refuse(41301)
        actions = m.get("actions", [])
        if len(actions) > 3 or any(
                a.get("action") not in ("view", "http", "broadcast", "copy")
                or not a.get("label") or not a.get("url") for a in actions):
            raise self.refuse(40018)

    def words(self, arrival):
        m = arrival.json or {}
        return "%s\n%s" % (m.get("title", ""), m.get("message", ""))

"""A Bark server: the code in the body is the verdict; Apple's 4096 bytes."""
from .base import JsonFake, Refused

LEVELS = ("critical", "active", "timeSensitive", "passive")


class Bark(JsonFake):
    kind = "bark"

    def __init__(self, key="uLr3tPq8DeviceKey0", **more):
        super().__init__(**more)
        self.secret = key
        self.url = self.root

    @staticmethod
    def refuse(code, words="push failed", status=200):
        return Refused(code, words, status)

    def success(self, arrival):
        return self.answer({"code": 200, "message": "success",
                            "timestamp": int(arrival.now)})

    def failure(self, refused):
        return self.answer({"code": refused.code, "message": refused.words,
                            "timestamp": 0}, refused.status)

    def check(self, arrival):
        if arrival.path != "/push" or arrival.method != "POST":
            raise self.refuse(404, "Cannot POST", 404)
        if not arrival.headers.get("content-type", "").startswith(
                "application/json"):
            raise self.refuse(400, "request bind failed", 400)
        try:
            m = arrival.parse()
        except ValueError:
            raise self.refuse(400, "request bind failed", 400)
        if not m.get("device_key"):
            raise self.refuse(400, "device key is empty", 400)
        if m["device_key"] != self.secret:
            raise self.refuse(400, "failed to get device token: failed to get "
                              "[%s] device token from database"
                              % m["device_key"], 400)
        if m.get("level", "active") not in LEVELS:
            raise self.refuse(400, "level is none", 400)
        if len(arrival.body) > 4096:
            raise self.refuse(500, "push failed: PayloadTooLarge", 500)

    def words(self, arrival):
        m = arrival.json or {}
        return "%s\n%s" % (m.get("title", ""), m.get("body", ""))

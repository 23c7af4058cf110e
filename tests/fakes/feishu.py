"""Feishu's custom bot (and Lark's)."""
import base64
import hashlib
import hmac
import json

from .base import JsonFake, Refused, Window


class Feishu(JsonFake):
    kind = "feishu"

    def __init__(self, token="f1e2d3c4-b5a6-4798-8899-aabbccddeeff", secret=None,
                 keywords=(), addresses=None, legacy=False, empty=False,
                 a_second=5, a_minute=100, **more):
        super().__init__(windows=[Window(a_second, 1.0),
                                  Window(a_minute, 60.0)], **more)
        self.token, self.secret = token, secret
        self.keywords = list(keywords)
        self.addresses = addresses  # that may call; None: any
        self.legacy, self.empty = legacy, empty  # shapes of a yes
        self.url = "%s/open-apis/bot/v2/hook/%s" % (self.root, token)

    def over(self, window):
        return self.refuse(11232)

    @staticmethod
    def refuse(code, words=None):
        usual = {
            11232: "frequency limited psm[lark.oapi.app_platform_runtime]",
            19001: "param invalid: incoming webhook access token invalid",
            19002: "params error, msg_type need",
            19021: "sign match fail or timestamp is not within one hour from "
                   "current time",
            19022: "Ip Not Allowed", 19024: "Key Words Not Found",
        }
        return Refused(code, words or usual.get(code, "refused"))

    def success(self, arrival):
        if self.empty:
            return self.answer({})
        if self.legacy:
            return self.answer({"Extra": None, "StatusCode": 0,
                                "StatusMessage": "success"})
        return self.answer({"StatusCode": 0, "StatusMessage": "success",
                            "code": 0, "data": {}, "msg": "success"})

    def failure(self, refused):
        return self.answer({"code": refused.code, "msg": refused.words,
                            "data": {}}, refused.status)

    def sign(self, stamp):
        key = "%s\n%s" % (stamp, self.secret)
        return base64.b64encode(hmac.new(key.encode(), b"",
                                         hashlib.sha256).digest()).decode()

    def check(self, arrival):
        if arrival.path != "/open-apis/bot/v2/hook/" + self.token:
            raise self.refuse(19001)
        if self.addresses is not None and "127.0.0.1" not in self.addresses:
            raise self.refuse(19022)
        if len(arrival.body) > 20 * 1024:
            raise Refused(9499, "Bad Request", 400)
        try:
            message = arrival.parse()
        except ValueError:
            raise Refused(9499, "Bad Request", 400)
        self.check_sign(message, arrival.now)
        self.check_message(message)
        shown = self.words(arrival)
        if self.keywords and not any(k in shown for k in self.keywords):
            raise self.refuse(19024)

    def check_sign(self, message, now):
        if self.secret is None:
            return
        stamp = message.get("timestamp")
        if (not isinstance(stamp, str) or not stamp.isdigit()
                or abs(int(stamp) - now) > 3600
                or message.get("sign") != self.sign(stamp)):
            raise self.refuse(19021)

    def check_message(self, message):
        kind = message.get("msg_type")
        if kind == "interactive":
            card = message.get("card")
            if not isinstance(card, dict) or not card.get("elements"):
                raise self.refuse(19002, "params error, card need")
            for element in card["elements"]:
                if "tag" not in element:
                    raise self.refuse(19002, "params error, tag need")
        elif kind in ("text", "post", "image", "share_chat"):
            content = message.get("content")
            if not isinstance(content, dict) or not content.get(
                    {"text": "text", "post": "post"}.get(kind, kind)):
                raise self.refuse(19002, "params error, content need")
        else:
            raise self.refuse(19002)

    def words(self, arrival):
        """Every text of the message, by walking it."""
        found, rest = [], [arrival.json or {}]
        while rest:
            value = rest.pop()
            if isinstance(value, dict):
                for key in sorted(value):
                    if key in ("content", "text", "url") and isinstance(
                            value[key], str):
                        found.append(value[key])
                    elif key not in ("timestamp", "sign"):
                        rest.append(value[key])
            elif isinstance(value, list):
                rest += value
        return "\n".join(found)


def card_colour(arrival):
    """The colour of a card's header."""
    return json.loads(arrival.body)["card"]["header"]["template"]

"""A platform of nobody's: its own JSON, its own yes."""
from .base import JsonFake, Refused

TEMPLATE = """\
{"token": "{{secret}}", "title": "{{headline}}",
 "content": "{{text}}", "level": "{{level_name}}",
 "items": [{{#new_items}}{"t": "{{title}}"}{{#comma}},{{/comma}}{{/new_items}}],
 "incident": {{{message}}}}
"""


class Template(JsonFake):
    kind = "template"

    def __init__(self, **more):
        super().__init__(**more)
        self.secret = "pp-t0ken-1234567890"
        self.url = self.root + "/send"

    @staticmethod
    def refuse(code, words="no", status=200):
        return Refused(code, words, status)

    def success(self, arrival):
        return self.answer({"result": {"code": 0}, "msg": "done"})

    def failure(self, refused):
        return self.answer({"result": {"code": refused.code},
                            "msg": refused.words}, refused.status)

    def check(self, arrival):
        if arrival.method != "PUT" or arrival.headers.get(
                "x-app") != "tocsin " + self.secret:
            raise self.refuse(901, "header")
        try:
            m = arrival.parse()
        except ValueError:
            raise self.refuse(902, "json")
        if m.get("token") != self.secret:
            raise self.refuse(903, "token")
        if not m.get("title") or not m.get("content"):
            raise self.refuse(904, "empty")

    def words(self, arrival):
        m = arrival.json or {}
        return "%s\n%s" % (m.get("title", ""), m.get("content", ""))

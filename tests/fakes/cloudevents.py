"""A receiver of CloudEvents 1.0 in structured mode."""
import datetime

from .base import Fake, Refused

NAME = "abcdefghijklmnopqrstuvwxyz0123456789"


class CloudEvents(Fake):
    kind = "cloudevents"

    def __init__(self, **more):
        super().__init__(**more)
        self.secret = "ce-t0ken-1234567890"
        self.url = self.root + "/events"
        self.seen, self.repeats = set(), 0

    @staticmethod
    def refuse(status, words="no", headers=()):
        return Refused(status, words, status, headers)

    def check(self, arrival):
        kind = arrival.headers.get("content-type", "").split(";")[0].strip()
        if kind != "application/cloudevents+json":
            raise self.refuse(415, "not structured")
        if arrival.headers.get("authorization") != "Bearer " + self.secret:
            raise self.refuse(401, "who are you")
        try:
            m = arrival.parse()
            if "time" in m:
                datetime.datetime.fromisoformat(m["time"].replace("Z", "+00:00"))
        except ValueError as error:
            raise self.refuse(400, str(error))
        if m.get("specversion") != "1.0":
            raise self.refuse(400, "specversion")
        for name in ("id", "source", "type"):
            if not isinstance(m.get(name), str) or not m[name]:
                raise self.refuse(400, name + " is needed")
        for name in m:
            if any(c not in NAME for c in name):
                raise self.refuse(400, "attribute " + name)
        if len(arrival.body) > 64 * 1024:
            raise self.refuse(413, "too large")
        self.repeats += (m["source"], m["id"]) in self.seen
        self.seen.add((m["source"], m["id"]))

    def success(self, arrival):
        return 202, [], b""

    def words(self, arrival):
        data = (arrival.json or {}).get("data", {})
        return data.get("incident", {}).get("title", "")

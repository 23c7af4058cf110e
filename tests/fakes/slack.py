"""Incoming webhooks of Slack and of Mattermost."""
import json

from .base import Fake, Refused, Window


class Slack(Fake):
    kind = "slack"

    def __init__(self, path="/services/T0000000/B0000000/abcdefghijklmnopqrst",
                 limit=0, **more):
        super().__init__(windows=[Window(limit, 60.0)] if limit else [], **more)
        self.path = path
        self.url = self.root + path

    def over(self, window):
        return Refused("rate_limited", "rate_limited", 429,
                       [("Retry-After", "30")])

    @staticmethod
    def refuse(word, status):
        return Refused(word, word, status)

    def check(self, arrival):
        if arrival.path != self.path:
            raise self.refuse("no_service", 404)
        try:
            message = arrival.parse()
        except ValueError:
            raise self.refuse("invalid_payload", 400)
        if not message.get("text") and not message.get("blocks") \
                and not message.get("attachments"):
            raise self.refuse("no_text", 400)
        if len(message.get("attachments", [])) > 100:
            raise self.refuse("too_many_attachments", 400)

    def words(self, arrival):
        message = arrival.json or {}
        return "\n".join([message.get("text", "")] + [
            a.get("text", "") for a in message.get("attachments", [])])


class Mattermost(Slack):
    kind = "mattermost"

    def __init__(self, path="/hooks/xxx9876543210abcdefghijklm", **more):
        super().__init__(path=path, **more)

    def failure(self, refused):
        body = {"id": "web.incoming_webhook", "message": refused.words,
                "status_code": refused.status}
        return (refused.status, [("Content-Type", "application/json")],
                json.dumps(body).encode())

    def check(self, arrival):
        if arrival.path != self.path:
            raise self.refuse("Invalid webhook", 404)
        try:
            message = arrival.parse()
        except ValueError:
            raise self.refuse("Unable to parse incoming data", 400)
        if len(message.get("text", "")) > 16383:
            raise self.refuse("Message too long", 400)
        if len(json.dumps(message.get("attachments", []))) > 30000 or any(
                len(a.get("text", "")) > 7600
                for a in message.get("attachments", [])):
            raise self.refuse("Post props too long", 400)
        if not message.get("text") and not message.get("attachments"):
            raise self.refuse("No text specified", 400)

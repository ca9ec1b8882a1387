"""Feeds as sites write them."""

from __future__ import annotations

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Маслихат</title><link>http://example.kz/</link>
<language>ru</language>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{guid}</guid>
<pubDate>{date}</pubDate><description>{text}</description></item>"""


def item(number: int, **changes: str) -> str:
    values = {
        "title": f"Решение № {number}",
        "link": f"http://example.kz/act/{number}",
        "guid": f"urn:act:{number}",
        "date": "Fri, 20 Nov 2026 08:00:00 +0500",
        "text": f"О бюджете {number}",
        **changes,
    }
    return ITEM.format(**values)


def rss(*items: str) -> bytes:
    return RSS.format(items="".join(items)).encode()


PAGE = b"<!DOCTYPE html><html><head><title>News</title></head><body><p>rss</p></body></html>"
CAPTCHA = (
    "<html><head><title>Проверка</title></head><body>Подтвердите, что Вы не робот</body></html>"
).encode()
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">%s]>
<rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>&z;</title></item>
</channel></rss>""" % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 20) for n in range(25)
)
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:9/">]>
<rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>before &x; &y; after</title>
</item></channel></rss>"""

"""Shapes that a pattern may name instead of words: <money>, <date>, <link> … in a template or filled in.

Every part of these expressions is bounded, so that no text can make them slow.
"""

from __future__ import annotations

_NUMBER = r"\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,4})?"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

SHAPES: dict[str, str] = {
    "<money>": (
        rf"\{{amount\}}|(?:[¥$€£]|rmb|cny|usd|eur|gbp) ?{_NUMBER}"
        rf"|{_NUMBER} ?(?:元|块钱|万元|yuan|dollars|rmb|cny|usd|eur|euros?|pounds)"
        r"|[零一二两三四五六七八九十百千万亿点]{2,20}(?:元|块)"
    ),
    "<date>": (
        r"\{(?:deadline|due_on)\}|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{4}年|\d{1,2}月\d{1,2}[日号]?|\d{1,2}[号日]"
        r"|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]|今天|明天|后天|今晚|本周|下周|周[一二三四五六日末]"
        r"|星期[一二三四五六日天]|月底|月末|本月|下个?月"
        rf"|\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b|\b(?:{_DAYS})\b"
        r"|\b(?:today|tomorrow|tonight|end of the month)\b"
    ),
    "<time>": r"\b\d{1,2}:\d{2}\b|\b\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.)|\d{1,2}点",
    "<minutes>": (
        r"(?:\d{1,3}|[一二两三四五六七八九十百半几]{1,3}) ?个?(?:分钟|小时|钟头|秒)"
        r"|\b(?:\d{1,3}|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|sixty|next few)[ -]"
        r"(?:seconds?|minutes?|mins?|hours?|hrs?)\b|\bhalf an hour\b"
    ),
    "<link>": (
        r"\{(?:pay_link|help_link)\}|https?://[^\s，。]{1,300}|\bwww\.[^\s，。]{1,300}"
        r"|\b[a-z0-9-]{1,60}\.(?:com|cn|net|org|example)\b"
    ),
    "<phone>": r"\{phone\}|(?<!\d)\+?\d[\d -]{5,18}\d(?!\d)",
    "<name>": r"\{name\}",
    "<creditor>": r"\{creditor\}",
    "<agent>": r"\{agent\}",
}

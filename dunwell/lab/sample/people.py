"""Invented names and addresses: syllables drawn from lists, and numbers that nobody can have.

Telephone numbers lie where none is given out: +86 111 (no such range), +1 … 555 01xx and +44 7700 900xxx (kept free
for fiction by the numbering authorities). Identity numbers begin with 99, which is no region; e-mail goes to
example.com and example.cn; every company carries «示例» (sample) in its name.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dunwell.lab.sample.chance import Dice, Flags, Ints
from dunwell.lab.sample.columns import coded, constant, either, join, numbered

SURNAMES = tuple("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章")
GIVEN_FIRST = ("", *"晓子雨思文嘉明志海春秋云天若书一清安立新")
GIVEN_LAST = tuple("晨阳宇轩涵琪瑶婷静怡然博睿航帆峰磊鑫楠萱芸岚松柏竹兰梅荷菊桐")
SYLLABLES_FIRST = ("Ka", "Lo", "Ta", "Mi", "Ve", "Su", "Ro", "Ne", "Bri", "Do", "El", "Fa", "Jo", "Pe")
SYLLABLES_LAST = ("rin", "vo", "mel", "da", "shi", "nor", "vik", "lan", "dra", "wen", "tis", "bel", "gar", "lo")
PINYIN = ("chen", "yu", "xuan", "han", "qi", "yao", "ting", "jing", "rui", "hang", "fan", "lei", "nan", "lan", "song")
PLACES = ("云海", "青川", "白桦", "晨曦", "星河", "远山", "南浦", "临江", "松涛", "月湾")
TRADES = ("贸易", "物流", "科技", "餐饮", "制造", "传媒", "农业", "物联", "建材", "教育")
TRADES_EN = ("Trading", "Freight", "Robotics", "Catering", "Works", "Media", "Farming", "Sensors", "Supplies", "School")
STREETS = ("示例路", "虚构街", "样本大道", "测试巷")

PHONE_ROOM = 100_000_000
US_AREAS = ("212", "310", "415", "617", "646", "718")
LONDON, NEW_YORK, LOS_ANGELES = 3, 4, 5  # Indices into proportions.ZONES.


def names(*, company: Flags, english: Flags, dice: Dice) -> pa.Array:
    """This function will invent a name for every party."""
    n = len(company)
    people = either(english, _english(n, dice), _chinese(n, dice))
    return either(company, _companies(english, dice), people)


def _chinese(n: int, dice: Dice) -> pa.Array:
    return join(*(coded(words, dice.between(0, len(words), n)) for words in (SURNAMES, GIVEN_FIRST, GIVEN_LAST)))


def _english(n: int, dice: Dice) -> pa.Array:
    parts = [
        coded(words, dice.between(0, len(words), n))
        for words in (SYLLABLES_FIRST, SYLLABLES_LAST, SYLLABLES_FIRST, SYLLABLES_LAST)
    ]
    return join(parts[0], parts[1], " ", parts[2], parts[3])


def _companies(english: Flags, dice: Dice) -> pa.Array:
    n = len(english)
    place, trade, number = (dice.between(0, size, n) for size in (len(PLACES), len(TRADES), 1000))
    chinese = join(coded(PLACES, place), "示例", coded(TRADES, trade), numbered("", number, width=3), "号有限公司")
    foreign = join("Sample ", coded(TRADES_EN, trade), numbered(" No. ", number, width=3), " Ltd 示例")
    return either(english, foreign, chinese)


def mobiles(*, party: Ints, zone: Ints, dice: Dice) -> pa.Array:
    """This function will give every party a telephone number out of the ranges that are free for fiction."""
    n = len(party)
    home = numbered("+86111", party % PHONE_ROOM, width=8)
    states = join("+1", coded(US_AREAS, dice.between(0, len(US_AREAS), n)), numbered("55501", party % 100, width=2))
    britain = numbered("+447700900", party % 1000, width=3)
    american = np.isin(zone, (NEW_YORK, LOS_ANGELES))
    return either(american, states, either(zone == LONDON, britain, home))


def old_mobiles(party: Ints) -> pa.Array:
    """This function will give the number that a party had before, from the upper half of the same range."""
    return numbered("+86111", (party + PHONE_ROOM // 2) % PHONE_ROOM, width=8)


def emails(*, party: Ints, english: Flags, dice: Dice) -> pa.Array:
    """This function will give every party an address at example.com or example.cn."""
    n = len(party)
    first, last = (coded(PINYIN, dice.between(0, len(PINYIN), n)) for _ in range(2))
    return join(first, ".", last, numbered("", party, width=1), coded(("@example.cn", "@example.com"), english))


def identities(*, party: Ints, company: Flags, dice: Dice) -> pa.Array:
    """This function will give numbers that look like identity numbers of a region that does not exist."""
    n = len(party)
    born = join(*(numbered("", dice.between(low, high, n), width=2) for low, high in ((1950, 2006), (1, 13), (1, 29))))
    person = join(constant("990000", n), born, numbered("", party % 10_000, width=4))
    firm = numbered("9900000SAMPLE", party % 100_000, width=5)
    return either(company, firm, person)


def addresses(*, party: Ints, dice: Dice) -> pa.Array:
    """This function will give a street that does not exist in a place that does not exist."""
    n = len(party)
    place, street = (dice.between(0, size, n) for size in (len(PLACES), len(STREETS)))
    house = numbered("", party % 997 + 1, width=1)
    return join(coded(PLACES, place), "市", coded(STREETS, street), house, "号")


def app_ids(party: Ints) -> pa.Array:
    """This function will give the installation id of the company's app."""
    return numbered("app-sample-", party, width=9)


def social_ids(party: Ints) -> pa.Array:
    """This function will give an account name in a social network."""
    return numbered("sample_wx_", party, width=9)

"""Feeds in twenty encodings, declared rightly and wrongly. `feeds()` gives each with the titles that it must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

TEXTS = {
    "zh": ("智谱发布新一代大模型，参数规模达到三千亿", "阿里开源的模型在多项测试中超过对手", "深度求索：训练成本是多少？", "人工智能公司今天公布了新的价格",
           "北京的研究人员提出了一种训练方法"),
    "zh-hant": ("台灣大學發表新的語言模型，效能與國際水準相當", "這個月的開源模型比較：誰的表現最好", "研究人員說，訓練資料來自公開的網路", "政府將與業者討論人工智慧的規範",
                "新的晶片讓運算的時間減少一半"),
    "ja": ("新しい言語モデルを公開しました", "オープンソースのモデルが増えています", "これは日本の研究者による発表です", "中国の企業が人工知能の価格を下げた", "学習に使ったデータについて"),
    "ko": ("새로운 언어 모델을 공개했다", "오픈소스 모델이 늘어나고 있다", "이 회사는 가격을 내렸다고 발표했다", "연구자들은 학습 데이터를 공개하지 않았다", "인공지능 개발 경쟁이 다시 시작됐다"),
    "ru": ("Новая языковая модель вышла в открытый доступ", "Компания снизила цены на свои услуги", "Исследователи описали метод обучения", "Что известно о новой версии",
           "Открытые модели догоняют закрытые"),
    "fr": ("Un modèle publié à Pékin fait parler de lui", "L’entreprise a réduit ses coûts d’entraînement", "Où en est la recherche française ?", "Les modèles ouverts ont-ils gagné cet été ?",
           "Voilà ce que révèle la dernière étude"),
    "de": ("Neues Sprachmodell für alle Nutzer verfügbar", "Größere Modelle müssen nicht besser sein", "Die Preise fallen überall", "Forscher erklären das Verfahren ausführlich",
           "Was die Öffnung für Europa heißt"),
    "pl": ("Nowy model językowy już dostępny dla wszystkich", "Badacze opisują sposób uczenia się sieci", "Czy większe znaczy lepsze?", "Spółka obniżyła ceny usług",
           "Źródła podają, że wersja będzie gotowa wkrótce"),
    "el": ("Νέο γλωσσικό μοντέλο για όλους τους χρήστες", "Οι ερευνητές περιγράφουν τη μέθοδο", "Η εταιρεία μείωσε τις τιμές της", "Τι γνωρίζουμε για τη νέα έκδοση", "Τα ανοικτά μοντέλα κερδίζουν έδαφος"),
    "th": ("เปิดตัวโมเดลภาษาใหม่สำหรับทุกคน", "บริษัทลดราคาบริการลงครึ่งหนึ่ง", "นักวิจัยอธิบายวิธีการฝึก", "โมเดลแบบเปิดกำลังไล่ตาม", "สิ่งที่เรารู้เกี่ยวกับรุ่นใหม่"),
    "he": ("מודל שפה חדש זמין לכולם", "החברה הורידה את המחירים", "חוקרים מתארים את השיטה", "מה ידוע על הגרסה החדשה", "המודלים הפתוחים סוגרים את הפער"),
}  # fmt: skip

ENCODINGS = {
    # label: (codec, language, whether the bytes begin with a mark)
    "utf-8": ("utf-8", "zh"), "utf-8 with mark": ("utf-8-sig", "fr"), "utf-16": ("utf-16", "zh"), "utf-16le": ("utf-16-le", "ja"),
    "gb2312": ("gb2312", "zh"), "gbk": ("gbk", "zh"), "gb18030": ("gb18030", "zh"), "big5": ("big5", "zh-hant"),
    "big5-hkscs": ("big5hkscs", "zh-hant"), "shift_jis": ("cp932", "ja"), "euc-jp": ("euc_jp", "ja"), "iso-2022-jp": ("iso2022_jp", "ja"),
    "euc-kr": ("euc_kr", "ko"), "koi8-r": ("koi8-r", "ru"), "windows-1251": ("cp1251", "ru"), "windows-1252": ("cp1252", "fr"),
    "iso-8859-1": ("iso8859-1", "de"), "iso-8859-2": ("iso8859-2", "pl"), "windows-1253": ("cp1253", "el"), "tis-620": ("tis-620", "th"),
}  # fmt: skip

WRONG = ("utf-8", "iso-8859-1", "gbk", "big5", "shift_jis", "windows-1251", "x-nothing", "hex")


@dataclass(frozen=True, slots=True)
class Feed:
    """One document: the charset that its header and its XML declaration name ("" if none), its bytes and titles."""

    name: str
    header: str
    body: bytes
    titles: tuple[str, ...]
    is_declared: bool


def _titles(codec: str, language: str) -> tuple[str, ...]:
    plain = {"’": "'", "‘": "'"}
    return tuple(
        "".join(plain.get(c, c) for c in title) if codec.startswith("iso8859") else title for title in TEXTS[language]
    )


def feeds() -> Iterator[Feed]:
    """Every encoding: declared rightly in the header, the document and both, not at all, and wrongly in each way."""
    for label, (codec, language) in ENCODINGS.items():
        right = label.split()[0]
        ways = [(right, ""), ("", right), (right, right), ("", "")]
        for wrong in WRONG:
            if wrong != right:
                ways += [(wrong, right), (right, wrong), (wrong, wrong)]
        titles = _titles(codec, language)
        for header, declared in ways:
            said = f' encoding="{declared}"' if declared else ""
            items = "".join(f"<item><guid>{n}</guid><title>{title}</title></item>" for n, title in enumerate(titles))
            text = f'<?xml version="1.0"{said}?><rss version="2.0"><channel><title>{titles[0]}</title>{items}</channel></rss>'
            yield Feed(
                f"{label}: header {header or '-'}, document {declared or '-'}",
                header,
                text.encode(codec),
                titles,
                right in (header, declared),
            )

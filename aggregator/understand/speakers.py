"""Who may be quoted, and the forms of attribution in three languages. All for texts folded by `folding.low`.

Voices: lab, press, anonymous, authority, rights-holder, third-party-test. A speaker counts only in a form of
attribution (`according to X`, `X said`, `selon X`, `据X报道`), unless its word is one by itself (`sources`, `网传`).
"""

from __future__ import annotations

import re

_A = re.ASCII

PRESS = (
    "The Information", "Reuters", "Bloomberg", "Bloomberg News", "Financial Times", "Wall Street Journal", "WSJ",
    "CNBC", "Nikkei",
    "Nikkei Asia", "South China Morning Post", "SCMP", "Caixin", "LatePost", "Wired", "The Verge", "TechCrunch",
    "Axios", "Politico",
    "New York Times", "Washington Post", "The Economist", "Semafor", "404 Media", "Business Insider", "Forbes",
    "Fortune",
    "Ars Technica", "Associated Press", "AFP", "BBC", "The Guardian", "Handelsblatt", "Le Monde", "Les Echos",
    "Le Figaro", "Libération",
    "La Tribune", "L'Usine Digitale", "Yonhap", "Xinhua", "VentureBeat", "The Register", "Digitimes",
    "路透社", "路透", "彭博社", "彭博", "金融时报", "华尔街日报", "纽约时报", "日经", "日经亚洲", "南华早报",
    "财新", "晚点LatePost", "晚点",
    "36氪", "第一财经", "澎湃新闻", "界面新闻", "新华社", "机器之心", "量子位", "财联社", "证券时报", "美联社",
    "法新社",
)  # fmt: skip
MEDIA = ("外媒", "媒体", "local media", "Chinese media", "media reports", "la presse", "les médias", "des médias")
"""The press without a name."""
AUTHORITIES = (
    "Commerce Department", "Department of Commerce", "White House", "Pentagon", "State Department", "CAISI",
    "NIST", "FTC", "SEC",
    "Congress", "House committee", "European Commission", "data protection authority",
    "data protection commission", "Garante",
    "regulator*", "ministry", "watchdog", "prosecutor*", "court", "judge", "police", "officials", "government",
    "senator*", "lawmakers",
    "Cyberspace Administration", "Irish DPC", "CNIL", "AI Security Institute",
    "département du Commerce", "Maison-Blanche", "Commission européenne", "ministère*", "régulateur*", "parquet",
    "tribunal", "autorité*",
    "gouvernement", "ANSSI", "gendarmerie",
    "商务部", "白宫", "网信办", "工信部", "国务院", "欧盟委员会", "监管机构", "法院", "检察", "警方", "国会",
    "保护机构", "监管部门", "当局", "委员会",
    "五角大楼", "数据保护机构", "公安", "市场监管总局",
)  # fmt: skip
RIGHTS_HOLDERS = (
    "Disney", "Walt Disney", "Paramount", "Netflix", "Warner Bros", "Warner", "Universal", "Sony Pictures",
    "Motion Picture Association", "MPA",
    "Getty Images", "Authors Guild", "SAG-AFTRA", "RIAA", "GEMA", "SACEM", "Nintendo", "Kadokawa", "Shueisha",
    "Toei", "Universal Music",
    "Sony Music", "Warner Music", "rights holders", "studios", "publishers", "authors", "ayants droit", "éditeurs",
    "SACD", "auteurs",
    "迪士尼", "派拉蒙", "奈飞", "网飞", "华纳", "环球影业", "环球音乐", "索尼影业", "任天堂", "角川",
    "索尼音乐", "美国电影协会", "好莱坞",
    "音著协", "版权方", "出版社", "权利人", "Midjourney",
)  # fmt: skip
TESTERS = (
    "Artificial Analysis", "LMArena", "LM Arena", "Chatbot Arena", "Epoch AI", "METR", "OpenCompass", "SuperCLUE",
    "Vals AI", "LiveBench",
    "司南",
)  # fmt: skip
TESTED = (
    "our tests", "our own tests", "our test", "we tested", "we ran", "we measured", "i tested",
    "independent test*", "independent evaluation*",
    "third-party test*", "testers", "nos essais", "notre essai", "nous avons testé", "nos tests",
    "tests indépendants", "indépendant", "indépendante", "independent benchmark*", "independent review*",
    "essais indépendants",
    "实测", "我们测试", "第三方", "独立评测", "盲测", "评测机构",
)  # fmt: skip
"""Somebody else's test, whoever it was."""
NAMELESS = (
    "asked not to be named", "condition of anonymity", "several employees", "employee", "engineer",
    "staff members", "anonymous account",
    "sources", "source", "people familiar", "person familiar", "people with", "people briefed", "person briefed",
    "person close", "people close",
    "insider", "insiders", "employees", "two people", "three people", "a person", "leaker", "leakers", "rumours",
    "rumors", "an engineer",
    "des sources", "une source", "source interne", "sources proches", "personnes au fait", "personne au fait",
    "proche du dossier",
    "proches du dossier", "personnes proches", "des salariés", "plusieurs salariés", "plusieurs ingénieurs",
    "des ingénieurs", "plusieurs employés", "un ingénieur",
    "sous couvert d'anonymat", "un salarié", "rumeurs", "bruits de couloir",
    "知情人士", "消息人士", "内部人士", "有消息", "消息称", "网传", "爆料", "传闻", "业内人士", "接近公司",
    "据悉", "匿名", "坊间",
)  # fmt: skip
"""Nobody in particular: these need no verb of saying."""
HOUSE = (
    "the company", "the lab", "the start-up", "the startup", "the team", "the group", "the firm", "the developer",
    "the developers", "the maker",
    "company officials", "its technical report", "the technical report", "the model card", "model card",
    "its own tests", "its own charts",
    "own charts", "own tests", "own benchmarks", "a spokesman", "a spokeswoman", "a spokesperson", "spokesperson",
    "its blog", "the blog", "the press release",
    "le laboratoire", "l'entreprise", "le groupe", "la société", "la start-up", "la jeune pousse", "l'équipe",
    "l'éditeur", "le communiqué",
    "son communiqué", "un communiqué", "la fiche du modèle", "un porte-parole", "une porte-parole",
    "ses propres tests", "son blog", "le constructeur",
    "官方", "公司", "该公司", "团队", "研究团队", "发言人", "技术报告", "官网", "厂商", "官方博客", "负责人",
    "发布会", "模型卡",
)  # fmt: skip
"""The lab itself, not by name."""

_ARTICLES = (
    r"(?:\s?(?:the|a|an|two|three|several|its|their|own|us|u\.s\.|america's|italy's|le|la|les|l'|un|une|des"
    r"|deux|trois|son|ses|leur"
    r"|l'equipe|l'agence|le journal|le quotidien|le site|sources at|美国|英国|路透|媒体))*\s?[\"']?$"
)
BEFORE = re.compile(
    r"(?:\baccording to|\bper|\bcit(?:es?|ed|ing)|\breport(?:s|ed)? by|\breport (?:in|from)|\btold|\bin"
    r"|\bby its own|\bquoting"
    r"|\b(?:seen|obtained|viewed|reviewed) by|\b(?:consultes?|obtenus?|vus?) par"
    r"|\bselon|\bd'apres|\bciter|\bdans|\ba en croire|^pour"
    # a verb turned round stands behind a comma or a quotation
    r"|(?:^|[,\"'])\s?(?:said|says|claims?|claimed|writes|affirme|assure|dit|indique|estime|precise|rapporte"
    r"|ecrit|croit savoir"
    r"|revele|avance|explique|cite|revendique)"
    r"|告诉|据|根据|援引|引述|引用|按照|按|从|在)" + _ARTICLES,
    re.ASCII,
)
"""What stands before a speaker."""

AFTER = re.compile(
    r"(?:, [^,.;]{3,60},)?(?:'s?)?(?:,? (?!(?:and|but|with|after|before|over|beats?|is|was|has|which"
    r"|that)\b)[\w.'-]+){0,3}?,? (?:has |have |had |also |first |a |ont )?"
    r"(?:said|says|say|claims?|claimed|reports?|reported|told|tells|puts?|announced|state[sd]|stated|accuse[sd]?"
    r"|accusing|alleges?|alleged|argue[sd]?|warn(?:s|ed)?|finds?|found"
    r"|estimates?|estimated|wr(?:ites|ote)|counts|denie[sd]|learned|learnt|understands|believes?|shows?"
    r"|showed|demand(?:s|ed)|threatens?|threatened|sues|sued"
    r"|called|calls|names|expect|expects|confirmed|confirms|boasts?|insists?|promise[sd]?|revealed|reveals|rated"
    r"|rates"
    r"|affirmen?t?|assuren?t?|dit|disent|indiquen?t?|estimen?t?|precisen?t?|rapporten?t?|ecrit|revendiquen?t?"
    r"|annonce|annoncent|declare|parle|avance|evoque|explique|reproche|accusen?t?|denonce|denoncait|exige|menace"
    r"|poursuit|assigne|compte|promet|juge|revelen?t?|apprend|apprennent|a appris|soutien(?:t|nent)"
    r"|previen(?:t|nent)|reclamen?t?|alerten?t?|s'inquieten?t?|s'alarmen?t?|revele|croit)\b"
    r"|(?:独家|快讯)|[^,。;:]{0,8}?(?:称|表示|透露|说(?!明书)|指出|报道|宣称|介绍|获悉|指责|指控|通报|写道"
    r"|认为|援引|声明"
    r"|强调|披露|公布|致函|起诉|点名|要求|提到|发现|显示)",
    _A,
)
"""What stands behind a speaker."""

INSIDE = re.compile(
    r"(?:\bat|\bclose to|\binside|\bwithin|\bfrom|\bproches? d[eu'](?: l[ae'])?|\bau sein d[eu'](?: l[ae'])?"
    r"|接近|与)\s?$",
    _A,
)
"""What makes a house the one that somebody is near to, and not the speaker."""

ELLIPTIC = re.compile(
    r"(?:并|,|还|且|同时)(?:称|表示|宣称|说(?!明)|透露|强调)|, (?:and )?(?:says|saying|said|claims"
    r"|claiming) (?:it|that|the)\b"
    r"|, (?:et )?(?:affirme|assure|dit|affirmant|assurant)\b",
    _A,
)
"""A verb of saying whose subject stands at the sentence's beginning."""

REPORTED = re.compile(
    r"(?:[Tt]he )?(?P<name>(?:[A-Z][\w&'’-]+ ){0,3}[A-Z][\w&'’-]+),? (?:has |had |have |also "
    r"|first )?(?:reported|reports)\b(?! (?:a|an|record|revenue|profit|losses|earnings)\b)"
)
"""An outlet that no list knows, by what it does."""
REPORTED_ZH = re.compile(r"据(?P<name>[^,。;、:]{2,16}?)(?:援引[^,。;]{0,16})?(?:报道|独家)")
"""The same in Chinese."""
QUOTED = re.compile(
    r"according to (?:the )?(?P<name>(?:[A-Z][\w&'’-]+ ){0,3}[A-Z][\w&'’-]+)|[Ss]elon (?:le |la |l'"
    r"|les )?(?P<fr>(?:[A-Z][\wé&'’-]+ ){0,3}[A-Z][\wé&'’-]+)"
)
"""Somebody of that name is quoted; nobody knows who."""

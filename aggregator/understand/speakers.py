"""Who may be quoted, by name or by word, in three languages. All for texts folded by `folding.low`; tables only.

A speaker counts only in a form of attribution (`according to X`, `X said`, `selon X`, `据X报道`; see `attribution`), unless
its word is one by itself (`sources`, `网传`).
"""

from __future__ import annotations

LAB, PRESS, ANONYMOUS = "lab", "press", "anonymous"
AUTHORITY, RIGHTS_HOLDER, TEST = "authority", "rights-holder", "third-party-test"
"""The voices."""

OUTLETS = (
    "The Information", "Reuters", "Bloomberg", "Bloomberg News", "Financial Times",
    "Wall Street Journal", "WSJ",
    "CNBC", "Nikkei",
    "Nikkei Asia", "South China Morning Post", "SCMP", "Caixin", "LatePost", "Wired", "The Verge",
    "TechCrunch",
    "Axios", "Politico",
    "New York Times", "Washington Post", "The Economist", "Semafor", "404 Media", "Business Insider",
    "Forbes",
    "Fortune",
    "Ars Technica", "Associated Press", "AFP", "BBC", "The Guardian", "Handelsblatt", "Le Monde", "Les Echos",
    "Le Figaro", "Libération",
    "La Tribune", "L'Usine Digitale", "Mediapart", "L'Opinion", "Numerama", "Die Zeit", "Der Spiegel",
    "Nature",
    "MIT Technology Review", "Rest of World", "The Wire China", "Sixth Tone", "Global Times", "China Daily",
    "Economic Observer", "The Atlantic", "Time", "NBC News", "Sky News", "Le Soir", "Yonhap", "Xinhua",
    "VentureBeat", "The Register", "Digitimes",
    "路透社", "路透", "彭博社", "彭博", "金融时报", "华尔街日报", "纽约时报", "日经", "日经亚洲", "南华早报",
    "财新", "晚点LatePost", "晚点",
    "36氪", "36Kr", "第一财经", "虎嗅", "极客公园", "新智元", "经济观察报", "21世纪经济报道", "证券日报", "中国证券报",
    "上海证券报",
    "每日经济新闻", "科创板日报", "新浪科技", "腾讯科技", "凤凰科技", "钛媒体", "甲子光年", "央视", "人民日报",
    "环球时报",
    "经济学人", "卫报", "英国广播公司", "法新社", "共同社", "韩联社", "连线杂志", "澎湃新闻", "界面新闻", "新华社",
    "机器之心", "量子位", "财联社",
    "证券时报", "美联社",
    "法新社",
)  # fmt: skip
MEDIA = ("外媒", "媒体", "local media", "Chinese media", "media reports", "la presse", "les médias", "des médias")
"""The press without a name."""
AUTHORITIES = (
    "Commerce Department", "Department of Commerce", "White House", "Pentagon", "State Department", "CAISI",
    "NIST", "FTC", "SEC",
    "Congress", "House committee", "European Commission", "data protection authority",
    "data protection commission", "Garante",
    "regulator*", "ministry", "watchdog", "prosecutor*", "court", "judge", "police", "officials",
    "government",
    "senator*", "lawmakers",
    "Cyberspace Administration", "Irish DPC", "CNIL", "AI Security Institute",
    "département du Commerce", "Maison-Blanche", "Commission européenne", "ministère*", "régulateur*",
    "parquet",
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
    "Sony Music", "Warner Music", "Lionsgate", "Sega", "Bandai Namco", "Studio Ghibli", "CODA",
    "VG Bild-Kunst",
    "Sacem", "SCAM", "Penguin Random House", "Hachette", "Ziff Davis", "New York Times Company",
    "rights holders", "studios", "publishers", "authors", "ayants droit", "éditeurs",
    "SACD", "auteurs",
    "迪士尼", "派拉蒙", "奈飞", "网飞", "华纳", "环球影业", "环球音乐", "索尼影业", "任天堂", "角川",
    "索尼音乐", "美国电影协会", "好莱坞",
    "狮门", "盖蒂图片社", "东映", "集英社", "讲谈社", "小学馆", "吉卜力", "万代", "世嘉", "美国作家协会", "音著协",
    "版权方", "出版社", "权利人",
    "Midjourney",
)  # fmt: skip
TESTERS = (
    "Artificial Analysis", "LMArena", "LM Arena", "Chatbot Arena", "Epoch AI", "METR", "OpenCompass",
    "SuperCLUE",
    "Vals AI", "LiveBench", "LiveCodeBench", "Terminal-Bench", "SWE-rebench", "Design Arena",
    "WebDev Arena", "MLPerf",
    "Hallucination Leaderboard", "OpenRouter Rankings",
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
    "asked not to be named", "sources", "a source", "one source", "another source", "insider", "insiders",
    "rumours", "rumors",
    "des sources", "une source", "source interne", "sources proches", "selon des sources", "rumeurs",
    "知情人士", "消息人士", "内部人士",
    "的人士称", "的人士表示", "的人士说", "的人士透露",
    "有消息", "消息称", "网传", "爆料", "传闻", "业内人士", "接近公司", "据悉",
    "匿名",
    "坊间",
)  # fmt: skip
"""Nobody in particular: these need no verb of saying."""
HOUSE = (
    "company officials", "a spokesman", "a spokeswoman", "a spokesperson", "spokesperson", "spokesman",
    "spokeswoman", "its blog", "the blog", "son blog", "un porte-parole", "une porte-parole", "porte-parole",
    "官方", "团队", "发言人", "负责人",
)  # fmt: skip
"""The lab itself, not by name."""

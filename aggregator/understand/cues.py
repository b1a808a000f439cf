"""The vocabulary by which an item's kind is told: words by category and language.

`*` at the end stands for any ending. Case, accents, width and traditional characters do not matter. What the
categories mean, and which of them wins, is in `aggregator.kinds`.
"""

from __future__ import annotations

CUES: dict[str, dict[str, tuple[str, ...]]] = {
    # A lab makes something available or presents it, as done.
    "release": {
        "zh": (
            "发布", "推出", "上线", "开源", "登场", "亮相", "来了", "问世", "揭晓", "面世", "开放权重", "放出",
            "首发", "官宣", "开卖", "上架", "公布",
            "齐发", "放大招", "上新", "开放下载", "正式版", "发新模型", "新模型", "新品", "释出", "驾到", "炸场",
            "出炉", "降临", "重磅", "端出", "亮剑",
            "祭出", "甩出", "交卷", "免费开放", "开放体验", "开测", "公测", "开启测试", "首个", "首款",
        ),
        "en": (
            "released", "releases", "launched", "launches", "unveils", "unveiled", "introduces", "introduced",
            "introducing", "open-sources", "open-sourced", "open sources", "open sourced", "opens", "ships",
            "shipped", "drops", "dropped", "debuts", "debuted", "arrives", "arrived", "goes open", "rolls out",
            "rolled out", "announces", "announced", "presents", "presented", "publishes", "published", "is here",
            "are here", "is out", "is live", "now available", "is available", "available now", "lands", "puts out",
            "makes available", "is now open", "reveals", "revealed", "has released", "has launched", "has opened",
            "gives away", "turns loose", "goes live", "takes the wraps off", "steps out", "enters the ring",
            "uncorks", "first look", "new model", "new models", "says hello", "is open", "are open", "go open",
            "shows off", "showed off", "meet", "posts", "up on hugging face", "are up", "is up", "shows",
        ),
        "fr": (
            "lance", "lancent", "publie", "publient", "devoile", "devoilent", "presente", "presentent", "sort",
            "sortent", "ouvre", "ouvrent", "degaine", "degainent", "annonce", "annoncent", "libere", "met en ligne",
            "disponible", "disponibles", "arrive", "arrivent", "debarque", "debarquent", "deploie", "dote",
            "met a disposition", "passe en open source", "leve le voile", "a lance", "a publie", "a devoile",
            "a presente", "fait son entree", "mise en ligne", "nouveau modele", "nouvelle ia", "rend public",
            "s'ouvre", "officialise", "inaugure", "sort de l'ombre", "la nouvelle ia", "voici", "est la", "propose",
            "livre", "ouvert",
        ),
    },
    # Nouns and weak forms of the same: they tell a release only where a line is named and nothing else is told.
    "release_noun": {
        "en": (
            "open-weight", "release", "launch", "debut", "unveil", "introduce", "open source", "open-source",
            "release of", "launch of",
        ),
        "fr": (
            "lancement", "sortie", "publication", "mise en ligne",
        ),
    },
    # Something that is out changes.
    "update": {
        "zh": (
            "升级", "更新", "涨价", "降价", "提价", "调价", "下架", "修复", "灰度", "扩至", "扩容", "限量", "限购",
            "限免", "限时免费", "停售",
            "停止服务", "关停", "新增", "降至", "下调", "上调", "免费用", "提速", "加速版", "高速版", "新版本",
            "更名", "补齐", "图生图版本", "下线", "快照",
            "小版本", "已支持", "扩展至", "售罄", "打折", "优惠", "订阅", "套餐", "全尺寸", "小尺寸", "更多尺寸",
            "再开源", "再添", "追加", "换上",
            "暂停新用户", "暂停", "改为", "计费", "额度", "取消", "暂不支持", "恢复开放", "支持多", "新功能",
            "检查点", "底座模型", "基座权重", "支持了",
            "新增支持", "加量", "现已支持", "登陆", "能力增强", "提升至", "增强",
        ),
        "en": (
            "update", "updates", "updated", "upgrade", "upgrades", "upgraded", "price cut", "price cuts",
            "price hike", "price", "prices", "pricing", "cuts prices", "raises prices", "patched", "patches",
            "patch", "fixes", "fixed", "fix", "adds", "added", "now supports", "expands", "expanded", "boosts",
            "doubles", "extends", "deprecates", "retires", "retired", "discontinue*", "snapshot", "refresh*",
            "faster version", "highspeed", "sold out", "rate limit*", "subscription*", "discount*", "cheaper",
            "per cent cheaper", "new sizes", "smaller sizes", "sizes", "now runs", "turbo mode", "fast mode",
            "free tier", "revamp*", "rolls back", "more sizes", "quantized version", "quantised version",
            "official version", "final version", "graduates", "out of preview", "general availability", "gets",
            "blocks", "blocked", "disables", "removes", "pauses", "paused", "suspends", "restores", "now lets",
            "lets users", "base checkpoint", "checkpoints", "checkpoint", "fp8", "nvfp4", "int4",
            "quantised checkpoints", "reaches all", "paying users", "all users", "every paid plan", "all paid",
            "quantized checkpoints", "rate limits", "new feature", "features", "retire", "now has", "now have",
            "replaces", "replaced", "swaps", "ends", "now works", "raises", "lowers", "halves", "slashes",
            "slashed", "opens api", "longer context", "now free", "tops up", "learns to", "can now", "supports",
            "plugin*", "50% cheaper", "% cheaper", "half price", "revised", "redesign*", "free for all",
            "for a limited time", "limited-time", "halts", "halted", "withdraws", "pulls", "costs more",
            "raises the price", "doubles the",
        ),
        "fr": (
            "met a jour", "mise a jour", "mises a jour", "baisse", "baisse de prix", "baisse ses prix", "augmente",
            "augmente ses prix", "hausse", "ajoute", "corrige", "passe a", "passent a", "etend", "ameliore",
            "tarif", "tarifs", "prix", "s'enrichit", "rupture de stock", "gagne", "supprime", "abonnement*",
            "correctif", "nouvelle version de", "version finale", "nouvelles tailles", "petites tailles",
            "complete sa gamme", "recoit", "bloque", "suspend", "restreint", "retire", "desactive", "fp8", "limite",
            "reduit", "reduisent", "divise", "peut desormais", "desormais",
        ),
    },
    # Not out, by somebody's word: expected, planned, leaked, seen in code.
    "rumour": {
        "zh": (
            "据悉将", "传闻", "网传", "或将", "或于", "或在", "或为", "或是", "有望", "将于", "将推出", "将发布",
            "将开源", "将上线", "将很快", "将在",
            "将迎", "将亮相", "将登场", "将推", "将至", "将出", "将公布", "将开放", "即将", "曝光", "被曝", "泄露",
            "泄漏", "剧透", "疑似", "疑为",
            "疑是", "知情人士", "消息称", "爆料", "预计", "计划", "在路上", "猜测", "现身", "预热", "倒计时", "敲定",
            "最快", "蓄势待发", "箭在弦上",
            "呼之欲出", "近了", "临近", "待发", "悬念", "预告", "不日", "下周发布", "下周推出", "下周上线",
            "下周开源", "本周发布", "月底发布", "下月发布",
            "下月推出", "年内发布", "年内推出", "静候", "迟迟", "未至", "何时", "正在研发", "正研发", "内部测试",
            "酝酿", "筹备", "憋大招", "神秘模型", "提前向",
            "明日", "明天发布", "即日将", "路线图", "在即", "发布时间", "发布日期", "上线时间", "定档", "传言",
            "年内", "有消息", "有消息称", "内部消息",
            "即将到来", "仍未现身", "还没来", "迟到", "没等到", "仍未发布", "尚未发布", "还未发布", "要来了",
            "快来了", "快了", "要等", "还要等", "再等等",
            "快上线", "网友发现", "被发现", "偷跑", "漏底", "实锤", "要发", "准备发", "有谱", "等不到", "仍在训练",
            "训练中", "在训", "已完成训练", "新动向",
            "或成", "露出", "苗头", "打磨",
        ),
        "en": (
            "expected to", "is expected", "are expected", "expected in", "expected next", "expected this",
            "expected by", "expected soon", "widely expected", "rumour*", "rumor*", "leak", "leaks", "leaked",
            "reportedly", "plans to", "planning to", "to launch", "to release", "to unveil", "to open-source",
            "to open source", "to debut", "to ship", "to introduce", "to roll out", "to publish", "to announce",
            "to present", "to open weights", "to drop", "to arrive", "to reveal", "to follow", "set to",
            "poised to", "slated", "upcoming", "sources say", "source says", "spotted", "sighted", "hints", "hint",
            "hinted", "tease", "teases", "teased", "teaser", "next week", "next month", "coming soon",
            "coming next", "is coming", "are coming", "soon", "prepares", "preparing", "readies", "readying",
            "gears up", "lines up", "talk of", "is this", "before the model", "what we know", "everything we know",
            "may be", "may launch", "may release", "may unveil", "may arrive", "may come", "may soon", "may drop",
            "may open", "may ship", "will release", "will launch", "will unveil", "will open", "will arrive",
            "will be", "will ship", "will debut", "will publish", "will follow", "on the way", "around the corner",
            "in the works", "imminent", "imminently", "weeks away", "days away", "loom", "looms", "looming",
            "speculation",
            "suspected", "mystery model", "stealth model", "people familiar", "no weights yet", "aims to",
            "countdown", "said to", "believed to", "gives early access", "awaits", "waiting for", "still waiting",
            "still no", "where is", "pull request*", "due next", "due in", "due as soon", "next-generation model",
            "code suggests", "references to", "hinted at", "on the horizon", "still waiting for",
            "still looking at", "did not show", "no sign of", "promised for", "had promised", "yet to appear",
            "yet to arrive", "nears", "nearing", "about to", "close to release", "close to launch", "inches closer",
            "in training", "being trained", "to be released", "on track", "points to", "appear in", "appears in",
            "what to expect", "awaited", "long-awaited", "in testing", "is testing", "internal test*", "internally",
            "begins testing", "might launch", "might release", "might arrive", "might come", "might drop",
            "might unveil", "might land", "might debut", "might ship", "might open", "might be released",
            "might be launched", "might be here", "might be out", "might be coming", "might be weeks",
            "might be days", "might be the next", "could launch", "could release", "could arrive", "could come",
            "could drop", "could unveil", "could land", "could debut", "could ship", "could open",
            "could be released", "could be launched", "could be here", "could be out", "could be coming",
            "could be weeks", "could be days", "could be the next",
        ),
        "fr": (
            "pourrait", "pourraient", "devrait", "devraient", "attendu", "attendue", "attendus", "rumeur*", "fuite",
            "fuites", "s'apprete", "s'appretent", "prevu", "prevue", "bientot", "prochainement",
            "selon des sources", "selon nos sources", "serait", "seraient", "laissent penser", "laisse penser",
            "prepare", "preparent", "annoncerait", "lancerait", "sortirait", "presenterait", "publierait",
            "arriverait", "devoilerait", "ouvrirait", "arrivera", "sortira", "lancera", "publiera", "devoilera",
            "presentera", "ouvrira", "va lancer", "va sortir", "va publier", "va devoiler", "va presenter",
            "va ouvrir", "compte lancer", "veut lancer", "en approche", "la semaine prochaine", "le mois prochain",
            "imminent*", "imminente", "se fait attendre", "se fait desirer", "on attend", "d'ici la fin",
            "mysterieux modele", "compte a rebours", "a l'horizon", "est-ce", "prelude a", "sera lance",
            "sera publie", "sera disponible", "sera presente", "vise une sortie", "planche sur", "laisse entrevoir",
            "tease", "annonce pour", "dans les prochains jours", "dans les prochaines semaines", "en preparation",
            "futur modele", "prochain modele", "attend toujours", "toujours pas", "ce que l'on sait",
            "ce qu'on sait", "que sait-on", "en cours d'entrainement", "se prepare", "bruits de couloir",
            "encore en test", "sur le point", "se rapproche", "aux portes",
        ),
    },
    # Said to be untrue, or put off: the line is not out.
    "denial": {
        "zh": (
            "辟谣", "否认", "假的", "不实", "谣言", "子虚乌有", "推迟", "延期", "跳票", "延后", "延迟", "伪造",
            "爽约", "未获", "再推迟", "不会发布",
            "没有发布", "还没好", "暂缓", "搁置",
        ),
        "en": (
            "denies", "denied", "deny", "debunk*", "hoax", "not true", "delay", "delays", "delayed", "postpone*",
            "pushed back", "pushes back", "slips", "slipped", "no-show", "fake benchmark*", "fake screenshot*",
            "not yet", "holds back", "to next quarter", "to next month", "to next year", "to next week",
            "until next", "stalls", "slip", "holds off", "shelves", "shelved", "scraps",
        ),
        "fr": (
            "dement", "dementent", "dementi", "repousse", "repoussee", "reporte", "retarde", "retard", "ajourne",
            "decale", "infondee*", "prend du retard", "pas avant", "patienter", "au trimestre prochain",
            "a l'annee prochaine",
        ),
    },
    # Law, regulation, export control, copyright, security, censorship, disputes.
    "policy": {
        "zh": (
            "出口管制", "禁令", "禁止", "封禁", "禁用", "版权", "侵权", "起诉", "诉讼", "监管", "法案", "立法",
            "合规", "漏洞", "蒸馏攻击", "指控",
            "控诉", "审查", "约谈", "制裁", "备案", "网信办", "隐私", "黑客", "恶意软件", "律师函", "黑名单",
            "实体清单", "国家安全", "国会", "众院",
            "参议员", "反垄断", "罚款", "调查", "泄密", "数据泄露", "源码泄露", "滥用", "窃取", "非法", "违规",
            "法院", "判决", "封杀", "工信部", "商务部",
            "欧盟", "点名", "换脸", "深度伪造", "开源协议争议", "伦理", "治理", "标识办法", "抄袭", "套壳", "维权",
            "下架应用", "放行", "批准出口", "整治",
            "迪士尼", "派拉蒙", "奈飞", "华纳", "音著协", "肖像", "获批", "准许", "许可采购", "声讨", "喊停", "网信",
            "违法", "处罚", "算法备案", "未成年",
            "好莱坞", "慎用", "数据保护", "保护机构", "禁用令", "政府机构", "公务", "立案", "裁定", "议员", "白宫",
            "出口许可", "断供", "停供", "数据出境",
            "反制", "关税", "法官", "和解", "合规整改",
        ),
        "en": (
            "ban", "bans", "banned", "export control*", "export curb*", "export rule*", "sanction*", "lawsuit*",
            "sue", "sues", "sued", "copyright", "infring*", "regulator*", "regulation*", "accuse", "accuses",
            "accused", "accusing", "accusation*", "embargo", "blacklist*", "censor*", "malware", "privacy", "court",
            "congress", "senator*", "senate", "lawmaker*", "probe", "investigat*", "cease-and-desist", "siphon*",
            "copied", "copying", "fake accounts", "fraudulent accounts", "ministry", "watchdog", "antitrust",
            "fined", "fine-print", "smuggl*", "national security", "cybersecurity", "hacker*", "hacked",
            "vulnerabilit*", "backdoor*", "stolen", "theft", "entity list", "white house", "commerce department",
            "european commission", "likeness*", "hollywood", "safeguards", "illegal*", "govern*", "treaty",
            "declaration", "curbs", "crackdown", "data leak", "leaks source", "source code leak",
            "exposed database", "licence dispute", "license dispute", "plagiari*", "pentagon", "jailbreak*",
            "military", "espionage", "spy", "spying", "restrict", "restricts", "restrictions", "deepfake*",
            "injunction", "settle", "settles", "settlement", "demanding", "rein in", "cease and desist", "disney",
            "paramount", "netflix", "warner bros", "motion picture", "getty images", "sag-aftra", "publishers",
            "nod", "approve*", "approval", "cleared to", "clears", "licence to sell", "license to sell",
            "rights holders", "minister*", "prime minister", "parliament", "eu", "ftc", "cyberspace administration",
            "age check*", "labelling rule*", "labeling rule*", "outlaw*", "arrest*", "prosecut*", "complain*",
            "exposed", "smash-and-grab", "scam*", "blocked by", "steal", "steals", "stealing", "to stop", "cease",
            "demands that", "bars", "barred", "warns", "data protection", "lawmakers", "tariff*", "waiver",
            "subpoena*", "agencies", "state department", "nist", "caisi", "homeland", "beijing tells",
            "beijing orders", "curb", "off-limits", "trademark", "licensing dispute", "attribution", "unauthorised",
            "unauthorized", "hijack*", "prompt injection", "guardrail*", "child safety", "suicide*", "rules",
            "tightens", "judge",
        ),
        "fr": (
            "interdit", "interdite", "interdisent", "interdiction", "droit d'auteur", "droits d'auteur", "plainte",
            "poursuit", "poursuivi", "accuse", "accusent", "accusation*", "regulat*", "loi", "cnil", "censure",
            "faille", "failles", "congres", "enquete", "tribunal", "justice", "vie privee", "piratage", "pirate*",
            "espion*", "bruxelles", "commission europeenne", "denonce", "parasitisme", "contrefacon", "illegal*",
            "malveillant*", "rgpd", "amende", "contourne", "restrictions", "gouvernement", "proces", "sommation",
            "mise en demeure", "souverainete", "vol de", "met en demeure", "mettre en demeure", "poursuites",
            "pillage", "ayants droit", "disney", "paramount", "netflix", "warner", "part en guerre", "senat",
            "assemblee", "ministre", "feu vert", "bloque en", "exige", "menace de poursuites", "durcit",
            "pekin interdit", "autorites", "gendarme", "mise en garde", "donnees personnelles", "sanctions",
            "assigne", "assignent", "attaque en justice", "bannit", "exclut", "proscrit", "restreint l'acces",
            "juge", "regles",
        ),
    },
    # Money, markets, people, factories.
    "business": {
        "zh": (
            "融资", "上市", "市值", "股价", "募资", "估值", "收购", "招股", "财报", "营收", "入职", "离职", "招聘",
            "裁员", "投资", "战略合作", "破顶",
            "加盟", "买入", "招股书", "挖角", "获受理", "聆讯", "港股", "涨停", "暴涨", "大涨", "大跌", "净利",
            "亏损", "年薪", "期权", "股权", "领投",
            "完成新一轮", "亿美元", "亿元", "首席科学家", "出任", "任命", "接任", "高管", "组织架构", "架构调整",
            "采购", "订单", "产能", "签约", "合作",
            "分拆", "套现", "减持", "增持", "数据中心", "算力中心", "日活", "月活", "用户数", "破亿", "红包", "辞任",
            "卸任", "人才", "重组", "入股",
            "跳槽", "收入", "付费用户", "免单", "投入", "盈利", "股东", "首富", "薪酬", "撒钱", "补贴", "挖来",
            "挖走", "负责人", "出资", "烧钱", "净赚",
            "募", "破发", "首日", "敲钟", "递表", "过会", "大模型第一股", "下载榜", "下载量", "加入", "产量", "年会",
            "季报", "净亏", "押金", "出走",
            "团队解散", "研究员", "带货", "gmv", "选用", "敲定合作",
        ),
        "en": (
            "ipo", "funding", "raises $*", "raises us$*", "raised $*", "valuation", "valued", "shares",
            "share price", "stock", "stocks", "revenue", "hires", "hired", "hire", "acquires", "acquire",
            "acquisition", "invests", "invest", "investment", "investor*", "earnings", "listing", "rally",
            "market cap", "partnership", "partners with", "profit", "losses", "layoff*", "lays off", "poach*",
            "departs", "departure", "leaves", "quits", "joins as", "appoint*", "chief scientist", "ceo", "surges",
            "soar", "soars", "slump*", "plunge*", "buy rating", "billion deal", "stake", "data centre",
            "data center", "spending", "capex", "monthly users", "daily users", "active users", "bourse",
            "prospectus", "supply deal", "trading debut", "nasdaq", "hong kong debut", "million users",
            "walks out", "steps down", "resigns", "talent", "reorgani*", "restructur*", "arr", "earns", "earned",
            "income",
            "outlay", "budget", "giveaway*", "subsid*", "acquisitions", "stock market", "public offering",
            "files for", "pre-ipo", "backers", "backed", "buys", "bought", "sales", "jump", "jumps", "tumble*",
            "app store", "market share", "spin-off", "spins off", "spun off", "data centres", "data centers",
            "merger", "contract", "campaign", "surge", "production", "output", "revenues", "listed", "goes public",
            "research lead", "co-founder", "cofounder", "headcount", "bonus", "bonuses", "debt", "loan", "buyout",
            "takeover", "shareholder*", "optimism", "quarterly", "in talks", "weighs", "relies on",
        ),
        "fr": (
            "levee de fonds", "leve", "en bourse", "introduction en bourse", "valorisation", "actions", "recrute*",
            "chiffre d'affaires", "rachat", "rachete", "investit", "investissement*", "cotee*", "cotees",
            "cotation", "milliards d'euros", "milliards de dollars", "licencie*", "demission*", "partenariat",
            "centre de donnees", "s'envole", "s'envolent", "quitte", "nomme", "debauche*", "claque la porte",
            "benefice*", "pertes",
            "capitalisation", "fonds", "s'allie", "acquisition", "acquisitions", "acquiert", "s'offre", "budget",
            "depense*", "revenus", "action", "investisseur*", "salarie*", "campagne", "subvention*", "contrat",
            "bourse de", "embauche*", "entre en bourse", "production", "embauche", "trimestriel*",
        ),
    },
    # Hardware: business where no line is named.
    "chips": {
        "zh": (
            "芯片", "晶片", "算力卡",
        ),
        "en": (
            "chips", "chip", "processors", "accelerators",
        ),
        "fr": (
            "puce", "puces", "processeurs",
        ),
    },
    # Lines that are out, measured against each other or tested.
    "comparison": {
        "zh": (
            "横评", "对比", "评测", "实测", "测评", "榜单", "排名", "跑分", "对决", "谁最", "谁更", "竞技场", "盲测",
            "大比拼", "排行榜", "哪个好",
            "哪家强", "怎么选", "怎么样", "体验报告", "深度体验", "天梯", "横向", "测试报告", "一手实测", "上手",
            "谁是", "谁强", "能打吗", "好用吗", "谁更强",
            "同题", "大乱斗", "对垒", "比拼", "榜", "第一名", "十道题", "见分晓", "谁赢", "胜负", "打分",
        ),
        "en": (
            "pk", "versus", "benchmarked", "review", "reviewed", "comparison", "compared", "hands-on", "ranking",
            "rankings", "leaderboard", "arena", "head to head", "head-to-head", "shootout", "we tested", "i tested",
            "tested", "put to the test", "which is better", "which one", "face-off", "faceoff", "ranked",
            "scoreboard", "side by side", "suffers more", "outscores", "showdown", "we tried", "i tried",
            "how good is", "a week with", "compares", "comparing", "bench", "benchmarks", "elo", "same prompt",
            "same task", "test drive", "tops the", "worth it", "the best model i", "put through", "stress test",
            "stress-test", "tested on", "which coding", "verdict", "pitted", "rated", "scorecard",
            "first impressions", "impressions",
        ),
        "fr": (
            "comparatif", "comparaison", "face a", "banc d'essai", "classement", "match", "on a teste",
            "nous avons teste", "teste", "duel", "lequel choisir", "que vaut", "que valent", "prise en main",
            "notre test", "test :", "a l'epreuve", "palmares", "fait tourner le meme", "meme prompt",
            "nous avons fait", "au banc", "confronte", "test de", "a l'essai", "verdict", "notre avis", "essai",
        ),
    },
    # How to use, run or port something.
    "howto": {
        "zh": (
            "教程", "指南", "手把手", "本地部署", "本地运行", "接入指南", "保姆级", "入门", "踩坑", "微调实战",
            "实战", "一步步", "配置", "跑起来", "私有化",
            "量化版", "攻略", "怎么用", "如何用", "如何在", "如何部署", "适配完成", "完成适配", "零日", "接入",
            "技巧", "最佳实践", "单卡", "显卡上", "移植",
            "脚本", "量化", "部署指南", "部署教程", "开箱", "跑通", "llama.cpp", "跑在", "三步", "五分钟", "装进",
            "塞进", "接上", "免费用上", "从零",
        ),
        "en": (
            "day0", "day 0", "how to", "guide", "tutorial", "step by step", "run locally", "setting up", "set up",
            "deploy", "deployment", "install", "installing", "quickstart", "with ollama", "cookbook", "gguf",
            "ggufs", "quant", "quants", "quantization", "quantisation", "mlx", "mlx-lm", "walkthrough",
            "fine-tuning", "finetuning", "self-host*", "llama.cpp", "day-0 support", "tips", "getting started",
            "port of", "on a raspberry pi", "tokens a second", "tokens per second", "how i", "fine-tune",
            "finetune", "lora", "notebook", "unsloth", "how-to", "on a single", "day-one support", "with llama.cpp",
            "local setup", "one-click", "docker", "prompting", "prompt guide", "vllm", "sglang", "cheat sheet",
            "best practices", "how we",
        ),
        "fr": (
            "installer", "tuto", "tutoriel*", "pas a pas", "deployer", "mode d'emploi", "chez soi",
            "comment utiliser", "comment installer", "comment faire", "comment lancer", "en local", "heberger",
            "prendre en main", "faire tourner", "astuces", "configurer", "gguf", "lora", "ollama",
            "prise en main guidee", "affiner", "en dix minutes", "brancher", "apprendre a",
        ),
    },
    # Reading, opinion, history, apologies, people: not news of a line.
    "other": {
        "zh": (
            "技术报告", "致歉", "道歉", "回顾", "编年史", "论文解读", "访谈", "专访", "专栏", "评论", "随笔", "复盘",
            "播客", "故障", "宕机", "崩了",
            "事故", "年终", "数据集", "基准发布", "论文", "一文读懂", "观点", "年度", "征文", "开幕", "闭幕", "周报",
            "招募", "演讲", "圆桌", "书评",
            "署名论文", "开源框架", "科普",
        ),
        "en": (
            "opinion", "essay", "podcast", "interview", "profile", "technical report", "tech report", "apolog*",
            "outage", "a history of", "history of", "timeline", "year in review", "retrospective", "column",
            "obituary", "paper", "dataset", "conference", "explainer", "analysis", "explained", "lessons",
            "community fine-tune", "q&a", "commentary", "papers", "arxiv", "lecture", "obituaries", "apologises",
            "apologizes", "apology", "newsletter", "essay:", "speech", "what we learned", "why", "what is",
        ),
        "fr": (
            "tribune", "entretien", "portrait", "chronique", "panne", "excuses", "rapport technique", "edito",
            "editorial", "retour sur", "analyse", "pourquoi", "decryptage", "qu'est-ce",
        ),
    },
    # A roundup: several things in one.
    "roundup": {
        "zh": (
            "早报", "晨报", "日报", "晚报", "盘点", "汇总", "一览", "速览", "合集", "简报", "快讯汇总", "一周要闻",
            "一周汇总", "本周", "要闻", "齐发",
        ),
        "en": (
            "roundup", "round-up", "recap", "digest", "this week", "week in", "drop week", "in brief", "newsletter",
        ),
        "fr": (
            "recapitulatif", "l'essentiel", "en bref", "revue", "tour d'horizon", "la semaine",
        ),
    },
    # Words that say that a service can be had.
    "service": {
        "zh": (
            "托管", "api版", "api 版",
            "上线", "可用", "开放体验", "体验", "接入", "网页", "官网", "在线", "已开放", "火山引擎", "百炼", "即梦",
            "免费", "公测", "开测", "灰度",
            "全量", "调用", "可灵", "用户可", "会员", "今日上架", "上架", "api", "app",
        ),
        "en": (
            "api", "app", "available", "chat", "hosted", "pricing", "price", "per million", "users", "subscribers",
            "rolls out", "rolled out", "is live", "ships", "try it", "playground", "free", "web", "beta",
        ),
        "fr": (
            "disponible*", "accessible*", "abonnes", "utilisateurs", "application", "gratuit*", "en ligne",
            "tarif*", "prix", "api",
        ),
    },
    "presented_only": {
        "zh": (
            "发布会上展示", "尚未上线", "暂未开放", "候补", "邀请制", "展示",
        ),
        "en": (
            "waitlist", "waiting list", "invite-only", "not yet available", "no release date", "not available yet",
        ),
        "fr": (
            "liste d'attente", "sur invitation", "pas encore disponible", "limited preview",
        ),
    },
    # States: with a verb of restriction, or where nothing else is told, policy.
    "state": {
        "zh": (
            "意大利", "德国", "法国", "荷兰", "韩国", "澳大利亚", "台湾", "印度", "美国政府", "欧盟", "英国",
            "日本政府", "加拿大",
        ),
        "en": (
            "italy", "germany", "german", "france", "french", "dutch", "south korea", "australia", "australian",
            "taiwan", "india", "european union", "eu", "uk", "britain", "canada", "ireland", "irish", "belgium",
            "texas", "new york", "virginia", "us government", "navy", "nasa",
        ),
        "fr": (
            "l'italie", "l'allemagne", "la france", "la coree du sud", "l'australie", "taiwan", "l'inde",
            "le canada", "washington", "berlin", "rome", "bruxelles", "l'irlande", "la belgique", "seoul",
        ),
    },
}  # fmt: skip
"""Category -> language -> words."""

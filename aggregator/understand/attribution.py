"""Speakers known by their form rather than by a name: `the Beijing-based company`, `un ancien salarié`, `业内人士`.

Each form says whose voice it is and what it needs beside it to count: nothing (`alone`), any form of attribution
(`quoted`), a verb of saying behind it (`says`), or what a document does (`states`). All for texts folded by
`folding.low`. Tables only; `understanding.voices` reads them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from aggregator.understand.speakers import ANONYMOUS, AUTHORITY, LAB, PRESS, RIGHTS_HOLDER, TEST

_A = re.ASCII
ALONE, QUOTED, SAYS, STATES = "alone", "quoted", "says", "states"


class Form(NamedTuple):
    """A form of speaker: the voice, what it needs, and how it is written."""

    voice: str
    needs: str
    pattern: re.Pattern[str]


_OTHER = r"(?!rival|other|another|american|competing|same|advertising|news|research|law|consult)"
_PERSON = (
    r"(?:people|persons?|individuals?|sources?|officials?|employees?|engineers?|workers?|staff(?:ers)?|executives?"
    r"|researchers?|suppliers?|insiders?|someone|somebody|those)"
)
_SALARIED = r"(?:salarie|employe|ingenieur|cadre|collaborateur|chercheur|dirigeant|fournisseur|proche)e?s?"
_STATES_OF = (
    r"(?:washington|brussels|beijing|bruxelles|pekin|taiwan|italy|south korea|japan|germany|india|australia"
    r"|ireland|france|taipei|seoul|tokyo|berlin|rome|l'italie|la coree du sud|le japon|l'allemagne|l'irlande|l'inde)"
)

FORMS: tuple[Form, ...] = (
    # the lab: its house, its people, its documents
    Form(LAB, QUOTED, re.compile(
        rf"\b(?:the|its|their|this) (?:{_OTHER}[\w-]+ ){{0,3}}?(?:company|firm|lab|laboratory|start-?up|developers?"
        r"|makers?|creators?|team|group|unicorn|builder|vendor)\b"
        r"|\bits (?:[\w-]+ ){0,2}?(?:chief executive|ceo|president|founders?|chairman|head|director|executives?|engineers"
        r"|researchers|chief scientist)\b"
        r"|\b(?:les?|la|l'|son|sa|ses|leurs?|ce|cette) ?(?:[\w-]+ ){0,2}?(?:laboratoire|labo|entreprise|groupe"
        r"|societe|firme"
        r"|start-?up|jeune pousse|equipe|editeur|constructeur|concepteurs?|developpeurs?|createurs?|fabricant|geant"
        r"|pdg|patron|specialiste|champion|pionnier|directrice|fondatrice|presidente?|fondateur|dirigeant"
        r"|directeur general|directrice generale)\b"
        r"|(?:该|这家|这一)(?:公司|企业|实验室|团队|机构|厂商)"
        r"|研发(?:团队|人员|方)|开发(?:商|方)|(?:公司|团队)(?:创始人|高管|负责人)"
        r"|(?<![\u4e00-\u9fff])(?:公司|厂商)|(?<=[,。;:\"而但且据对])公司"
        r"|董事长|首席执行官|首席科学家|联合创始人|创始人", _A)),
    Form(LAB, STATES, re.compile(
        r"\b(?:model|system) cards?\b|\btech(?:nical)? reports?\b|\bwhite ?papers?\b|\bblog ?posts?\b|\bpress releases?\b"
        r"|\brelease notes?\b|\bchange ?logs?\b|\bdocumentation\b|\blaunch post\b|\bproduct page\b|\breadme\b"
        r"|\bown (?:figures|numbers|charts|tests|benchmarks|account)\b"
        r"|\bfiche (?:du modele|technique)\b|\brapport technique\b|\bbillet(?: de blog)?\b|\bcommunique\b"
        r"|\bnotes? de version\b|\blivre blanc\b|\bsite officiel\b|\bpropres (?:tests|chiffres|mesures|essais)\b"
        r"|技术(?:报告|博客|文档)|模型卡|更新(?:说明|日志)|公告|白皮书|官方(?:博客|文档|数据|公众号|微博)|官网|新闻稿|产品页"
        r"|发布会", _A)),
    # nobody in particular
    Form(ANONYMOUS, ALONE, re.compile(
        rf"\b{_PERSON} (?:[\w-]+ )?(?:familiar with|close to|briefed|with (?:[\w-]+ )?knowledge|privy to|aware of"
        r"|involved in|who (?:asked|requested|declined|spoke))"
        r"|\bpeople (?:in|inside|on) (?:the|its|their) [\w -]{3,24}? (?:said|say|expect|told|believe)\b|\btipped to\b"
        r"|\binternautes\b"
        r"|\bword (?:is|has it|among|from inside)\b"
        r"|\b(?:chatter|scuttlebutt|whispers|gossip|speculation|tipsters?|rumou?r(?:s|ed)?)\b"
        r"|(?<!data )\bleak(?:s|ed|ers?)?\b(?! (?:of|personal|user|data))"
        r"|\b(?:reportedly|allegedly|purportedly|supposedly)\b"
        r"|\b(?:is|are|was|were) (?:said|believed|thought|rumou?red) to\b"
        r"|\bopen secret\b|\bdans les couloirs\b|\bil se (?:disait|murmurait|racontait)\b"
        rf"|\b{_PERSON} who (?:have |had )?(?:left|quit)\b|\bword on the street\b"
        rf"|\b(?:those|people|somebody|someone) in the know\b|\boff the record\b"
        r"|\bspeaking (?:privately|in private)\b|\bon (?:chuchote|susurre|pretend|souffle|laisse entendre)\b"
        r"|\bconnaisseurs? (?:du|de la|de l')|\binitie[es]{1,2}\b|盛传|风传|疑传|流传|有(?:接近|熟悉"
        r"|知晓|了解)[^,。;:]{1,10}的人"
        r"|\banonymous(?:ly)?\b|\bcondition of anonymity\b|\bunnamed\b"
        r"|\brumeurs?\b|\bfuites?\b(?! de donnees)|\bbruits? de couloir|\bbruit court|\bil se (?:dit|murmure)\b"
        r"|\bon (?:murmure|raconte)\b|\banonymes?\b|\banonymat\b|\bindiscretions?\b"
        r"|\bpersonnes? (?:au fait|proches?|informees?|au courant|ayant connaissance)"
        r"|\bproches? (?:du dossier|de la direction|de l'entreprise|du projet|du groupe)"
        r"|(?:业内|圈内|圈里|内部|知情|消息|接近[^,。;]{1,8}的?)人士|不愿(?:透露姓名|具名)|晒出|坊间|据(?:传|称)|小道消息|(?:供应链|渠道|产业链)(?:消息|人士)"
        r"|前?员工(?=称|表示|说|透露|告诉|爆料)", _A)),
    Form(ANONYMOUS, QUOTED, re.compile(
        r"\b(?:former|current|ex-?) ?(?:employees?|engineers?|staff(?:ers)?|executives?|researchers?|workers?)\b"
        r"|\b(?:an?|one|two|three|several|some) (?:[\w-]+ )?(?:employees?|engineers?|staff members?|workers?"
        r"|suppliers?)\b"
        rf"|\b(?:un|une|des|deux|trois|plusieurs|certains|d'anciens|ancien(?:ne)?s?) (?:ancien(?:ne)?s? )?{_SALARIED}\b"
        r"|网友|博主|供应商", _A)),
    # authorities
    Form(AUTHORITY, QUOTED, re.compile(
        r"\binvestigators? in\b|\bgendarme \w+ (?:de|des|du)\b|\benqueteurs\b|调查人员|"
        r"\b(?:ministers?|legislators?|parliament|attorneys? general|antitrust|customs|embassy|data protection \w+)\b"
        r"|\b(?:congressional|parliamentary|senate|house|government) (?:report|inquiry|hearing|memo|panel)\b"
            r"|\bdepartement (?:[\w-]+ )?(?:du|de la|de l'|d') ?\w+"
            r"|\b(?:senateurs?|deputes?|ministres?|parlementaires?|procureure?|juges?|ambassade|douanes?|la cour)\b"
        r"|(?:参议|众议|国会)院?议?员|议员|议会|参议院|众议院|检方|总统|总理|主管部门|部委|政府|(?:保护|安全|监督|管理|调查|情报)(?:总)?局|委员会|法庭|大使馆|海关"
        r"|(?:发展|外交|财政|能源|国防|司法|经济|科技|文化|教育|产业|内政|通信)部", _A)),
    Form(AUTHORITY, ALONE, re.compile(
        rf"\b{_STATES_OF} (?:has |had |a |ont )?(?:accuse[sd]?|warn(?:s|ed)|ban(?:s|ned)|order(?:s|ed)|alleges?"
        rf"|blame[sd]?"
        r"|met en garde|interdit|ordonne|avertit|reproche|soupconne|estime|juge)\b", _A)),
    # rights holders
    Form(RIGHTS_HOLDER, QUOTED, re.compile(
        r"\b(?:publishers?|record labels?|labels|film-?makers|screenwriters|songwriters|photographers|illustrators"
        r"|novelists?|voice actors|actors' (?:union|guild)|writers' (?:union|guild)|directors' guild|news publishers"
        r"|rights ?holders?|copyright (?:owners?|holders?)|animation studios?|game studios?|film studios?)\b"
        r"|\b(?:majors|maisons? de disques|societes? d'auteurs|syndicat (?:national )?(?:de l'edition|des? \w+)"
        r"|illustrateurs|romanciers|scenaristes|photographes|artistes|comediens|doubleurs)\b"
        r"|出版(?:商|方|协会|集团)|演员工会|编剧工会|作家协会|唱片公司|图片社|影业|动画公司|漫画家|插画师|音乐人|著作权人"
        r"|版权(?:方|人|所有者)|电影公司|制片方|配音演员", _A)),
    # somebody's test
    Form(TEST, ALONE, re.compile(
        r"\bleader-?boards?\b|\b(?:in|during|from) (?:our|my) (?:own )?(?:[\w-]+ )?(?:tests?|testing|trials?|evaluations?"
        r"|hands-on|benchmarks?|runs?)\b"
        r"|\b(?:we|i)(?:'ve)? (?:[\w-]+ )?(?:ran|tested|tried|measured|benchmarked|evaluated|timed)\b"
        r"|\b(?:independent|third-party|outside|external|blind) (?:\w+ )?(?:tests?|testing|testers?|evaluations?"
        r"|evaluators?"
        r"|benchmarks?|reviews?|reviewers?|audits?|researchers?|labs?)\b"
        r"|\bwe (?:gave|asked|fed|handed|let|made|threw)\b|\bpar nos soins\b|我们让"
        r"|\b(?:on|in|through|against) (?:our|my) (?:own )?(?:[\w-]+ )?(?:bench|rig|suite|prompts?|questions?|machines?)\b"
        r"|\bnotre (?:\w+ )?(?:banc|batterie|protocole|grille|panel)\b|我们的?(?:题库|题目|机器|实验|工作站)"
        r"|\b(?:users|voters|developers) (?:have )?(?:voted|ranked|rated)\b|\btried (?:it|the model) (?:on|with|out)\b"
        r"|\b(?:benchmarks?|scores|evaluations?|rankings?|comparisons?|tests?|results) (?:run |compiled |collected"
        r"|published |maintained |kept )?by\b(?! (?:its|the company|the lab|a factor|up to|\d))"
        r"|\b(?:comes? in|ranks?|ranked|places?|finish(?:es|ed)?|sits?|lands?) (?:in |at )?(?:joint )?(?:first|second"
        r"|third"
        r"|fourth|fifth|sixth|seventh|eighth|ninth|tenth|no\.? ?\d+|#\d+|\d+(?:st|nd|rd|th))\b"
        r"|\b(?:arrive|termine|pointe|figure|se classe) (?:\w+ )?(?:premiere?|deuxieme|troisieme|quatrieme|cinquieme"
        r"|\d+e)\b"
        r"|(?:排名|位列|位居|名列)第? ?[一二三四五六七八九十\d]"
        r"|\bclassements?\b(?! des ventes)|\b(?:nos|mes) (?:\w+ )?(?:essais|tests|mesures|comparatifs)\b"
        r"|\bnous (?:l')?avons (?:\w+ )?(?:teste|mesure|essaye|compare|soumis|evalue|chronometre)\w*"
        r"|\bj'ai (?:\w+ )?(?:teste|essaye|mesure)|\bbancs? d'(?:essai|test)s?\b|\bcomparatifs?\b|\ba l'usage\b"
        r"|\b(?:tests?|essais?|evaluations?) independante?s?\b"
        r"|榜单|排行榜|天梯榜?|盲测|(?<!官方)实测|亲测|测评|评测(?:显示|发现|机构|团队)|第三方|我们(?:用|让|给|拿)[^,。;]{1,12}(?:测|跑)",
        _A)),
    Form(TEST, SAYS, re.compile(
        r"\b(?:researchers?|scientists|academics|evaluators|reviewers|testers|economists) (?:at|from|of|with)\b"
        r"|\b(?:security|cybersecurity|analytics|evaluation|benchmark(?:ing)?|audit(?:ing)?|research"
        r"|red-?teaming) (?:firm"
        r"|company|start-?up|group|outfit|researchers|specialists?)\b"
        r"|\b(?:societe|entreprise|cabinet|specialiste) (?:de |d'|en )?(?:cyber)?(?:securite|analyse|audit|etudes)\b"
        r"|\bassociation de consommateurs\b|\bufc-que choisir\b|(?:安全|评测|研究|咨询|分析|测评|审计)(?:公司|机构|厂商)"
        r"|\b(?:the )?university of\b|\buniversity\b|\binstitute\b"
        r"|\b(?:chercheurs?|scientifiques|universitaires) (?:de|du|d'|a|des)\b|\buniversite\b|\binstitut\b"
        r"|大学|研究人员|研究者|学者|研究所|评测方|测试者", _A)),
    # the press
    Form(PRESS, QUOTED, re.compile(
        r"\b(?:local|chinese|state|japanese|korean|american|us|european|trade) media\b|\bmedia (?:reports?|outlets?)\b"
        r"|\b(?:several|press|news|local) (?:reports?|outlets?|articles?)\b|\bla presse(?: \w+)?\b|\bplusieurs medias\b"
        r"|外媒|多家媒体|媒体|日媒|韩媒|美媒|港媒|台媒", _A)),
)  # fmt: skip
"""Every form, in no order: of several that a sentence has, `understanding.voices` chooses."""

SAYING = (
    r"said|says|say|saying|claims?|claimed|reports?|reported|told|tells|puts?|announced|announces|state[sd]|accuse[sd]?"
    r"|accusing|alleges?|alleged|argue[sd]?|warn(?:s|ed)?|finds?|found|estimate[sd]?|wr(?:ites|ote)|counts|denie[sd]"
    r"|learned|learnt|understands|believes?|shows?|showed|demand(?:s|ed)|threatens?|threatened|sues|sued|called|calls"
    r"|names|expects?|expected|confirmed|confirms|boasts?|insists?|promise[sd]?|reveals?|revealed|rate[sd]"
    r"|touts?|touted|maintains?|maintained|contends?|contended|asserts?|asserted|declare[sd]?|describe[sd]?"
    r"|pitch(?:es|ed)"
    r"|advertise[sd]?|credit(?:s|ed)|attribute[sd]?|complain(?:s|ed)?|protest(?:s|ed)?|condemn(?:s|ed)?|denounce[sd]?"
    r"|conclude[sd]?|determine[sd]?|rule[sd]|h[eo]ld(?:s)? that|order(?:s|ed)|ban(?:s|ned)|fine[sd]|suspect(?:s|ed)?"
    r"|urge[sd]?|contest(?:s|ed)?|concede[sd]?|admit(?:s|ted)?|acknowledge[sd]?|explain(?:s|ed)?|note[sd]|add(?:s"
    r"|ed)? that"
    r"|(?:open(?:s|ed)|launch(?:es|ed)) (?:an? )?(?:\w+ )?(?:inquiry|probe|investigation)|ouvr(?:e|ent) une enquete"
    r"|observe[sd]?|measure[sd]|rank(?:s|ed)|place[sd]|call|record(?:s|ed)|discover(?:s|ed)|predict(?:s|ed)?|hint(?:s|ed)"
    r"|jok(?:es|ed)|quip(?:s|ped)|tweet(?:s|ed)|post(?:s|ed) that|comment(?:s|ed)|repl(?:ies|ied)|respond(?:s|ed)"
    r"|quote[sd]"
    r"|advis(?:es|ed)|recommend(?:s|ed)|caution(?:s|ed)|testif(?:ies|ied)|stress(?:es|ed)|emphasi[sz]e[sd]|underline[sd]"
    r"|hail(?:s|ed)|critici[sz]e[sd]|slam(?:s|med)|decr(?:ies|ied)|lament(?:s|ed)|speaks? of|spoke of|talks? of|talked of"
    r"|has asked|have asked|objects? to|objected to|cite[sd]|suggests?|suggested|vow(?:s|ed)|guarantee[sd]?"
    r"|affirmen?t?|assuren?t?|pretend(?:ent)?|dit|disent|disait|indiquen?t?|indique|estimen?t?|precisen?t?|rapporten?t?|ecri(?:t|vent)"
    r"|revendiquen?t?|annoncen?t?|annoncait|declaren?t?|parlen?t?|avancen?t?|evoquen?t?|expliquen?t?|reprochen?t?"
    r"|accusen?t?|denoncen?t?|denoncait|exigen?t?|menacen?t?|poursui(?:t|vent)|assignen?t?|compten?t?|promet(?:tent)?"
    r"|jugen?t?|juren?t?|revelen?t?|devoilen?t?|apprend|apprennent|soutien(?:t|nent)|previen(?:t|nent)|reclamen?t?"
    r"|alerten?t?|s'inquieten?t?|s'alarmen?t?|croi(?:t|ent)|reconnai(?:t|ssent)|confirmen?t?|conclu(?:t|ent)|constaten?t?"
    r"|releven?t?|mesuren?t?|evaluen?t?|classen?t?|attribuen?t?|situen?t?|vanten?t?|garanti(?:t|ssent)|confien?t?"
    r"|raconten?t?|soupconnen?t?|se plai(?:nt|gnent)|s'insurgen?t?|s'oppose(?:nt)?|protesten?t?|fustigen?t?|deploren?t?"
    r"|fait (?:etat|savoir|valoir)|font (?:etat|savoir|valoir)|se (?:targue|felicite|vante)(?:nt)?|considere(?:nt)?"
    r"|souligne(?:nt)?|insiste(?:nt)?|martele(?:nt)?|se rejouit|plaide(?:nt)?|resume(?:nt)?|repond(?:ent)?"
    r"|commente(?:nt)?"
    r"|glisse(?:nt)?|tranche(?:nt)?|conteste(?:nt)?|salue(?:nt)?|critique(?:nt)?|regrette(?:nt)?|recommande(?:nt)?"
    r"|mettent en avant|met en avant|a teste|ont teste|dement(?:ent)?"
    r"|laisse(?:nt)? entendre|met(?:tent)? en garde|ordonnen?t?|interdi(?:t|sent)|imputen?t?|avoue(?:nt)?|decri(?:t|vent)"
    r"|(?:a|ont|avait|avaient) (?:\w+ment )?(?:indique|affirme|assure|declare|annonce|revele|appris|precise|explique"
    r"|estime"
    r"|reconnu|confirme|constate|conclu|mesure|accuse|denonce|ecrit|confie|raconte|evoque|juge|ordonne|interdit|dit|note)"
)
"""Verbs of saying, in English and French, as an alternation."""
SAYING_ZH = (
    r"(?<![简统名职])称(?!为|赞|霸|号)|表示|透露|说(?!明|法|服)|指出|报道|宣称|介绍|获悉|指责|指控|通报|写道|认为"
    r"|援引|声明|强调|披露|公布|致函|起诉|点名|要求|提到|发现|显示|认定|裁定|判定|判决|承诺|宣布|回应|归功|归因|抱怨|抗议"
    r"|谴责|抨击|警告|了解到|估算|估计|测算|预计|预测|写明|列出|标注|标明|证实|确认|坦言|直言|承认|否认|呼吁|质疑|怀疑"
    r"|爆料|曝料|写到|建议|控诉|回复|答复|吐槽|提醒|主张|评价|点评|声讨|反对|坦承|消息显示|断言|解释|补充|列为|排在|评为|给出|测得|测出|看到|见到"
)
"""The same in Chinese."""
STATING = (
    r"lists?|gives?|mentions?|details?|specif(?:y|ies)|speaks? of|quotes?|promises?|contains?|liste(?:nt)?|indique(?:nt)?"
    r"|mentionne(?:nt)?|detaille(?:nt)?|donne(?:nt)?|fait etat|font etat"
)
"""What documents do beside saying."""

_ARTICLES = (
    r"(?:\s?(?:the|a|an|two|three|several|its|their|own|us|u\.s\.|america's|italy's|le|la|les|l'|un|une|des"
    r"|deux|trois|son|ses|leur"
    r"|l'equipe|l'agence|le journal|le quotidien|le site|sources at|美国|英国|路透|媒体))*\s?[\"']?$"
)
_DAY = (
    r"(?: (?:on |late |early )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi"
    r"|vendredi|samedi|dimanche|hier|yesterday|today))?"
)
BEFORE = re.compile(
    r"(?:\baccording to|\bper|\bcit(?:es?|ed|ing)|\breport(?:s|ed)? by|\breport (?:in|from)|\btold|\bin"
    r"|\bby its own|\bquoting|\bis how"
    r"|\b(?:seen|obtained|viewed|reviewed) by|\b(?:consultes?|obtenus?|vus?) par"
    r"|\b(?:figures|numbers|scores|results|chiffres|resultats|mesures) (?:\w+ )?(?:by|from|de|par)"
    r"|\b(?:lawsuit|complaint|letter|filing|suit|statement|post|memo|brief|figures|numbers|plainte|lettre|courrier"
    r"|rapport|message|chiffres) (?:\w+ )?(?:by|from|of|de|d'|du|des|par)"
    r"|\bselon|\bd'apres|\bciter|\bcitant|\bdans|\ba en (?:croire|juger par)|\bchez|^pour"
    r"|\b(?:on|in|at) (?:its|his|her|their|an?|the) (?:[\w'-]+ ){0,4}(?:website|site|blog|posts?|paper|report|statement"
    r"|letter|filing|interview|thread|video|memo|announcement|presentation|note|speech|conference|briefing|hearing|ruling"
    r"|forum|survey|investigation),"
    r"|\b(?:sur|dans|lors d'|au cours d') ?(?:son|sa|ses|une?|leur|le|la) (?:[\w'-]+ ){0,4}(?:site|blog|billet|article"
    r"|rapport|communique|lettre|courrier|entretien|fil|video|note|discours|conference|audition|decision"
    r"|enquete)(?: [\w'-]+)?,"
    r"|(?:,\"|\" ?,) ?(?:se |s')?[a-z]+(?: (?!that|and|but|qui|que)[\w'-]+){0,2}?"
    # a verb turned round stands behind a comma or a quotation
    rf"|(?:^|[,\"'])\s?(?:{SAYING}|croi(?:t|ent) savoir|apprend-on|lit-on){_DAY}"
    r"|告诉|据|根据|援引|引述|引用|按照|按|从|在)" + _ARTICLES,
    _A,
)
"""What stands before a speaker."""

OWN = re.compile(r"'s? own (?:\w+ )?(?:account|figures|numbers|tests|charts|admission|telling|estimate)\b", _A)
"""What stands behind a house that speaks of itself (`by X's own account`)."""
_GAP = (
    r"\.?(?:, [^,.;]{3,60},)?(?:'s?)?(?:,? (?!(?:and|but|with|after|before|over|beats?|is|was|has|which"
    r"|that|et|mais|avec|qui)\b)[\w.'-]+){0,5}?,? (?:has |have |had |also |first |a |ont |s'|se )?"
)
AFTER = re.compile(rf"{_GAP}(?:{SAYING})\b|(?:独家|快讯)|[^,。;:]{{0,12}}?(?:{SAYING_ZH})", _A)
"""What stands behind a speaker."""
STATED = re.compile(rf"{_GAP}(?:{SAYING}|{STATING})\b|[^,。;:]{{0,8}}?(?:{SAYING_ZH})", _A)
"""What stands behind a document."""

INSIDE = re.compile(
    r"(?<!letter )(?<!post )(?<!lawsuit )(?<!memo )(?<!statement )(?<!report )(?<!complaint )(?<!figures )"
    r"(?:\bat|\bleft|\bquit|\bclose to|\binside|\bwithin|\bfrom|\bproches? d[eu'](?: l[ae'])?|\bau sein d[eu'](?: l[ae'])?"
    r"|接近[^,。;:]{0,4}|与)\s?$",
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

_NAME = r"(?:[A-Z][\w&'’.-]{1,30} ){0,3}[A-ZÉ][\w&'’-]{1,30}"
REPORTED = re.compile(
    rf"(?:[Tt]he )?(?P<name>{_NAME})(?:, which [^,.;]{{3,50}}, (?:says|said|puts?|reports?|writes|wrote)\b"
    r"|,? (?:has |had |have |also |first )?(?:(?:reported|reports)\b(?! (?:a|an|record"
    r"|revenue|profit|losses|earnings)\b)|(?:has|have|had) (?:learned|learnt|seen|obtained|reviewed)\b"
    r"|first revealed\b|broke the (?:story|news)|writes\b|wrote\b|understands\b|quotes (?:an?|one|two|its)\b))"
    rf"|\b(?:[Aa]n?|[Tt]he) (?P<by>{_NAME}) (?:investigation|report|scoop|exclusive|story|analysis|article|interview)\b"
    rf"|\b(?P<fr>{_NAME}) (?:rapporten?t?|révèlen?t?|dévoilen?t?|croi(?:t|ent) savoir|a (?:appris|révélé|dévoilé)"
    r"|écri(?:t|vent)|fait état|relaten?t?)\b"
    rf"|(?:apprend-on|lit-on) (?:dans|sur|auprès de) (?:le |la |les |l['’])?(?P<inverted>{_NAME})"
    rf"|(?:,[”\"]|[”»\"] ?,) (?:wrote|writes|reported|reports) (?:the |The )?(?P<ended>{_NAME})"
    rf"|(?:published|obtained|revealed|reported|seen) by (?:the |The )?(?P<shown>{_NAME})"
    r"|, (?:annonçait|révélait|rapportait|écrivait|écrit|révèle|rapporte|relate|a (?:rapporté|révélé|annoncé|écrit))"
    r"(?: \w+)? (?:le |la |les |l['’])?"
    rf"(?P<turned>{_NAME})"
)
"""An outlet that no list knows, by what it does."""
REPORTED_ZH = re.compile(
    r"据(?P<name>[^,。;、:]{2,16}?)(?:援引[^,。;]{0,16})?(?:报道|独家|消息|获悉)"
    r"|[《\"](?P<paper>[^》\",。]{2,12})[》\"](?:独家)?[^,。;:]{0,6}?(?:报道|称|援引|披露|获悉|爆料|写道|看到|指出|曝光)"
    r"|(?:^|[,。;:\s])(?P<told>[^,。;、:\s]{2,8}?)(?:独家)?(?:从[^,。;]{1,14}?(?:处|方面|渠道|方)?)?(?:独家)?(?:获悉|了解到|独家报道)"
    r"|(?P<own>[^,。;、:\s]{2,8}?)记者(?:独家)?(?:获悉|了解到)|(?:^|[,。;:])(?P<news>[^,。;、:\s]{2,6}(?:新闻|日报|时报|周报|周刊|财经|网))(?:称"
    r"|说|指出|援引)"
)
"""The same in Chinese."""
NO_OUTLET = re.compile(r"知情|人士|匿名|内部|官方|公司|业内|可靠|有关|相关|本报|悉|了解|消息")
"""What stands where an outlet's name would, and is none."""
QUOTED_BY = re.compile(
    rf"(?:[Aa]ccording to|[Pp]er|[Aa]s reported by|cited by) (?:the )?(?P<name>{_NAME})"
    rf"|(?:[Ss]elon|[Dd]['’]après|[Àà] en croire) (?:le |la |l['’]|les )?"
    rf"(?:agence |quotidien |site |journal |chaîne |magazine )?(?P<fr>{_NAME})"
)
"""Somebody of that name is quoted; nobody knows who."""
HEARSAY = re.compile(r"\b(?:aurait|serait|auraient|seraient|compterait|couterait|depasserait|surpasserait)\b|疑似", _A)
"""Told by nobody in particular, and not as known."""
NO_SOURCE = re.compile(r"\b(?:open|closed|code|data)[ -]sources?\b|\bsources? (?:code|ouvertes?)\b|\bcode source\b", _A)
"""The word `source` where it is nobody who speaks."""

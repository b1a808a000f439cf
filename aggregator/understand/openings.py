"""The words by which a text says whether a model's weights can be had: opened, promised, withheld.

`TRIGGERS` are looked for in one pass; the patterns are tried only in the clause of a trigger. All are for texts folded
by `folding.low`. A clause says *yes* only where it states an opening as done and nothing in it takes that back.
"""

from __future__ import annotations

import re

_A = re.ASCII

TRIGGERS = (
    # 中文
    "开源", "开放权重", "权重", "魔搭", "开放下载", "可下载", "提供下载", "协议", "许可", "闭源", "不开放", "仅api",
    "仅限api", "只提供api", "只开放api", "通过api", "只能通过", "只能在",
    # English
    "weights", "open-weight*", "open weight*", "open-sourc*", "open sourc*", "open model*", "goes open", "go open",
    "went open", "hugging face", "huggingface", "modelscope", "download*", "apache 2.0", "apache-2.0", "mit",
    "closed",
    "closed-*", "proprietary", "api-only", "api only", "only through", "only via", "only by", "only be used",
    "only available", "only offered", "only accessible",
    # français
    "poids", "telecharg*", "modele ouvert", "modeles ouverts", "licence apache", "licence libre", "ferme", "fermee",
    "fermes", "proprietaire*", "uniquement", "exclusivement", "seulement", "que par", "que via", "que dans",
    "code source",
    # on one's own machine
    "gguf*", "llama.cpp", "mlx", "mlx-lm", "lm studio", "ollama", "unsloth", "本地部署", "本地运行", "locally",
    "en local",
)  # fmt: skip

YES = re.compile(
    # weights, and what was done with them
    r"\b(?:open(?:s|ed|ing)?|releas\w+|publish\w*|post(?:s|ed)|upload\w*|shar(?:es|ed)|free|with|drop(?:s|ped)"
    r"|ships?|shipped"
    r"|apache[- ]2\.0|mit(?:[- ]licensed)?|downloadable|openly licensed)\b[^.]{0,40}\bweights\b"
    r"|\bweights\b[^.]{0,60}\b(?:under|on|available|released|published|download\w*|open(?:ed)?|public"
    r"|licen[cs]ed?|up|out|live|free|landed|posted|here)\b"
    r"|\bopen(?:ly)?[- ]weights?\b|\bopen[- ]sourc(?:ed|es)\b|\b(?:goes|went|gone) open\b"
    r"|\b(?:is|are|as|now|fully|goes|went|made) (?:an? )?(?:\w+ )?open[- ]source\b|\bopen[- ]source (?:release"
    r"|licen[cs]e|weights)\b"
    r"|\b(?:an?|its|the|new|first|latest|largest) (?:\w+[ -]){0,3}open(?:[- ]source)? (?:\w+[ -]){0,3}model\b"
    r"|\b(?:to|will|would|could|may|might|should|not|never) open[- ]source\b"
    # where they are
    r"|\b(?:on|to|from|via) (?:the )?(?:hugging ?face|modelscope)\b"
    r"|\b(?:can|to|may|could be|freely|free|available (?:for|to)|anyone can|be"
    r"|for) (?:be )?(?:freely )?downloads?(?:ed)?\b|\bdownload it\b|\bdownloadable\b"
    # a licence
    r"|\b(?:under|with|use[sd]?|carr(?:y|ies)|is|licen[cs]e[d:]?|via|,) (?:an? |the )?(?:permissive |open "
    r"|standard )?(?:modified )?(?:apache[- ]2\.0|mit\b(?! (?:news|tech\w*|researchers?|study|professor|media"
    r"|lab|sloan|csail)))"
    r"|\b(?:modified )?mit(?:[- ]style)? licen[cs]e|\bapache[- ]2\.0(?: licen[cs]e)?"
    # français
    r"|\b(?:publi\w+|ouv(?:r|er)\w+|liber\w+|diffus\w+|distribu\w+|telecharg\w+|partag\w+|livre\w*|met\w*|propos\w+"
    r"|avec|libre)\b[^.]{0,40}\bpoids\b"
    r"|\bpoids\b[^.]{0,60}\b(?:sous|disponibles?|publi\w+|telecharg\w+|ouverts?|libres?|licence|diffuses"
    r"|distribues|en ligne|en libre)\b"
    r"|\b(?:un|son|du|le|premier|nouveau) (?:\w+ ){0,2}modele (?:\w+ ){0,2}ouvert\b|\btelechargeables?\b"
    r"|\ben (?:libre )?telechargement\b"
    r"|\b(?:sous|en) (?:une )?(?:licence )?(?:libre|ouverte|open source|mit|apache)\b"
    # 中文
    r"|开放(?:了)?(?:其|全部|模型)?权重|开放下载|可(?:以)?下载|提供下载|(?:开源|开放|公开|放出|释出|公布"
    r"|给出|上传|发布|附|交出|奉上)[^,。;]{0,14}权重"
    r"|权重[^,。;]{0,20}(?:开放|开源|公开|放出|上架|上传|上线|发布|下载|释出|已在|协议|许可|放到|放上|挂"
    r"|齐全|同步|可商用|登陆)"
    r"|(?:上架|上传|登陆|登录|放上|放到|同步|已在|可在|在|到)[^,。;]{0,12}(?:hugging ?face|huggingface|魔搭|modelscope)"
    r"|(?:以|采用|走|按|遵循|使用|基于|为|是|,|、|^|\s)\s?[^,。;的]{0,10}?(?:mit"
    r"|apache[ -]?(?:license )?(?:v)?2(?:\.0)?)\s?(?:协议|许可证?|开源|授权|licen[cs]e|$)"
    r"|开源",
    _A,
)
"""An opening, before anything takes it back. `开源` is looked at more closely by `GENERIC`."""

LOCAL = re.compile(
    r"\bgguf\w*|llama\.cpp|\bmlx(?:-lm)?\b|\blm studio\b|\bollama\b|\bunsloth\b|本地部署|本地运行"
    r"|\blocally\b|\ben local\b",
    _A,
)
"""Something that only weights allow: it tells that they are out where the item shows how to use a line."""

NO = re.compile(
    r"\bclosed[- ](?:source|weights?|model)\b(?! (?:rivals?|competitors?|peers?|counterparts?|models|labs?"
    r"|systems|alternatives?))|\b(?:is|are|stays?|remains?|kept|keeps?|keeping|stayed|was|it|still"
    r"|all) (?:\w+ )?closed\b"
    r"|\bproprietary(?! (?:data|chips?|bench\w*|tech\w*|info\w*|hardware|silicon|interconnect|dataset))"
    r"|\bapi[- ]only\b|\bapi\b[^.,;]{0,20}\bonly\b|\bonly (?:be )?(?:\w+ )?(?:through|via|by|in|as|on)(?: an?"
    r"| its| the| alibaba| their)? ?(?:\w+'s )?(?:\w+ ){0,2}(?:apis?|apps?|cloud|chatbot|platforms?|service)\b"
    r"|闭源(?=[,。;、)]|$|发布|提供|路线|策略|模式|,|且)|(?:为|是|保持|仍|依旧|走|采用|选择|转向|均|属)闭源"
    r"|(?:仅|只)(?:能|可)?(?:通过|限|支持|提供|开放|以|在|经)?[^,。;]{0,10}(?:api|应用(?:里|内)?|app)(?!之)|不开放权重"
    r"|\b(?:modele|reste|est|demeure|version|entierement|poids|restent|sont) (?:\w+ )?ferme(?:e?s?)\b(?! (?:la"
    r"|le|les|ses|son) )|\bproprietaires?\b(?! (?:du|de|d'))"
    r"|\b(?:uniquement|exclusivement|seulement|que) (?:\w+ )?(?:par|via|dans|sur|a travers) (?:l'|une |son |les "
    r"|ses |la |le )?(?:\w+ )?(?:api|applis?|applications?|app|cloud|service|plateforme)",
    _A,
)
"""That weights are not to be had."""

TAKEN_BACK = re.compile(
    r"\b(?:not|no|never|without|neither|nor|isn't|aren't|doesn't|don't|didn't|won't|hasn't|haven't|cannot|can't"
    r"|refus\w+|declin\w+|withh[eo]ld\w*"
    r"|under lock|locked|private|keeps? the weights|missing|non-|yet to|stop(?:s|ped)? (?:short of )?(?:publish"
    r"|releas|open)\w*|instead of)\b"
    r"|\b(?:ne|n'|pas|sans|aucun\w*|jamais|ni|refus\w+|sous cle|non)\b|\bn'"
    r"|(?:不(?!少|仅|只|过|同|错|断|止|久|论|管|妨|菲|限|凡|俗|愧)|未(?!来)|没|无(?!需|数|论|疑|障)|勿|拒绝"
    r"|尚|私有|缺席|停止|放弃|告别|转为)",
    _A,
)
"""Negation beside the words of an opening."""

LATER = re.compile(
    r"\b(?:will|would|shall|to be|to follow|to come|plans?|planned|planning|promis\w+|pledg\w+|vow\w*|later|soon"
    r"|coming|next|upcoming|eventually|awaits?|awaited|tomorrow|away|slated|scheduled?s?|scheduling|teas(?:es?|ed|ing)"
    r"|read(?:ies|ying)|prepar(?:es?|ing)|targets?|targeting|countdown|fortnight"
    r"|dates (?:its|the)|(?:sets?|names?|announces?|gives?) (?:a |the )?(?:release )?date"
    r"|by (?:the )?(?:end|middle|close|month|year|week|late|early|mid|christmas|q[1-4]|spring|summer|autumn|fall|winter"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r"|(?:at|before) (?:the )?(?:end|month's end|year's end|month-end|year-end)"
    r"|(?:ahead of|before)\b[^.,;:]{0,20}\b(?:open|weights?|releas\w+|publish\w*|opening)"
    r"|intends?|aims?|expects?|expected|hopes?|may|might|could|should|within|pending|due|eyes|considers?"
    r"|considering|weighs?|weighing|once|until|set to|wants?"
    r"|(?<!hours )(?<!days )(?<!day )(?<!weeks )(?<!week )(?<!months )(?<!month )(?<!years )(?<!year )after"
    r"|in the (?:coming|next)|in (?:a few|two|three|several|\d+) (?:days|weeks|months)|(?:is|are) to"
    r"|to open[- ]source|to open|to release|to publish|says it'll|it'll|they'll|still|delay\w*|when)\b"
    r"|\b(?:sera|seront|serait|seraient|doi(?:t|vent)|devrai\w+|pourrai\w+|va|vont|prochain\w*|bientot|promet\w*"
    r"|promis\w*|promesse|prevoi\w+|prevu\w*|compte|comptent|suivront|suivra|suivre"
    r"|arriver\w+|viendr\w+|plus tard|ulterieur\w*|d'ici|sous peu|sous (?:dix|quinze|huit|\d+|quelques) (?:jours|semaines"
    r"|mois)|dans (?:les|quelques|dix|deux|trois|un|une)|attend\w*|attendre|espere\w*|envisag\w+|a venir"
    r"|en attente|publier\w*|ouvrir\w+|liberer\w+|demain|(?:a|en|avant) (?:la )?fin d(?:u|e|'annee)|la date|calendrier"
    r"|prepare\w*)\b"
    r"|(?:将(?!军|来的)|后(?:再|会|将)?(?:开源|开放|公布|放出)|会(?!议|上|员|话|场|后|展|社|计|谈|见)|即将"
    r"|计划|打算|拟|承诺|预计|有望|稍后|稍晚|晚些|随后|后续|择日"
    r"|不日|改日|马上|很快|过(?:几|两|些)天|准备|之后再|未来|届时|等待|等到|待|再(?:开源|放|开放)|或(?=于|将|开|在)"
    r"|(?:下|本)(?:周|月|季)(?:内|底|末|稍|开源|公开|放)|(?:\d+|[一二三四五六七八九十两几数]+)(?:天|日|周"
    r"|个月|月)(?:之)?内|年底前|月底前|力争|考虑|希望|呼吁|期待"
    r"|(?:月底|月末|月内|年底|年末|年内|下半年|明年|后年|明[天日晚早]|后天|周内|季度?内|季末|下个?(?:周|月|季度?|星期)"
    r"|月[上中下]旬|月初)[^,。;]{0,6}(?:开源|开放|公开|放出|释出|上传|上架|公布|见)"
    r"|开源(?:版)?(?:的)?(?:时间|日期|日程|进度|路线图|在路上|在望|可期|不远|临近|还有|还要|还差|预告|预热)"
    r"|(?<!脱)(?<!分)离开源|距开源|距离开源|(?:月|周|天|年|季)(?:底|末|初|内)?见(?![\u4e00-\u9fff])"
    r"|在即|倒计时)",
    _A,
)
"""Something still to come, or wished for."""

_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_MOIS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
DATED = re.compile(
    r"\b(?:in|from|on \d{1,2}) (?:late |early |mid-?)?"
    rf"(?:{_MONTHS}|q[1-4]|(?:the )?(?:spring|summer|autumn|fall|winter))\b"
    r"|\bthis (?:spring|summer|autumn|fall|winter)\b"
    rf"|\b(?:en|fin|debut|mi-?|des|le \d{{1,2}}) ?(?:{_MOIS})\b|\b(?:a l'|cet |cette )(?:automne|ete|hiver)\b"
    r"|\b(?:au|ce) printemps\b",
    _A,
)
"""A day that may lie ahead or behind: it lies ahead unless a verb of the clause is in the past."""
PAST = re.compile(
    r"\b(?!need|speed|feed|exceed|embed|indeed|unlimited)\w{2,}ed\b|\b(?:put|went|was|were)\b"
    r"|\b(?:a|ont|avai(?:t|ent)|etai(?:t|ent)) (?:\w+ment )?\w+(?:e|i|u|is|ert|ait)\b",
    _A,
)
"""A verb in the past, in a text without accents."""

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_JOURS = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
NEAR = re.compile(
    rf"\b(?:on|this|for|from|over|at) (?:the |this )?(?:weekend|{_DAYS})\b|(?<!since )(?<!last )\b(?:{_DAYS}) ?$"
    r"|\bshortly\b|\bin (?:a matter of )?days\b"
    r"|\b(?:before|ahead of|after) (?:the )?(?:lunar|chinese|new year|spring festival|christmas|holidays?)\b"
    rf"|\bce week-?end\b|(?<!depuis )\b(?:{_JOURS})\b(?! dernier)|\b(?:avant|apres) (?:le |les )?(?:nouvel an|noel|fetes)\b"
    # 中文: a time that begins the clause, and an opening that ends it without an object
    r"|(?:^|[\s,])(?:(?:其|模型|完整|全部)?权重)?"
    r"(?:(?:本|这)?个?(?:周末|(?:周|星期)[一二三四五六日天])|今[晚夜]|近日|近期|月中|年[前后]"
    r"|(?:\d+|[一二三四五六七八九十]+)月(?:\d+[日号])?|第?[一二三四]季度"
    r"|(?:春节|国庆|元旦|中秋|五一|端午|圣诞)(?:节|假期)?(?:前|后|期间)?)"
    r"(?:前|后|内|起|正式|全面|陆续|同步)?(?:开源|开放|公开|放出|释出|上传|上架)(?:全部|模型|权重|下载)*$",
    _A,
)
"""A time close by that lies ahead where nothing in its clause says that the opening is done or being done."""
DOING = re.compile(
    r"\b(?:opens|open-sources|releases|publishes|posts|puts|drops|ships|shares|uploads|makes|goes|is|are|has|have)\b"
    r"|\b(?:publie(?:nt)?|ouvre(?:nt)?|met(?:tent)?|libere(?:nt)?|diffuse(?:nt)?|partage(?:nt)?|est|sont)\b",
    _A,
)
"""A verb in the present that tells of an opening as done or being done, as headlines do."""

ASKED = re.compile(
    r"\bno word\b|\bno comment\b|\b(?:did not|does not|didn't|doesn't|without) (?:say|saying|mention\w*)\b"
    r"|\baucune? (?:annonce|mot|precision)\b"
    r"|没有说法|未透露|没有透露|未提|没提|没说|待定"
    r"|\b(?:whether|if|unless|should it|asks?|asked|unclear|unknown|whatever)\b|\?|\b(?:si|s'il|savoir si|ignore)\b"
    r"|是否|能否|会不会|要不要|有没有|何时|如果|若|假如|吗|争论|呼声|猜测",
    _A,
)
"""A question or a condition: it tells nothing."""

WISHED = re.compile(
    r"\b(?:hopes?|wish\w*|calls? (?:on|for)|urges?|wants?|espere\w*|souhait\w*|appell\w+ a)\b|希望|呼吁|期待|盼|建议",
    _A,
)

NOT_OPENED = re.compile(
    r"(?:不|未|没有|没)(?:会|有|曾|能|再|被)?开源|(?:暂无|没有|尚无|无)开源(?:的)?(?:计划|安排|打算)"
    r"|\bnot (?:been |be |yet |being |going to be )*open[- ]sourced?\b"
    r"|\bnot open\b|\bpas (?:ouvert|open|en libre)\w*",
    _A,
)
"""An opening denied outright: sure without any word for weights."""

OTHER_OBJECT = re.compile(
    r"\b(?:code(?!r)|codebase|dataset|data set|data|toolkit|framework|librar(?:y|ies)|kernels?|benchmark|sdk|cli"
    r"|app|apps|agent framework|engine|demo|space|paper|report|plugin|tool"
    r"|donnees|jeu de donnees|bibliotheque|outil|cadriciel|rapport|application|appli)\b"
    r"|代码|源码|数据集|框架|工具|算子|推理引擎|基准|技术报告|论文|应用|客户端|插件|题库|脚本|平台|项目",
    _A,
)
"""Things that are opened, too, and are no model."""

WEIGHTS = re.compile(r"\bweights\b|\bpoids\b|权重|\bcheckpoints?\b", _A)

GENERIC = re.compile(
    r"开源(?:模型|大模型|社区|阵营|圈|生态|榜|世界|一侧|领域|路线|对手|旗舰|力量|版图|软件|第一|最强|界|派"
    r"|玩家|厂商|战略|策略|组织|组件|标准|工作|之|与闭源|和闭源|系统|机构|方案"
    r"|代码|协议|许可)"
    r"|(?:领跑|最强|国产|所有|其他|众多|主流|现有|全球|问鼎|顶尖|拥抱|坚持|重返)开源|开源(?=榜|、闭源)"
    r"|\bopen[- ](?:source|weights?) (?:models|communit\w+|rivals?|camp|labs?|ecosystem|world|projects?"
    r"|alternatives?|leaders?|competit\w+|ai|software|movement|strategy|initiative|field|peers?|crown|rankings?"
    r"|developers?)\b"
    r"|\bopen models\b|\bmodeles ouverts\b|\b(?:among|of the|best|top|strongest|other|leading|rival"
    r"|rivals) (?:\w+ )?open[- ](?:source|weights?|models?)\b",
    _A,
)
"""Speaks of a class of models, not of one."""

OPEN_SOURCE = re.compile(r"开源|\bopen[- ]sourc\w*", _A)
"""The words by which a model is called open source; what `GENERIC` finds is taken out of the text before."""

OTHER_MODEL = re.compile(
    r"\b(?:smaller|larger|bigger|lighter|compact|distilled|mini|earlier|older|other"
    r"|more) (?:\w+ )?(?:versions?|models?|variants?|editions?|sizes?|siblings?)\b"
    r"|\b(?:versions?|modeles?|variantes?|tailles?) (?:plus )?(?:petite?s?|legere?s?|allegee?s?|compacte?s?"
    r"|reduite?s?|anciene?s?)\b"
    r"|\bpetits? modeles?\b|小尺寸|更小|更多(?:尺寸|模型|版本)|其他(?:尺寸|模型|版本)|轻量版|精简版|蒸馏版"
    r"|小版本|小模型|老模型|旧模型",
    _A,
)
"""Another size or version than the one that an item presents, though without a name."""

REPUTATION = re.compile(
    r"\b(?:known for|built (?:its|a) (?:name|reputation)|tradition|reputation|champion\w*|advocate|pioneer"
    r"|commitment|philosophy|promoter|long been)\b"
    r"|\b(?:connue? pour|reputee? pour|champion\w*|fidele a|defenseur|pionnier)\b|著称|闻名|传统|信仰|旗手"
    r"|坚持|立身|起家",
    _A,
)
"""Speaks of what a house stands for."""

THIS_TIME = re.compile(r"\bthis time\b|\bcette fois\b|这次|本次|此次|这一次|今次", _A)

ITS_AGENT = re.compile(r"\b(?:its|the|their|son|leur|l') ?agents?\b", _A)
SUBJECTLESS = re.compile(r"\s*(?:is|are|was|were|has|have|est|sont|a ete|ont|comes?|ships?)\b", _A)
"""A clause whose subject stands before its comma."""

RANKED = re.compile(
    r"\bmost (?:downloaded|liked|popular|starred)\b|\ble plus (?:telecharge|populaire)|下载最多|最受欢迎"
    r"|\btrend\w*|\bchart|\bleaderboard|\bceo\b|\bcofounder|\bmillions? (?:of )?(?:times|downloads)|热榜"
    r"|趋势榜|榜单|下载量",
    _A,
)
"""What stands beside a hub's name without telling that something can be downloaded there."""

BACKGROUND = re.compile(
    r"\b(?:last year|previous|previously|earlier|predecessor|former|a year ago|used to|had been)\b"
    r"|\b(?:l'an dernier|l'annee derniere|precedent\w*|avait ete|dernier modele|il y a un an|auparavant)\b"
    r"|去年|前年|上一代|上代|前代|前作|此前|以往|曾|当年|早前|过去",
    _A,
)
"""Speaks of what was before; without a line's name it is about another one."""

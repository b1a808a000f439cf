"""Patterns of the kinds' rules: cues with a gap, single characters beside certain others, and words of special weight."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_A = re.ASCII

_ANY = (
    ("comparison", re.compile(r"\bvs\b(?!\s?code)|\bversus\b", _A)),
    (
        "business",
        re.compile(r"\braises? (?:us|hk|rmb)? ?[$€¥£]|\bleve \d|[$€£]\d+(?:\.\d+)? ?(?:billion|million|bn|m)\b", _A),
    ),
)
CUE_PATTERNS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "en": (
        *_ANY,
        ("comparison", re.compile(r"^(?:why|how) .{3,40}\b(?:beats?|outperforms?|loses?|wins?)\b", _A)),
        ("howto", re.compile(r"\b(?:support|integration|port) (?:lands|arrives|for|in|of|merged)\b", _A)),
        (
            "policy",
            re.compile(
                r"[\"'] ?distill\w*|\bdistill(?:ing|ation)\b|\btells? .{2,40} to (?:stop|halt|cease|remove|pay)\b", _A
            ),
        ),
        (
            "rumour",
            re.compile(
                r"\b(?:plans?|planning|eyes|targets?) (?:\w+ ){0,4}(?:launch|release|debut|rollout|unveiling)\b", _A
            ),
        ),
        ("business", re.compile(r"\b(?:former|ex-)\b.{3,60}\bjoins?\b|\bjoins? .{2,40}\bfrom\b", _A)),
        (
            "howto",
            re.compile(
                r"\b(?:arrives?|lands?|comes?|available|now|runs?|support) (?:in|on|to|for) (?:lm studio|ollama"
                r"|bedrock|azure|vertex|copilot"
                r"|cursor|vs code|openrouter|together|groq|cerebras|databricks|snowflake|cloudflare"
                r"|perplexity|windows|foundry|vllm|sglang)\b",
                _A,
            ),
        ),
        (
            "howto",
            re.compile(
                r"^(?:amazon |google |microsoft |aws )?(?:bedrock|azure|vertex(?: ai)?|ollama|lm studio"
                r"|openrouter|together(?: ai)?|groq|cerebras"
                r"|fireworks|perplexity|copilot|cursor|databricks|snowflake|cloudflare|vllm|sglang"
                r"|nvidia nim) (?:now )?"
                r"(?:adds?|hosts?|offers?|supports?|serves?|gets?|lists?|brings?|picks? up)\b",
                _A,
            ),
        ),
        (
            "update",
            re.compile(r"\b(?:leaves?|exits?|graduates? from) (?:its |the )?(?:\w+ )?(?:preview|beta|alpha)\b", _A),
        ),
        ("release", re.compile(r"\b(?:is|are) (?:now )?(?:finally |already )?(?:open|out|here|live)\b", _A)),
    ),
    "fr": (
        *_ANY,
        ("policy", re.compile(r"[\"'] ?distill\w*|\bdistillation\b", _A)),
        ("howto", re.compile(r"\bcomment (?:utiliser|installer|lancer|faire|deployer|affiner|brancher)\b", _A)),
    ),
    "zh": (
        *_ANY,
        ("rumour", re.compile(r"(?:(?<=^)|(?<=[,:;。 |]))传(?![统播承感媒说真])|(?<!光)曝(?![光露晒])")),
        ("rumour", re.compile(r"(?<![虚模比])拟(?=[^,;。:]{0,14}(?:发布|推出|开源|上线|亮相|登场))|拟(?=[于将在]\w)")),
        (
            "release",
            re.compile(
                r"推(?![理荐进动测广特迟出送断演敲翻手算土崇文高升倒向至力行销介导想移])(?=[^,。;:]{0,12}[A-Za-z0-9\u4e00-\u9fff])"
            ),
        ),
        ("other", re.compile(r"(?:(?<=^)|(?<=[,:;。 |]))读(?![取写])")),
        ("howto", re.compile(r"把.{0,16}(?:跑在|装进|部署|塞进|搬到|接入)")),
        (
            "rumour",
            re.compile(
                r"(?:日志|代码|仓库|后台|配置|文档)(?:里|中|库)?.{0,8}(?:发现|出现|现身|曝光|露出)|发现.{0,16}(?:字样|痕迹)"
            ),
        ),
        ("business", re.compile(r"(?:研究员|科学家|高管|负责人|核心成员|骨干).{0,10}(?:加入|离开|加盟|转投|出走)")),
        (
            "howto",
            re.compile(r"在.{0,16}(?:上跑|上运行|上部署|跑起来)|用.{0,14}(?:搭建|部署|微调|跑)|支持 ?(?:sglang|vllm)"),
        ),
        (
            "policy",
            re.compile(
                r"[\"'] ?蒸馏|蒸馏(?:攻击|指控|风波|门|案)|(?:要求|责令|敦促).{0,20}(?:停止|下架|删除|道歉|整改)"
            ),
        ),
        (
            "business",
            re.compile(r"(?<![仅本价费.\d])\d+(?:\.\d+)? ?(?:亿|万)(?:美|港|欧|日)?元|(?:收入|营收|估值|市值)"),
        ),
    ),
}
"""Language -> (category, pattern); looked for in headlines only."""

CONDITIONAL = re.compile(
    r"\b(?!(?:tir|attir|retir|admir|inspir|respir|désir|expir|vir)ait)\w+(?:erait|eraient|irait|iraient|drait"
    r"|draient|vrait|vraient|rrait|rraient)\b"
)
"""A French verb in the conditional: told, not known."""

NEGATED = re.compile(r"(?:\bnot|\bno|\bnever|n't|\bne|\bpas|未|没有|没|不|无|尚未)\s?$", _A)
PAST_TIME = re.compile(
    r"(?:首日|首周|首月|次日|数日|不到|后|以来|之后|一周年|周年|当天|当日|前夕|会上|会\b|时间|时刻|日期|节奏|潮)"
)
NO_PRODUCT = re.compile(r"(?:榜|榜单|排名|成绩|评测|评分|结果|报告|名单|财报|数据|判决)\s?$")
"""What comes out (`出炉`) and is no model."""
FORMS = re.compile(r"\s(?:checkpoints?|snapshots?|builds?|sizes?|weights|检查点|快照)\b|\s?(?:检查点|快照)", _A)
"""What follows a line where a new form of it is new, and not the line."""
FORM_WORDS = _words("checkpoint checkpoints snapshot 快照 检查点 fp8 nvfp4 int4")
"""Words for a form of a line: an update only where a line or a model is spoken of."""
OFFICIAL = re.compile(r"官方|\bofficial\b|\bofficiel\w*", _A)
"""A form of a line that its own lab makes."""
QUANTS = _words("gguf ggufs quant quants quantization quantisation 量化 量化版 mlx")
"""Words of how-tos that are an update where the lab itself made them."""
MODAL = re.compile(r"\s(?:could|may|might)\b", _A)
"""What follows a line of which something is only supposed."""
SAID = re.compile(r"\baccording to\b|\breports?\b|\breported(?:ly)?\b|\bsources?\b|\bpeople familiar\b|\bsays\b", _A)
"""A headline that passes on what somebody says."""
PRODUCT = re.compile(
    r"模型|新品|\bmodels?\b|\bmodeles?\b|\bllms?\b|旗舰|flagship|(?<![a-z0-9])(?:ai|ia)(?![a-z0-9])", _A
)
"""Words by which a headline without a name speaks of a model."""
FIELD = re.compile(
    r"芯片|\bchips?\b|\bpuces?\b|semi-?conduct|(?<![a-z0-9])(?:ai|ia)(?![a-z0-9])|人工智能|大模型|生成式|chatbot"
    r"|artificial intelligence|intelligence artificielle|算法|open models?"
    r"|模型|chinese (?:labs|models|ai)|modeles chinois|laborat\w+ chinois|labos chinois"
)
IS_IT = re.compile(
    r"是不是|是.{0,12}吗|难道|\bis this\b|\bis that\b|\bcould this\b|\bwas that\b|est-ce|serait-ce|到底是|是什么|谁家",
    _A,
)
ON_A_MACHINE = re.compile(
    r"\s(?:on|sur) (?:a|an|the|my|one|two|four|your|un|une|son|votre|mon|des) [^,:;]{0,40}?"
    r"\b(?:macs?|macbook|studio|gpus?|rtx|\d090s?|raspberry|laptop|phone|nas|pc|machine|desktop|workstation|card"
    r"|cards|ordinateur|telephone)\b",
    _A,
)
FIRST_PERSON = re.compile(r"(?:i|we|my|our|j'ai|nous|on a|mon|notre|我|我们)\b|(?:我|我们)(?=[用把让给])", _A)
COPY_FORM = re.compile(
    r"-(?:2[4-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|20\d{6})$|[-_](?:fp8|fp4|nvfp4|mxfp4"
    r"|int[248]|base|bf16|(?:high|ultra)[- ]?speed)(?![a-z])|\b(?:fp8|nvfp4|int4) weights for",
    _A,
)
"""A name as that of a lower precision or of a base checkpoint: another form of a line that is out."""

WILL = re.compile(
    r"\s(?:will|won't|would|would be)\b|\s?(?:要|将|会)(?=[\u4e00-\u9fff])|\s(?:ne )?(?:sera|aura|sortira|arrivera)\b",
    _A,
)
"""What follows a line that is still to come."""
NEW = re.compile(r"\b(?:new|latest|nouveau|nouvelle)\s(?:\w+\s)?$|(?:新一代|全新|新模型|新旗舰|新款)\s?$", _A)
"""What calls the line behind it new."""
TAKES_IN = _words("接入 上架 搭载 换上")
"""An app that takes in a line of its own house is an update; another's is a how-to."""
SAYING = re.compile(r"(?!\band\b|\bwith\b|\bavec\b|\bplus\b)[a-z]{4,}|[\u4e00-\u9fff]{2,}", _A)
"""Words that say something of a line beside it."""
TRIED = re.compile(r"\bI(?:'ve)? (?:have |had )?(?:ran|run|tried|used|tested|gave|asked|let|spent)\b")
DUEL = re.compile(r"\bcontre\b|\bface a\b|\bagainst\b|\bor\b|\bou\b|谁更|还是|哪个|对战|大战", _A)
DOING = re.compile(
    r"(?P<test>testing|comparing|benchmarking|reviewing|rating|ranking|putting|trying|measuring|tester|comparer"
    r"|evaluer|noter)\b"
    r"|(?!bring|king|beijing|something|ring|ming|ling|bing|sing|releas|introduc|announc|launch|unveil|open|ship"
    r"|breaking)[a-z]{2,}ing\b"
    r"|(?:apprendre|utiliser|deployer|installer|creer|coder|programmer|brancher|heberger|affiner)\b",
    _A,
)
"""A headline that begins with what one does with a line."""
RESTRICTS = _words(
    "bloque suspend blocks blocked pauses suspends removes restreint limite 暂停 下架 取消 retire interdit"
)
"""Verbs that, of a state, are policy."""

STRONG_RUMOUR = frozenset(
    {
        "before the model", "no weights yet", "talk of", "expected to", "is expected", "are expected",
        "widely expected", "rumour", "rumours",
        "rumor", "rumors", "rumored", "rumoured", "leak", "leaks", "leaked", "is this", "teaser", "reportedly",
        "speculation", "people familiar",
        "attendu", "attendue", "attendus", "rumeur", "rumeurs", "fuite", "fuites", "selon des sources",
        "laissent penser", "laisse penser",
        "nears", "about to", "futur modele", "prochain modele", "mystery model", "stealth model",
        "next-generation model",
    }
)  # fmt: skip
"""Words of expectation that govern a clause wherever they stand in it."""

STRONG_HOWTO = frozenset(
    {
        "gguf", "ggufs", "quant", "quants", "mlx", "mlx-lm", "llama.cpp", "tutorial", "guide", "教程", "指南",
        "手把手", "保姆级", "量化版", "攻略",
        "installer", "tuto", "how to", "step by step", "pas a pas", "mode d'emploi", "chez soi", "本地部署",
        "完成适配", "适配完成", "tokens a second",
        "tokens per second", "fine-tune", "finetune", "notebook", "walkthrough", "部署指南", "部署教程",
    }
)  # fmt: skip
"""How-to words that win over a release verb in the same clause (`posts an NVFP4 quant`)."""

WEAK_UPDATE = _words(
    "price prices pricing cheaper 降至 提升至 增强 下调 prix tarif tarifs sizes subscription 套餐 优惠 订阅"
)
"""Words of price that, behind a line and a colon, describe the line rather than a change of it."""

STRONG_OTHER = frozenset(
    {
        "论文", "署名论文", "技术报告", "致歉", "道歉", "宕机", "故障", "专访", "访谈", "technical report",
        "tech report", "paper", "papers", "outage",
        "interview", "podcast", "apology", "apologises", "apologizes", "rapport technique", "entretien", "panne",
        "excuses",
    }
)  # fmt: skip
"""Words of background that win over money and markets."""

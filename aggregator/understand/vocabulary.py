"""Words that decide whether a name is meant: common words that are families too, weak names, the field's own words.

Nothing here lists models or versions: a new version or tier is recognised without a change of this page.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON_FAMILIES = _words("""
    step yi ling ring ming wan seed spark index dots muse phi emu kat glm mai janus moonlight bagel cosmos marco yuan
    imagen codex nova aurora titan vidu lance glyph moss confucius mimo go-1 sora veo lyria llama mistral gemini
    claude kimi pangu 万相 星火 文心
    豆包 ernie minimax 盘古 混元 海螺 天工 百灵 龙猫 书生 通义 百川 日日新 悟道
    """)
"""Families that are everyday words or names of other things: they need a sure form or something of the field near."""

BARE_COMMON = _words(
    "step yi ling ring ming wan seed spark index dots muse phi emu kat mai go-1 janus bagel cosmos marco"
    " yuan lance glyph moss confucius"
)
"""Of these, the ones so common that only their own lab, or a form that nothing else has, lets them count."""

WEAK_NAMES = _words("""
    kimi moonshot mistral mimo meta fair red mai gemini claude llama grok sora veo glm kunlun index skywork pangu
    kling vidu codex
    ernie minimax hunyuan 豆包 360
    月之暗面 混元 海螺 文心 星火 天工 书生 龙猫 百灵 盘古 万相 即梦 元宝 通义 悟道 智源 面壁 百川 幻方 阶跃 日日新
    百炼 清言
    可灵 可图 蓝心 安第斯 言犀 浦语 飞桨 字节 蚂蚁
    """)
"""Names of labs that are also words or other things: they need something of the field near."""

HOUSES = _words("""
    google microsoft nvidia xiaomi huawei alibaba tencent baidu jd vivo oppo bilibili unitree kuaishou meituan
    bytedance rednote
    小米 华为 百度 腾讯 阿里巴巴 阿里 美团 快手 京东 小红书 哔哩哔哩 b站 微软 英伟达 昇腾 宇树 讯飞 科大讯飞 商汤
    字节跳动
    """)
"""Houses with other business too: they are labs wherever they stand, but make no text one of the field."""

EASY_NAMES = _words("豆包 可灵 即梦 kimi claude gemini grok llama sora codex minimax moonshot mistral")
"""Weak names that in a Chinese text need nothing of the field: there only what collides speaks against them."""

CASED_NAMES = _words("red fair mai meta index jd step spark ring ming ling wan seed yi muse emu kat go")
"""Latin names that count only as they are written in the list (`Meta`, not `meta`)."""

BRAND_FAMILIES = _words("""
    seedance seedream sora veo gemma lyria imagen codex chatgpt hailuo kling vidu paddleocr pp-ocr qianfan wan hunyuan
    hunyuanimage hunyuanvideo hunyuan3d mixtral ministral codeqwen chatglm cogvideo cogview intern-s internlm internvl
    internvideo step-audio hy3 hy4 hy hy-world hy-mt skyreels matrix-game robobrain emu bge wudao gte marco ovis cosmos
    gr00t joyai moss moss-tts llada fun-asr skywork autoglm codegeex pangu openpangu firered dots index indextts
    wall-oss
    qwen glm kimi doubao minimax step ernie mimo minicpm seed deepseek mistral llama gemini claude gpt grok keye kat
    agentcpm voxcpm bitcpm
    """)
"""Families whose models carry numbers: the bare word is a brand, and names a lab but no line."""

LOWER_TIERS = _words("mini nano lite turbo")
"""Tier words that may be written small behind a space (`GPT-4o mini`)."""

LETTERS: dict[str, str] = {
    "deepseek": "VR",
    "kimi": "K",
    "minimax": "MH",
    "mimo": "V",
    "baichuan": "M",
    "spark": "X",
    "星火": "X",
    "vidu": "Q",
    "openai": "O",
    "intern-s": "S",
    "kat": "V",
    "sensenova": "UV",
}
"""Letters with which a family numbers its versions: `V4` alone means DeepSeek's where the text has named DeepSeek."""

SERIES: dict[str, str] = {"opus": "claude", "sonnet": "claude", "haiku": "claude"}
"""Words that name a family's line without the family (`Opus 4.6`)."""

DOMAIN: tuple[str, ...] = tuple(
    sorted(
        _words("""
    ai ia a.i. i.a. llm llms vlm agi gpt* chatgpt chatbot* chatbots open-source open-weight* open-weights
    open-sourc* weights
    multimodal* token tokens agentic agents hugging* huggingface modelscope github gpu gpus ollama vllm llama.cpp
    gguf mlx
    mlx-lm sglang transformer transformers inference quantis* quantiz* fine-tun* finetun* reasoning neural pretrain*
    artificial* parameter parameters moe mixture-of-experts benchmark benchmarks lmarena swe-bench text-to-* robotic*
    coding-plan coder api apis deepmind openai anthropic distill* foundation-model* modele modeles jetons poids
    app apps shares raises raised funding startup startups start-up start-ups valuation database assistant leve
    lever bourse
    developers entity-list preview audio lawmakers chat intelligence* multimodale conversationnel inferenc* ouverts
    parametres checkpoint checkpoints embedding* diffusion
    """)
    )
) + tuple(
    sorted(
        _words("""
    大模型 模型 人工智能 智能体 开源 权重 多模态 算力 推理 词元 大语言 生成式 文生 图生 机器人 具身 蒸馏 训练 微调
    融资 估值 独角兽 初创 量化 提示词 上下文 数字人 杨植麟 梁文锋 闫俊杰 唐杰 王小川 李开复 姜大昕 林俊旸 吴永辉
    姚顺雨 预训练
    视频生成 语音识别 智能助手 对话机器人 芯片
    """)
    )
)
"""Words of the field: one of them near makes a weak name mean the lab."""

COLLISIONS: dict[str, tuple[str, ...]] = {
    "glm": (
        "linear model*",
        "linear models",
        "glm()",
        "regress*",
        "poisson",
        "线性模型",
        "modele lineaire",
        "modeles lineaires",
    ),
    "spark": ("apache", "pyspark", "hadoop", "spark sql", "databricks"),
    "ring": ("doorbell*", "sonnette*", "wedding", "smart ring", "lord of the ring*"),
    "gemini": ("crypto*", "加密", "双子座", "winklevoss", "horoscope", "zodiac", "astrolog*", "nasa"),
    "moonshot": ("nasa", "lunar", "artemis", "lunaire", "cancer", "biden"),
    "mistral": (
        "tramontane",
        "rafales",
        "vigilance",
        "meteo*",
        "km/h",
        "helicopter*",
        "porte-helicopteres",
        "missile*",
    ),
    "mimo": ("massive mimo", "antenn*", "天线", "5g", "wi-fi", "基站"),
    "kling": ("klingon*",),
    "混元": ("太极", "道教", "气功"),
    "文心": ("文心雕龙",),
    "月之暗面": ("平克", "黑胶", "专辑", "pink floyd", "嫦娥"),
    "龙猫": ("宫崎骏", "吉卜力", "动画"),
    "书生": ("古代", "科举"),
    "天工": ("天工开物",),
    "星火": ("燎原",),
    "海螺": ("海螺水泥", "海螺沟", "海螺集团"),
    "豆包": ("粘豆包", "豆沙", "红豆", "黄米", "包子", "面点"),
    "minimax": (
        "alpha-beta",
        "game tree*",
        "minimax algorithm",
        "minimax theorem",
        "极小极大",
        "博弈树",
        "elagage",
        "chess",
    ),
    "ernie": ("premium bond*", "bert and ernie", "sesame street"),
    "hunyuan": ("temple", "daoist", "county", "taoist"),
    "阶跃": ("阶跃响应", "阶跃函数", "阶跃信号", "pid"),
    "字节": ("字节码", "字节序", "个字节", "多字节", "单字节"),
    "蚂蚁": ("蚂蚁森林", "昆虫"),
    "元宝": ("金元宝", "纸元宝"),
    "step": ("step by step", "step-by-step"),
    "claude": ("monet", "莫奈", "debussy", "van damme", "juncker"),
    "index": ("consumer price index", "index fund", "stock index"),
    "meta": ("meta-analys*", "meta analys*", "meta-analyse"),
    "llama": ("alpaca", "alpacas", "lamas"),
    "sora": ("kingdom hearts",),
}
"""What stands near when something else of the same name is meant."""

ELLIPTIC_TIERS = _words("ocr vl coder math prover tts asr image video omni audio")
"""Tier words that, with a number behind them, name a model of the lab just named (`DeepSeek开源OCR 2`)."""

SPACED_TIERS = _words("""
    flash pro max lite mini plus omni coder code turbo air next exp vl vision tts asr ocr ultra nano speciale opus
    sonnet haiku codex maverick scout highspeed math prover super edit fast heavy terminus avatar fable sol luna
    """)
"""Tier words that may stand behind a version after a space; others need a hyphen (`Kling 3.0 video model`)."""

LEADING_WORDS = _words(
    "opus sonnet haiku large medium small flash pro nano banana image video omni audio ocr vl coder next tts asr"
    " math prover code spark glimmer robotics live fable super ultra max"
    " music speech voice world motion lightning linear preview"
)
"""Words that may stand between a family and its number after a space (`Claude Opus 4.6`, `Mistral Large 3`)."""

NO_TIERS = _words("""
    based powered style styled class like level driven compatible era ready trained only first maker series family
    generation native enabled sized backed led inspired distilled equipped models model team level-up and vs or the
    s user users app apps api web cli code-named assisted compatible-with beating killer rival
    """)
"""Words after a hyphen that are English and no part of a name (`Qwen3-based`)."""

CHINESE_WORDS: dict[str, str] = {
    "图像": "Image",
    "图片": "Image",
    "生图": "Image",
    "视频": "Video",
    "语音": "Audio",
    "音频": "Audio",
    "编程": "Code",
    "代码": "Code",
    "数学": "Math",
    "3d": "3D",
}
"""Chinese words between a family and its number that name another model (`混元图像3.0`)."""

UNITS = (
    r"(?:\s?(?:%|百分|亿|万|千|倍|个|款|家|年|月|日|天|小时|分钟|秒|元|美元|人|次|折|成|岁|位|种|名|季|期|轮|起|篇|条|步|项|台)"
    r"|\s(?:years?|months?|weeks?|days?|hours?|minutes?|times|users?|billion|million|trillion|percent|people|bn|m"
    r"|ways?|things?|reasons?|tips?|ans?|mois|jours?|semaines?|heures?|milliards?|millions?|fois|euros?"
    r"|utilisateurs|labs?|companies|firms|stars?)\b|[xhms]\b)"
)
"""What follows a number that counts something and is no version."""

SURE_SPACED = _words("ocr vl tts asr omni coder image linear lightning spark glimmer")
"""Tier words that name a model behind a family and a space even without a number (`Qwen Image`)."""

LIST_SIGNS = r"\s?(?:,|、|/|和|与|及|以及|并|\+|&|and\b|et\b|ou\b|or\b|;)\s?(?:and\b\s|et\b\s|和)?"
"""What joins the parts of a list of tiers or versions (`Seed2.0 Pro, Lite and Mini`)."""

BRIDGE = (
    r"\s?(?:大语言模型|多模态大模型|基座大模型|大模型|模型|系列|新一代)?"
    r"(?P<kind>图像|图片|生图|视频|语音|音频|编程|代码|数学|3[dD])?(?:生成)?(?:大?模型)?\s?(?=[A-Za-z]?\d)"
)
"""Chinese words that may stand between a family and its number (`豆包大模型2.0`)."""

WORDED_VERSION = r"(?:\spasse)?\s(?:en version|a la version|à la version|dans sa version|version|v\.)\s(?=\d)"

MACHINES_BEFORE = r"(?:apple|mac|macbook|imac|ipad|mac mini|mac studio|苹果|rabbit|杜卡迪|panigale|ducati)\s?$"
MACHINES_AFTER = r"\s?(?:max|ultra|pro|chip|chips|mac|芯片)\b"
"""Letter and digit of a machine (`M4 Max`, `Rabbit R1`), not of a model."""

PRODUCT_WORDS = _words("plan bot studio cloud work code claw coding pro business team desktop chat")
"""Words behind a family that make the name that of an app or a tool where no number stands (`Kimi Code`)."""

"""Who says it: attributed sentences in three languages, written before the rules. None is a real sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aggregator import mentions
from aggregator.understanding import voices

ATTRIBUTED = [
    line.split("\t") for line in (Path(__file__).parent / "attributed.tsv").read_text("utf-8").splitlines()[1:]
]
"""part, language, voice, name, sentence. The parts were written at different times and first measured as
docs/understanding.md says; `bare` sentences quote nobody."""

SENTENCES = (
    # ---- English: the lab
    ("Zhipu said GLM-9 was trained entirely on Huawei Ascend processors.", "lab", "Zhipu"),
    ("GLM-9 supports 120 languages, the company says.", "lab", ""),
    ("The lab claims that GLM-9 beats GPT-9 on coding tasks.", "lab", ""),
    ("According to Alibaba, Qwen9 costs half as much to run.", "lab", "Alibaba"),
    ("“We trained it for three million dollars,” a Moonshot spokeswoman said.", "lab", "Moonshot"),
    ("In its technical report, DeepSeek puts the cost of training at five million dollars.", "lab", "DeepSeek"),
    ("MiniMax's own charts put M9 level with Claude Opus 9.", "lab", "MiniMax"),
    ("The company told reporters that the model covers 90 languages.", "lab", ""),
    ("Qwen9 scores 81.2 on SWE-bench Verified, per the model card.", "lab", ""),
    # ---- English: the press
    ("DeepSeek is preparing to release V7 within days, The Information reported on Tuesday.", "press",
    "The Information"),
    ("According to Reuters, V7 was trained on Nvidia's newest chips.", "press", "Reuters"),
    ("The Financial Times reports that DeepSeek had trouble with Ascend chips.", "press", "Financial Times"),
    ("V7 will arrive in mid-April, Bloomberg News has reported.", "press", "Bloomberg News"),
    ("V7 is due next month, according to a report by the South China Morning Post.", "press",
    "South China Morning Post"),
    ("The Harbour Courier reported that V7 had been delayed again.", "press", "Harbour Courier"),
    ("V7 will launch next week, The Information reported, citing two people with direct knowledge.", "press",
    "The Information"),
    # ---- English: nobody in particular
    ("V7 will arrive in mid-April, people familiar with the matter said.", "anonymous", ""),
    ("Sources say that V7 was trained on smuggled chips.", "anonymous", ""),
    ("A person close to the company said the model would cost less.", "anonymous", ""),
    ("Insiders expect V7 before the holiday.", "anonymous", ""),
    ("According to two employees, V7 beats every rival at coding.", "anonymous", ""),
    # ---- English: authorities
    ("The Commerce Department said the model lags by eight months.", "authority", "Commerce Department"),
    ("According to CAISI, V7 answers 40% of dangerous questions.", "authority", "CAISI"),
    ("Italy's data protection authority says the app sends data to China.", "authority", ""),
    ("A White House memo accuses Moonshot of distilling Claude.", "authority", "White House"),
    # ---- English: rights holders
    ("Disney accuses ByteDance of copying its characters with Seedance 9.", "rights-holder", "Disney"),
    ("The Motion Picture Association said Seedance 9 infringes on a massive scale.", "rights-holder",
    "Motion Picture Association"),
    ("Netflix says its series were used without permission.", "rights-holder", "Netflix"),
    # ---- English: tests by others
    ("On Artificial Analysis, GLM-9 scores 58.", "third-party-test", "Artificial Analysis"),
    ("In our tests GLM-9 fixed ten of twelve bugs.", "third-party-test", ""),
    ("GLM-9 ranks third on LMArena.", "third-party-test", "LMArena"),
    ("Independent testers found that GLM-9 loses to GPT-9 at maths.", "third-party-test", ""),
    # ---- français : le laboratoire
    ("Selon Zhipu, GLM-9 a été entraîné sur des puces Ascend.", "lab", "Zhipu"),
    ("« Il parle 120 langues », affirme le laboratoire.", "lab", ""),
    ("Alibaba revendique 200 langues pour Qwen9.", "lab", "Alibaba"),
    ("Dans son communiqué, Alibaba parle de 201 langues.", "lab", "Alibaba"),
    ("L'entreprise assure que l'entraînement a coûté cinq millions de dollars.", "lab", ""),
    ("Le groupe dit faire jeu égal avec GPT-9.", "lab", ""),
    ("D'après l'équipe Qwen, le modèle coûte 60 % de moins.", "lab", ""),
    # ---- français : la presse
    ("Selon The Information, DeepSeek V7 arriverait dans les prochains jours.", "press", "The Information"),
    ("D'après Reuters, V7 aurait été entraîné sur des puces de Nvidia.", "press", "Reuters"),
    ("Le Monde rapporte que V7 sortira en avril.", "press", "Le Monde"),
    ("V7 sortirait la semaine prochaine, croit savoir le Financial Times.", "press", "Financial Times"),
    # ---- français : anonymes
    ("Selon des sources proches du dossier, V7 sortirait en avril.", "anonymous", ""),
    ("V7 sortirait en avril, d'après deux personnes au fait du projet.", "anonymous", ""),
    ("Une source interne évoque une sortie avant l'été.", "anonymous", ""),
    # ---- français : autorités, ayants droit, essais
    ("La CNIL estime que l'application envoie des données en Chine.", "authority", "CNIL"),
    ("Selon le département du Commerce, le modèle a huit mois de retard.", "authority", "département du Commerce"),
    ("Disney reproche à ByteDance d'avoir copié ses personnages.", "rights-holder", "Disney"),
    ("Paramount dénonce une contrefaçon à grande échelle.", "rights-holder", "Paramount"),
    ("D'après nos essais, GLM-9 corrige dix bogues sur douze.", "third-party-test", ""),
    ("Au classement LMArena, GLM-9 est troisième.", "third-party-test", "LMArena"),
    # ---- 中文：实验室
    ("官方称，GLM-9的训练全程在华为昇腾芯片上完成。", "lab", ""),
    ("智谱称GLM-9支持120种语言。", "lab", "智谱"),
    ("阿里表示，千问9推理成本下降六成。", "lab", "阿里"),
    ("公司表示，模型训练全部使用国产昇腾算力。", "lab", ""),
    ("通义团队在博客中写道，新模型支持201种语言。", "lab", "通义"),
    ("据月之暗面介绍，Kimi K9训练成本不到五百万美元。", "lab", "月之暗面"),
    # ---- 中文：媒体
    ("据The Information报道，DeepSeek将在数日内发布V7。", "press", "The Information"),
    ("据路透社报道，V7使用英伟达芯片训练。", "press", "路透社"),
    ("彭博社称，V7将于四月发布。", "press", "彭博社"),
    ("据The Information援引知情人士报道，DeepSeek将在数日内发布V7。", "press", "The Information"),
    ("晚点LatePost独家获悉，V7推迟到五月。", "press", "晚点LatePost"),
    # ---- 中文：匿名、机构、权利人、第三方
    ("知情人士透露，V7将于下月发布。", "anonymous", ""),
    ("有消息称V7训练已经完成。", "anonymous", ""),
    ("网传V7得分超过GPT-9。", "anonymous", ""),
    ("美国商务部称该模型落后八个月。", "authority", "商务部"),
    ("网信办通报称该应用违规收集个人信息。", "authority", "网信办"),
    ("迪士尼指责字节跳动未经许可使用其角色。", "rights-holder", "迪士尼"),
    ("美国电影协会表示Seedance 9大规模侵权。", "rights-holder", "美国电影协会"),
    ("在LMArena榜单上，GLM-9排名第三。", "third-party-test", "LMArena"),
    ("我们实测发现，GLM-9修好了十个错误。", "third-party-test", ""),
    # ---- nobody is quoted
    ("GLM-9 has 744 billion parameters.", "", ""),
    ("GLM-9 compte 744 milliards de paramètres.", "", ""),
    ("GLM-9共有744B参数。", "", ""),
    ("The model is faster than its predecessor.", "", ""),
    ("Zhipu released GLM-9 on Wednesday.", "", ""),
)  # fmt: skip

LATER = (
    # three sets written when the rules stood, to measure them (0.79, 0.89 and 0.71 right at first); mended since
    ("Tencent claims Hy5 is twice as cheap to run.", "lab"),
    ("The model speaks 80 languages, Xiaomi told journalists in Beijing.", "lab"),
    ("StepFun's founder said the next version was three months away.", "lab"),
    ("Internal documents seen by Bloomberg show that V7 slipped to June.", "press"),
    ("V7 will be out in April, Nikkei Asia has learned.", "press"),
    ("As first reported by TechCrunch, the model leaked on a test server.", "press"),
    ("Two engineers who asked not to be named say training failed twice.", "anonymous"),
    ("Rumours on Weibo put the launch in May.", "anonymous"),
    ("Lawmakers in Washington warn that the app shares data with Beijing.", "authority"),
    ("South Korea's privacy watchdog said it would look into the app.", "authority"),
    ("Warner Bros says clips made with Seedance 9 copy Batman.", "rights-holder"),
    ("The Authors Guild alleges that pirated books were used.", "rights-holder"),
    ("Epoch AI estimates that training cost thirty million dollars.", "third-party-test"),
    ("Baidu indique que le modèle coûte deux fois moins cher.", "lab"),
    ("Le constructeur promet une fenêtre d'un million de tokens.", "lab"),
    ("Les Echos révèlent que V7 sera présenté en mai.", "press"),
    ("À en croire Bloomberg, V7 serait retardé.", "press"),
    ("Plusieurs salariés affirment que l'entraînement a échoué.", "anonymous"),
    ("Le ministère de l'Économie juge l'application dangereuse.", "authority"),
    ("La SACEM exige le retrait des chansons.", "rights-holder"),
    ("Un comparatif indépendant le place derrière GPT-9.", "third-party-test"),
    ("腾讯宣称混元新模型推理速度翻倍。", "lab"),
    ("小米透露新模型将支持80种语言。", "lab"),
    ("负责人在社交平台表示下一版三个月后推出。", "lab"),
    ("据财新报道，V7推迟至六月。", "press"),
    ("《金融时报》援引消息人士的话说，V7将于五月发布。", "press"),
    ("多名内部人士证实训练曾两次失败。", "anonymous"),
    ("有网友爆料V7已在灰度测试。", "anonymous"),
    ("韩国个人信息保护机构称将调查该应用。", "authority"),
    ("华纳起诉称其角色被复制。", "rights-holder"),
    ("第三方评测显示该模型落后于GPT-9。", "third-party-test"),
    ("GLM-9于周三发布，参数744B。", ""),
    ("The weights are on Hugging Face.", ""),
    ("Le modèle est disponible dès lundi.", ""),
    ("Meituan says LongCat-9 needs a third of the memory.", "lab"),
    ("Kuaishou executives told investors that Kling 9 covers 60 languages.", "lab"),
    ("The firm's technical report lists 71.3 on GPQA.", "lab"),
    ("Baidu boasts that ERNIE 9 beats GPT-9.", "lab"),
    ("The launch has slipped to August, the Wall Street Journal reports.", "press"),
    ("According to Semafor, the chips came through Malaysia.", "press"),
    ("Chinese media say the model will come in May.", "press"),
    ("Caixin, citing an internal memo, reports a June launch.", "press"),
    ("A source with knowledge of the plan expects it in June.", "anonymous"),
    ("Three people briefed on the matter said it failed its first run.", "anonymous"),
    ("The leak, posted by an anonymous account, shows a score of 90.", "anonymous"),
    ("The European Commission said the app may break its rules.", "authority"),
    ("Prosecutors in Seoul allege that the data left the country.", "authority"),
    ("Nintendo alleges its characters were copied.", "rights-holder"),
    ("Universal Music demanded that ByteDance pull the tool.", "rights-holder"),
    ("We ran it on our own suite: it failed half the tasks.", "third-party-test"),
    ("LiveBench puts it fourth.", "third-party-test"),
    ("Tencent assure que Hy9 comprend 90 langues.", "lab"),
    ("Le nouveau modèle, explique la start-up, a été entraîné en trois mois.", "lab"),
    ("Selon le New York Times, V7 sera publié en juin.", "press"),
    ("L'AFP rapporte un report à l'été.", "press"),
    ("D'après une personne au fait du dossier, l'essai a échoué.", "anonymous"),
    ("La Commission européenne estime que l'application enfreint le règlement.", "authority"),
    ("Getty Images accuse ByteDance d'avoir pillé sa banque d'images.", "rights-holder"),
    ("Nos tests le placent derrière GPT-9.", "third-party-test"),
    ("美团称LongCat-9显存占用只有三分之一。", "lab"),
    ("快手高管在财报会上说可灵9支持60种语言。", "lab"),
    ("据彭博社援引知情人士消息，V7或于六月发布。", "press"),
    ("《华尔街日报》报道称发布推迟至八月。", "press"),
    ("接近公司的人士说首轮训练失败。", "anonymous"),
    ("工信部通报该应用存在违规收集行为。", "authority"),
    ("任天堂指控其角色被复制。", "rights-holder"),
    ("我们测试了十道题，它答对六道。", "third-party-test"),
    ("新模型今日上线。", ""),
    ("The API is live in Singapore.", ""),
    ("Les poids sont publiés.", ""),
    ("Zhipu's chief executive said the model was trained without foreign chips.", "lab"),
    ("Alibaba Cloud's president told a conference that Qwen9 covers 210 languages.", "lab"),
    ("The start-up puts the cost at four million dollars.", "lab"),
    ("Reuters, which first reported the plan, said it would cost a billion.", "press"),
    ("The release was pushed to July, the Financial Times wrote on Monday.", "press"),
    ("LatePost said the company had finished training.", "press"),
    ("Employees at the lab expect a launch in May, according to people with knowledge of the matter.", "anonymous"),
    ("A former employee said the run had failed.", "anonymous"),
    ("A German regulator warned users about the app.", "authority"),
    ("Sony Music says its songs were used.", "rights-holder"),
    ("Testers at OpenCompass ranked it second.", "third-party-test"),
    ("Moonshot explique que K9 coûte moitié moins.", "lab"),
    ("Pour MiniMax, M9 égale GPT-9 en programmation.", "lab"),
    ("Bloomberg affirme que V7 sera présenté en juin.", "press"),
    ("Des sources internes parlent d'un report.", "anonymous"),
    ("Le régulateur italien s'inquiète des données personnelles.", "authority"),
    ("Les studios accusent ByteDance de contrefaçon.", "rights-holder"),
    ("Sur LiveBench, il arrive quatrième.", "third-party-test"),
    ("商汤介绍，新模型训练成本降低一半。", "lab"),
    ("按阿里的说法，千问9支持210种语言。", "lab"),
    ("路透独家：V7将于六月发布。", "press"),
    ("消息人士告诉路透社，训练已经结束。", "press"),
    ("据多位接近公司的人士，发布推迟。", "anonymous"),
    ("意大利数据保护机构要求下架该应用。", "authority"),
    ("环球音乐称其歌曲被盗用。", "rights-holder"),
    ("OpenCompass榜单显示其排名第二。", "third-party-test"),
    ("新模型参数翻倍。", ""),
    ("The model has a context of one million tokens.", ""),
)  # fmt: skip


def heard(read, text: str) -> tuple[str, str]:
    found = mentions.find("AI models", text, "", read.understanding.gazetteer)
    voice = voices.heard(found, 1, 0, len(found.lows[1]))
    return (voice.voice, voice.name) if voice is not None else ("", "")


@pytest.mark.parametrize(("text", "voice", "name"), SENTENCES)
def test_a_sentence_is_given_to_who_says_it(read, text: str, voice: str, name: str) -> None:
    said, named = heard(read, text)
    assert said == voice
    if name:
        assert named == name


@pytest.mark.parametrize(("text", "voice"), LATER)
def test_a_later_sentence_is_given_to_who_says_it(read, text: str, voice: str) -> None:
    assert heard(read, text)[0] == voice


@pytest.mark.parametrize("part", ["worked", "kept", "late", "hard", "last", "bare", "probe", "fresh", "plain"])
def test_attributed_sentences_are_given_to_who_says_them(read, part: str) -> None:
    rows = [row for row in ATTRIBUTED if row[0] == part]
    wrong = [row for row in rows if heard(read, row[4])[0] != row[2] or (row[3] and heard(read, row[4])[1] != row[3])]
    assert len(rows) >= 26
    assert len(wrong) <= 0.04 * len(rows), wrong


def test_whatever_rests_on_somebodys_word_has_a_voice(read) -> None:
    known = {voices.LAB, voices.PRESS, voices.ANONYMOUS, voices.AUTHORITY, voices.RIGHTS_HOLDER, voices.TEST}
    told = []
    for _, language, _, _, sentence in ATTRIBUTED:
        for title in ("Zhipu releases GLM-9", "DeepSeek V7 rumoured for May", "智谱发布GLM-9"):
            labels = read(title, sentence, language=language)
            told += [json.loads(v) for e in labels.evidence for name, v in e.facts if name == "claim"]
    assert len(told) > 100
    assert [claim for claim in told if claim["voice"] not in known] == []
    assert [c for c in told if c["voice"] == voices.PRESS and not c["name"]] == []

"""What a sentence says about a line's weights: opened, promised, withheld, nothing. Written before the rules."""

from __future__ import annotations

import pytest

CASES = (
    # ---- English: (title, summary, what it shows: open, promised, no, or "" for nothing about weights)
    ("Zhipu releases GLM-9", "The weights are on Hugging Face under an MIT licence.", "open"),
    ("Zhipu releases GLM-9", "Weights will be released next month.", "promised"),
    ("Zhipu releases GLM-9", "The company plans to open-source it by the end of the year.", "promised"),
    ("Zhipu releases GLM-9", "The company promises to publish the weights within ten days.", "promised"),
    ("Zhipu releases GLM-9", "It did not say whether the model would be open-sourced.", ""),
    ("Zhipu releases GLM-9", "The weights have not been released.", "no"),
    ("Zhipu releases GLM-9", "It is not publishing the weights.", "no"),
    ("Zhipu releases GLM-9", "The model is proprietary and available through an API only.", "no"),
    ("Zhipu releases GLM-9", "It can only be used through the company's app.", "no"),
    ("Zhipu releases GLM-9", "The code of its agent framework is on GitHub under Apache 2.0.", ""),
    ("Zhipu releases GLM-9", "It beats every open-source model on the leaderboard.", ""),
    ("Zhipu releases GLM-9", "It outperforms GPT-9, a closed-source rival.", ""),
    ("Zhipu releases GLM-9", "Developers hope that it will be open-sourced.", ""),
    ("Zhipu releases GLM-9", "An open-weight model of 400 billion parameters, it runs on eight cards.", "open"),
    ("Zhipu open-sources GLM-9", "", "open"),
    ("Zhipu to open-source GLM-9", "", ""),
    ("Zhipu opens GLM-9 to developers", "The API costs two yuan a million tokens.", ""),
    ("Zhipu opens GLM-9 beta to subscribers", "", ""),
    ("Zhipu unveils GLM-9, its first closed model", "Unlike GLM-8, it has no open weights.", "no"),
    ("GLM-9 is out with open weights", "", "open"),
    ("GLM-9 weights released under MIT", "", "open"),
    ("Alibaba launches Qwen9-Max while Zhipu open-sources GLM-9", "", "open"),
    ("Zhipu launches GLM-9", "Last year the lab open-sourced ten models.", ""),
    ("Zhipu launches GLM-9", "GLM-8 had open weights; the new model stays closed.", "no"),
    ("Zhipu launches GLM-9", "The model can be downloaded from ModelScope.", "open"),
    ("Zhipu launches GLM-9", "The app can be downloaded from Apple's store.", ""),
    ("Zhipu launches GLM-9", "The data set is available on Hugging Face.", ""),
    ("Zhipu launches GLM-9", "Researchers at MIT were impressed.", ""),
    # ---- français
    ("Zhipu lance GLM-9", "Les poids sont publiés sous licence MIT.", "open"),
    ("Zhipu lance GLM-9", "Les poids seront publiés le mois prochain.", "promised"),
    ("Zhipu lance GLM-9", "Le laboratoire promet d'ouvrir les poids sous dix jours.", "promised"),
    ("Zhipu lance GLM-9", "Le laboratoire ne publie pas les poids.", "no"),
    ("Zhipu lance GLM-9", "Le modèle reste fermé.", "no"),
    ("Zhipu lance GLM-9", "Il n'est accessible que par l'API.", "no"),
    ("Zhipu lance GLM-9", "Il ferme la marche du classement.", ""),
    ("Zhipu lance GLM-9", "Un modèle ouvert de 400 milliards de paramètres.", "open"),
    ("Zhipu lance GLM-9", "Il dépasse les meilleurs modèles ouverts.", ""),
    ("Zhipu lance GLM-9", "Les poids sont en libre téléchargement.", "open"),
    ("Zhipu lance GLM-9", "On ignore si les poids seront publiés.", ""),
    ("Zhipu lance GLM-9", "L'API est ouverte dès lundi.", ""),
    ("Zhipu lance GLM-9", "Aucun poids n'est disponible.", "no"),
    ("Zhipu lance GLM-9", "Il bat GPT-9, modèle propriétaire d'OpenAI.", ""),
    ("Zhipu ouvre les poids de GLM-9", "", "open"),
    ("Zhipu lance GLM-9", "L'application se télécharge gratuitement.", ""),
    # ---- 中文
    ("智谱发布GLM-9", "权重已上架Hugging Face和魔搭社区。", "open"),
    ("智谱开源GLM-9", "", "open"),
    ("智谱GLM-9正式开源", "", "open"),
    ("智谱发布GLM-9", "模型权重将于下月开源。", "promised"),
    ("智谱发布GLM-9，将开源", "", "promised"),
    ("智谱发布GLM-9", "公司承诺十天内开源。", "promised"),
    ("智谱发布GLM-9", "官方表示计划开源。", "promised"),
    ("智谱发布GLM-9", "该模型暂未开源。", "no"),
    ("智谱发布GLM-9", "该模型闭源，仅通过API提供。", "no"),
    ("智谱发布GLM-9", "目前只能在自家应用里使用，不开放权重。", "no"),
    ("智谱发布GLM-9", "是否开源，官方没有说法。", ""),
    ("智谱发布GLM-9", "在开源模型中排名第一。", ""),
    ("智谱发布GLM-9", "性能超过所有开源模型。", ""),
    ("智谱发布GLM-9", "超过闭源的GPT-9。", ""),
    ("智谱发布GLM-9", "同时开源了智能体框架的代码。", ""),
    ("智谱发布GLM-9", "开发者希望它能开源。", ""),
    ("智谱发布GLM-9", "采用Apache 2.0协议，可商用。", "open"),
    ("智谱发布开源模型GLM-9", "", "open"),
    ("智谱发布GLM-9", "去年六月，公司曾开源十款模型。", ""),
    ("早报：智谱GLM-9开源；阿里Qwen9-Max上线", "", "open"),
    ("智谱上线GLM-9 API", "权重稍后开放。", "promised"),
)  # fmt: skip

LATER_CASES = (
    # written after the rules, to find what they miss
    ("Zhipu releases GLM-9, and GLM-9-Air can be downloaded", "", ""),
    ("Zhipu launches GLM-9", "GLM-9-Air, the smaller sibling, is open-sourced on Hugging Face.", ""),
    ("Zhipu launches GLM-9", "A smaller version is open-sourced under Apache 2.0.", ""),
    ("Zhipu launches GLM-9", "The lab, known for its open-source models, set a price of two yuan.", ""),
    ("Zhipu launches GLM-9", "A departure for a lab that built its name on open weights.", ""),
    ("Zhipu launches GLM-9", "It is free for everyone in the app.", ""),
    ("Zhipu launches GLM-9", "GLM-9 is open to all users from today.", ""),
    ("Zhipu launches GLM-9", "Weights are expected in two weeks.", "promised"),
    ("Zhipu launches GLM-9", "No word yet on whether weights will follow.", ""),
    ("Zhipu launches GLM-9", "There was no word on open weights.", ""),
    ("Zhipu launches GLM-9", "The team hints that open weights could come later.", "promised"),
    ("Zhipu launches GLM-9", "It comes after Moonshot open-sourced Kimi K9.", ""),
    ("Zhipu launches GLM-9", "The previous flagship, GLM-8, is on Hugging Face under MIT.", ""),
    ("Zhipu launches GLM-9", "Rivals such as Kimi K9 are open-weight.", ""),
    ("Zhipu launches GLM-9", "Closed at launch, it will be open-sourced once it is stable.", "promised"),
    ("Zhipu launches GLM-9", "Its agent, ZCode, is open source.", ""),
    ("Zhipu launches GLM-9", "The company open-sourced the training framework too.", ""),
    ("Zhipu lance GLM-9", "Le code source de l'agent est ouvert.", ""),
    ("Zhipu lance GLM-9", "Aucune annonce sur une ouverture des poids.", ""),
    ("Zhipu lance GLM-9", "Contrairement à GLM-8, les poids ne sont pas disponibles.", "no"),
    ("Zhipu lance GLM-9", "Le modèle est ouvert à tous les abonnés.", ""),
    ("Zhipu lance GLM-9", "Une version plus petite est publiée sous licence Apache.", ""),
    ("Zhipu lance GLM-9", "Le laboratoire, champion des modèles ouverts, change de cap.", ""),
    ("智谱发布GLM-9", "小尺寸版本GLM-9-Air已开源。", ""),
    ("智谱发布GLM-9", "公司此前以开源著称。", ""),
    ("智谱发布GLM-9", "与以往不同，这次没有开源。", "no"),
    ("智谱发布GLM-9", "开源时间待定。", ""),
    ("智谱发布GLM-9", "暂无开源计划。", "no"),
    ("智谱发布GLM-9", "模型暂不开源，开发者可通过API调用。", "no"),
    ("智谱发布GLM-9", "稳定后会开源。", "promised"),
    ("智谱发布GLM-9", "配套的Skills工具包同步开源。", ""),
    ("智谱发布GLM-9", "开源社区反响热烈。", ""),
    ("智谱发布GLM-9", "开源与闭源之争再起。", ""),
    ("智谱发布GLM-9", "GLM-8系列早已开源。", ""),
    ("智谱发布GLM-9", "还将陆续开源更多尺寸。", ""),
    ("智谱发布GLM-9，小尺寸版本开源", "", ""),
    ("智谱发布GLM-9并同步开源", "", "open"),
    ("智谱发布并开源GLM-9", "", "open"),
    ("Zhipu releases and open-sources GLM-9", "", "open"),
    ("Zhipu publie GLM-9 en open source", "", "open"),
    ("Zhipu ouvre GLM-9 au public", "", ""),
    ("GLM-9 tops open-source leaderboard", "", ""),
    ("GLM-9 becomes the most downloaded model on Hugging Face", "", ""),
)  # fmt: skip


DATED_CASES = (
    # openings put off to a day, and (the last ones) openings that are done though a day is named
    ("智谱 GLM-9、GLM-9-Pro 开启公测，月底开源", False),
    ("智谱发布GLM-9，下个月开源", False),
    ("智谱发布GLM-9，年内开源", False),
    ("智谱发布GLM-9，明年开源", False),
    ("智谱发布GLM-9，下半年开源", False),
    ("智谱发布GLM-9，明天开源", False),
    ("智谱发布GLM-9，七月底开源", False),
    ("智谱发布GLM-9，权重月底放出", False),
    ("智谱发布GLM-9，权重下个月上传魔搭", False),
    ("智谱发布GLM-9，开源时间定在六月", False),
    ("智谱发布GLM-9，三个月后开源", False),
    ("智谱发布GLM-9，离开源还有一个月", False),
    ("智谱发布GLM-9，先闭源后开源", False),
    ("智谱发布GLM-9，尚不开源", False),
    ("智谱发布GLM-9，开源版六月见", False),
    ("智谱发布GLM-9，两周后开源", False),
    ("智谱发布GLM-9，开源在路上", False),
    ("智谱发布GLM-9，开源日期公布", False),
    ("智谱发布GLM-9，免费但不开源", False),
    ("智谱发布GLM-9，API先行、权重后到", False),
    ("Zhipu launches GLM-9, open-sources it at month's end", False),
    ("Zhipu launches GLM-9, open weights by the end of June", False),
    ("Zhipu launches GLM-9; weights land at the end of the month", False),
    ("Zhipu launches GLM-9 with open weights tomorrow", False),
    ("Zhipu launches GLM-9, weights on Hugging Face by Friday", False),
    ("Zhipu launches GLM-9 and dates its open-source release", False),
    ("Zhipu launches GLM-9, open-source version this summer", False),
    ("Zhipu launches GLM-9, open weights in July", False),
    ("Zhipu launches GLM-9; open weights a month away", False),
    ("Zhipu launches GLM-9, holds back weights", False),
    ("Zhipu launches GLM-9 ahead of open-source release", False),
    ("Zhipu launches GLM-9 API before open-weight release", False),
    ("Zhipu launches GLM-9, teases open weights", False),
    ("Zhipu launches GLM-9, schedules weights for June", False),
    ("Zhipu launches GLM-9, open weights in a fortnight", False),
    ("Zhipu lance GLM-9, poids publiés à la fin du mois", False),
    ("Zhipu lance GLM-9, en open source fin juin", False),
    ("Zhipu lance GLM-9, poids ouverts demain", False),
    ("Zhipu lance GLM-9, poids disponibles dans un mois", False),
    ("Zhipu lance GLM-9, open source cet été", False),
    ("Zhipu lance GLM-9, poids ouverts à l'automne", False),
    ("Zhipu lance GLM-9, poids ouverts d'ici juillet", False),
    ("Zhipu lance GLM-9 avant d'en publier les poids", False),
    ("Zhipu lance GLM-9, annonce la date de ses poids ouverts", False),
    ("智谱开源GLM-9，月底还有更大尺寸", True),
    ("月底收官：智谱开源GLM-9", True),
    ("智谱深夜开源GLM-9", True),
    ("智谱今晨开源GLM-9", True),
    ("智谱GLM-9今日开源", True),
    ("智谱正式开源GLM-9，权重已上传魔搭", True),
    ("Zhipu open-sources GLM-9 a month after launch", True),
    ("Zhipu opens GLM-9 weights on Hugging Face", True),
    ("GLM-9 weights are up, a month before the conference", True),
    ("Zhipu open-sources GLM-9 ahead of the conference", True),
    ("Zhipu publie GLM-9 en open source à la fin d'un mois chargé", True),
    ("Zhipu met en ligne les poids de GLM-9", True),
    ("智谱六月开源第三弹：GLM-9权重放出", True),
)  # fmt: skip


def shown(read, title: str, summary: str) -> str:
    evidence = next((e for e in read(title, summary).evidence if e.line.key == "glm9"), None)
    if evidence is None:
        return ""
    facts = dict(evidence.facts)
    return "open" if evidence.status == "open" else facts.get("weights", "")


@pytest.mark.parametrize(("title", "summary", "says"), CASES + LATER_CASES)
def test_weights_are_open_only_where_the_text_says_so(read, title: str, summary: str, says: str) -> None:
    assert shown(read, title, summary) == says


def test_an_opening_counts_for_the_line_of_its_own_clause(read) -> None:
    labels = read("Alibaba launches Qwen9-Max while Zhipu open-sources GLM-9")
    assert {e.line.key: e.status for e in labels.evidence} == {"qwen9max": "available", "glm9": "open"}
    labels = read("早报：智谱GLM-9开源；阿里Qwen9-Max上线")
    assert {e.line.key: e.status for e in labels.evidence}["qwen9max"] != "open"


@pytest.mark.parametrize(
    "title",
    ["传智谱下月开源GLM-9", "Zhipu reportedly to release open-weight GLM-9", "GLM-9 serait publié avec ses poids"],
)
def test_a_rumour_never_gives_more_than_rumoured(read, title: str) -> None:
    assert {e.status for e in read(title).evidence} == {"rumoured"}


@pytest.mark.parametrize(
    "title", ["Disney sues Zhipu over GLM-9", "智谱股价大涨，GLM-9带动", "Zhipu lève deux milliards après GLM-9"]
)
def test_news_of_law_and_money_shows_no_status(read, title: str) -> None:
    assert {e.status for e in read(title).evidence} == {"fact"}


@pytest.mark.parametrize(("title", "is_open"), DATED_CASES)
def test_an_opening_on_a_day_to_come_is_none_yet(read, title: str, is_open: bool) -> None:
    assert is_open == (shown(read, title, "") == "open")

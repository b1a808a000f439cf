"""Labs for the tests of names: a few real ones and one that does not exist."""

from __future__ import annotations

import pytest

from aggregator.model import Family, Lab


def lab(identifier: str, families: str, organisations: str, aliases: str = "", region: str = "cn") -> Lab:
    """A lab; families and organisations are separated by spaces."""
    names = tuple(organisations.split())
    return Lab(
        id=identifier,
        name=identifier.title(),
        region=region,
        aliases=tuple(aliases.split()),
        families=tuple(Family(f) for f in families.split()),
        github=names,
        huggingface=names,
        modelscope=names,
    )


LABS = {
    one.id: one
    for one in (
        lab("deepseek", "DeepSeek Janus", "deepseek-ai"),
        lab(
            "qwen",
            "Qwen QwQ Wan Z-Image Ovis CosyVoice Fun-ASR",
            "Qwen Wan-AI Alibaba-NLP FunAudioLLM AIDC-AI QwenLM",
            "Alibaba 通义千问",
        ),
        lab("zhipu", "GLM ChatGLM CogVideo CogView AutoGLM", "zai-org THUDM ZhipuAI"),
        lab("moonshot", "Kimi Moonlight", "moonshotai MoonshotAI"),
        lab("minimax", "MiniMax Hailuo", "MiniMaxAI"),
        lab("stepfun", "Step Step-Audio Step1X NextStep", "stepfun-ai"),
        lab("tencent", "Hunyuan Hy3 HY-MT", "tencent Tencent-Hunyuan"),
        lab("baidu", "ERNIE PaddleOCR PP-OCR", "baidu PaddlePaddle"),
        lab("antgroup", "Ling Ring Ming LLaDA", "inclusionAI"),
        lab("meituan", "LongCat", "meituan-longcat"),
        lab("shlab", "Intern-S InternLM InternVL InternVideo", "internlm OpenGVLab"),
        lab("openbmb", "MiniCPM VoxCPM", "openbmb OpenBMB"),
        lab("xiaohongshu", "dots FireRed", "rednote-hilab"),
        lab("bilibili", "IndexTTS Index", "IndexTeam index-tts"),
        lab("nvidia", "Nemotron Cosmos", "nvidia", "NVIDIA", region="us"),
        lab("meta", "Llama", "meta-llama", region="us"),
        lab("mistral", "Mistral Mixtral", "mistralai", region="eu"),
        lab("yunmeng", "Yunque 云雀", "yunmeng-ai", "云梦"),
    )
}


@pytest.fixture(scope="session")
def labs() -> dict[str, Lab]:
    """The labs by id."""
    return LABS

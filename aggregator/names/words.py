"""Vocabularies of model names: which words stay in a line's name and which describe only one artifact of it.

All sets hold words in lower case, without separators. They follow the project's label guide ("From a name to its
line"): family, version and tier words name a line; size, stage, variant, precision, format and date do not. Nothing
here knows a lab or a model: a word that is in no set is part of the name.
"""

from __future__ import annotations

import re


def _set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


TIERS = _set(
    """
    coder vl omni image video audio tts asr ocr math prover code vision edit captioner rm prm zero embedding reranker
    guard flash flashx air lite mini nano pro max plus turbo next exp speciale v o ultra super medium large highres
    terminus distill forcedaligner layered s2v animate vace world motion speech music voice translate mt live realtime
    gui agent research deepresearch robot embodied 3d search safeguard moderation cascade linear sparse long moe
    """
)
"""Words that name another model of a generation: kept in the line's name wherever they stand."""

STAGES: dict[str, str] = {
    "base": "base",
    "pretrain": "base",
    "pretrained": "base",
    "pt": "base",
    "midtrain": "base",
    "foundation": "base",
    "instruct": "instruct",
    "instruction": "instruct",
    "inst": "instruct",
    "ins": "instruct",
    "it": "instruct",
    "sft": "instruct",
    "rl": "instruct",
    "rlhf": "instruct",
    "dpo": "instruct",
    "ppo": "instruct",
    "grpo": "instruct",
    "mpo": "instruct",
    "orpo": "instruct",
    "kto": "instruct",
    "simpo": "instruct",
    "rlvr": "instruct",
    "opd": "instruct",
    "chat": "chat",
    "thinking": "thinking",
    "think": "thinking",
    "reasoning": "thinking",
    "reasoner": "thinking",
    "preview": "preview",
    "beta": "preview",
    "alpha": "preview",
    "rc": "preview",
    "dev": "preview",
    "nonthinking": "instruct",
    "nothink": "instruct",
    "posttrained": "instruct",
    "final": "instruct",
}
"""Stage words and the kind of artifact that each makes ("preview" says nothing about training)."""

SOFT_STAGES = _set("dev reasoning reasoner think foundation rl pt final")
"""Stage words that are a model's own name where nothing but the family stands before them (`Kimi-Dev-72B`)."""

VARIANTS = _set(
    """
    t2v i2v ti2v flf2v v2v r2v t2i i2i ti2i t2a v2a t2m t2s customvoice voicedesign highspeed ultraspeed original
    release singlefile vanilla distil intermediate checkpoints en zh cn internal latest distilled
    """
)
"""Modes of input, voices and faster servings of the same weights: an artifact's own, never a line's."""

VARIANT = re.compile(
    r"(?:\d{3,4}p|\d+(?:\.\d+)?k?hz|\d+fps|\d+(?:\.\d+)?s|\d+px|\d+x\d+|\d+steps?|ckpt\d*|checkpoint\d*|stage\d+|(?:1|2|4|10)m|\d+k|ctx\d+|tp\d+|\d+e)"
)
"""Resolutions, rates, steps, context and budget suffixes (`480P`, `12Hz`, `1M`, `128k`)."""

PRECISIONS = _set(
    """
    fp8 fp4 nvfp4 mxfp4 mxfp8 mxfp6 fp6 int4 int8 int2 int3 awq gptq gguf bnb nf4 exl2 exl3 aqlm hqq autoround
    quantized quant ggml imatrix eetq smoothquant qat ternary w4a8 w8a8 w4a16 w8a16 w4afp8 w4a4 nvfp4a16
    """
)
"""Words of a lower precision than the one the weights were trained in."""

PRECISION = re.compile(
    r"(?:w\d+a(?:fp)?\d+(?:(?:kv|c)\d+)?|i?q\d(?:[_]?[k01]+)?(?:[_](?:xxs|xs|s|m|l|xl|nl|\d))*|(?:nv|mx)?fp[468]|u?int[2-8]|[2-8]bits?|[2-8]bpw|\d\.\d+bpw|g\d{2,3}|ud)",
    re.IGNORECASE,
)
"""Precisions that carry numbers (`W4A8`, `Q4_K_M`, `4bit`, `IQ2_XXS`); matched whole."""

FULL_PRECISIONS = _set("bf16 fp16 f16 f32 fp32 float16 bfloat16")
"""Precisions in which weights are trained: another such copy of a model is a format, not a quantisation."""

FORMATS = _set(
    """
    mlx onnx openvino hf diffusers transformers safetensors tensorrt trt trtllm mnn coreml ncnn rknn paddle pytorch
    torch jax flax tf mindspore megatron vllm sglang executorch litert tflite comfyui repackaged ov gaudi npu
    ascend sat
    """
)
"""Libraries and containers: the same weights in another form."""

ADAPTERS = _set("lora loras qlora adapter adapters peft dora lokr")
DRAFTS = _set("eagle eagle2 eagle3 mtp draft speculator speculators dspark dflash medusa nextn spec")
DRAFT = re.compile(r"(?:eagle\d(?:\.\d)?|p?eagle|mtp\d?|medusa\d?)")
TOKENIZERS = _set("tokenizer tokenizers processor vocab")
REWARDS = re.compile(r"(?:p|o|gen)?rm(?:\d+k)?|reward")
"""Words of reward models; matched whole (`RM`, `PRM800K`)."""
EMBEDDINGS = _set("embedding embeddings embed reranker rerank embedder retriever gte bge")
GUARDS = _set("guard safeguard moderation shield")
MEDIA = _set("tts asr ocr captioner forcedaligner vae vocoder s2v layered animate vace lipsync aligner vad")
"""Words of models that make or read media instead of talking: artifacts of kind `other`."""

MEDIA_HINTS = _set(
    """
    image video speech music 3d world motion avatar edit t2v i2v ti2v t2i i2i customvoice voicedesign dit diffusion sr
    vla robot embodied upscaler controlnet
    """
)
"""Words that point to media too, unless the hub says that the repository answers in text."""

MEDIA_PIPELINES = _set(
    """
    text-to-image image-to-image text-to-video image-to-video video-to-video image-text-to-video image-text-to-image
    text-to-speech text-to-audio audio-to-audio automatic-speech-recognition voice-activity-detection
    audio-classification image-to-3d text-to-3d image-feature-extraction image-segmentation object-detection
    depth-estimation image-to-text mask-generation robotics time-series-forecasting image-classification
    zero-shot-image-classification unconditional-image-generation keypoint-detection video-classification
    zero-shot-object-detection token-classification audio-to-text
    """
)
TEXT_PIPELINES = _set(
    """
    text-generation image-text-to-text video-text-to-text audio-text-to-text any-to-any text2text-generation
    visual-question-answering document-question-answering translation conversational question-answering
    """
)
EMBEDDING_PIPELINES = _set("feature-extraction sentence-similarity text-ranking")

SMALL = _set("small tiny medium")
"""Sizes in words, unless nothing else names the model."""

DETAILS = _set(
    """
    dynamic static block sym asym mixed i1 imat channel tensor per attn kv hybrid calib calibrated group only w ptq
    head lm quality smashed
    """
)
"""Words that only say how a quantisation was made: left out beside a precision."""

CHANGED = _set(
    """
    abliterated uncensored heretic pruned reap merged merge moe-ified roleplay derestricted obliterated unaligned
    upscaled frankenmoe slerp
    """
)
"""Words of a model that somebody changed: a third party's repository with one of them is nobody's line."""

TOOLS = _set(
    """
    cli sdk api agent agents docs doc cookbook examples example demo webui ui app server client plugin plugins
    mcp tutorial tutorials awesome finetune finetuning train training eval evals evaluation bench benchmark dataset
    datasets data toolkit tools tool kit recipes skills harness github io website blog homepage inference deploy
    deployment serving
    """
)
"""Words that make a code repository's name that of a tool, a data set or a page when no version stands in it."""

DATASETS = _set("dataset datasets bench benchmark corpus leaderboard evals testset trainset preferences")

SIZE = re.compile(
    r"""
    (?:\d+(?:\.\d+)?[bt](?:-?a\d+(?:\.\d+)?[bm])?      # 7B, 0.6B, 1T, 397B-A17B, 35BA3B
      |\d+x\d+(?:\.\d+)?[bm]                           # 8x7B
      |[ae]\d+(?:\.\d+)?[bm]                           # A3B alone, E4B
      |\d+(?:\.\d+)?m(?:-?a\d+(?:\.\d+)?[bm])?         # 400M; 1M, 2M, 4M and 10M are contexts
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""One size as a name writes it; match it whole, and look for a context first."""

CONTEXT = re.compile(r"(?:(?:1|2|4|10)m|\d+k)", re.IGNORECASE)
"""A context window or thinking budget: `1M`, `128k`, `40k`."""

SNAPSHOT = re.compile(
    r"(?:(?:20[12]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # 20260115
    r"|20[2-3]\d(?:0[1-9]|1[0-2])"  # 202601
    r"|2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # 260115
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # 0528
    r"|2[2-9](?:0[1-9]|1[0-2]))"  # 2507
)
"""A date as names write it (MMDD, YYMM, YYMMDD, YYYYMM, YYYYMMDD); match it whole."""

VERSION = re.compile(r"[A-Za-z]?\d+(?:\.\d+){0,2}")
"""A version, alone (`3.5`, `V4`, `K2.5`, `M2`); match it whole."""

ATTACHED = _set(
    """
    qwen wan hy internvl internlm internvideo minicpm voxcpm bitcpm cosyvoice ovis cogview baichuan mineru emu rwkv
    hunyuan3d llada pangu
    """
)
"""Families whose labs write the number right behind the name (`Qwen3.5`)."""

SPACED = _set("seedance seedream kling hailuo vidu ernie gemini claude grok sora veo llama imagen runway")
"""Families whose labs write a space before the number (`Seedance 2.0`)."""

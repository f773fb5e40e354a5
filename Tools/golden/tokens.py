"""Golden tokens: prompts and the ids that CLIP's own tokenizer gives them, before they are cut to 77.

    python Tools/golden/tokens.py ../shared/reference/clip-tokens.json > Tests/StableDiffusionTests/Fixtures/tokens.json

Needs open_clip_torch, ftfy and regex. The thirty prompts of the file named come first, and must agree with the ids there. No
prompt is mojibake, which ftfy repairs by guessing and LatentWalk takes as it is.
"""

import html
import json
import sys
from importlib.metadata import version

import ftfy
import regex
from open_clip.tokenizer import SimpleTokenizer

# The pattern of CLIP, with the names of the tokens as CLIP has them.
PATTERN = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
SPECIAL = {"<|startoftext|>": 49406, "<|endoftext|>": 49407}

PROMPTS = [
    # Letters of other scripts, accents composed and not, marks.
    "Ångström façade Übergröße", "cafe\u0301 nai\u0308ve", "Z\u0351\u036bal\u0321go\u0334", "Ελληνικά ΟΔΟΣ ΣΑΣ Σ ΣΣ α.Σ.", "ΌΣΟΣ'ς Σ́α",
    "İstanbul IĞDIR ısı", "ŒUVRE Ǆ ǅ ẞ ß ŉ", "עברית עם נִקּוּד", "العربية نص تجريبي", "हिन्दी में पाठ", "ภาษาไทย", "한국어 텍스트",
    "中文提示词，一只猫。", "日本語カタカナ ひらがな", "Việt Nam đẹp", "ქართული ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", "Հայերեն", "ᎣᏏᏲ Ꮳ", "𝓕𝓪𝓷𝓬𝔂 𝕿𝖊𝖝𝖙", "𐐀𐐨 Deseret", "Ａｌｌ ｆｕｌｌ １２３",
    "ǆ ʰ ª º", "KÅ \u212a \u212b", "ﬀ ﬁ ﬂ", "ªtest2ºtest",
    # Emoji.
    "😀😃😄", "👍🏽 ok", "🏳️‍🌈 flag", "🇩🇪🇫🇷", "❤️ love ❤", "1️⃣2️⃣", "👩‍🚀 on mars", "smile:)🙂", "★☆ stars ✨", "☕️coffee",
    # Entities.
    "a &amp; b", "&amp;amp; twice", "&amp;amp;amp; three times", "&lt;lora:x:0.8&gt;", "caf&eacute; cr&egrave;me", "caf&eacute without", "&notit; &notin; &not",
    "&#233;t&#xe9; &#xE9 &#233", "&#128; &#150; &#x99;", "&#0; &#x110000; &#xD800; x", "&#1; &#x7f; &#xfdd0; &#xffff;y", "&#99999999999999999999;",
    "&; & &# &#; &#x; &#xg; &a;", "&CounterClockwiseContourIntegral; &nGtv; &bne;", "&ampersand &ltd &copyright", "&nbsp;&nbsp;x&nbsp;y", "&#9;&#10;&#13;z", "&AMP;&QUOT;&quot",
    "AT&T R&D", "&apos;s &#39;s it&#x27;s", "&hearts;&spades;&ZeroWidthSpace;", "x&&amp&amp;", "&Sigma; &sigmaf;", "&\u212aappa; &Kappa;", "&frac12;&sup2;",
    # Punctuation and contractions.
    "!!!", "wow!!! really??? yes...", "(((bracketed)))", "[a|b|c]", "{x}{y}", "a-b_c.d,e;f:g", "C++ and C#", "\\escaped\\path", "\"quoted\" 'single'", "rock 'n' roll", "it's dog's I'm you're we've he'll she'd can't",
    "IT'S DON'T", "'s't're've'm'll'd", "''s '''t", "o'clock d'or l'amour", "'sore 'mine 'dare", "x's's", "it’s curly ‘quotes’", "—–-‐", "…", "$100 €50 £20 ¥3", "50% off @home #tag", "a*b^c~d`e", "<b>bold</b>", "<|endoftext|>", "a<|startoftext|>b", "!<|endoftext|>", "<|ENDOFTEXT|> up", "<|startoftext", "<|endoftext|><|endoftext|>",
    "<start_of_text>",
    # Numbers.
    "2023", "3.14159", "1,000,000", "16:9 4k 8K UHD", "x264 mp3 h2o", "½ ¾ Ⅷ ⅷ ① ㊿ 〇", "٣٤٥ ۱۲ १२", "10^6 m²",
    # White space.
    " ", "   \t\n ", " leading and trailing ", "a\tb\nc\r\nd\x0be\x0cf", "a\u00a0b\u2003c\u3000d\u2028e\u2029f\u1680g", "a\x1cb\x1dc\x1ed\x1ff", "a\x85b", "a\u200bb\u2060c\ufeffd", "zero\u200cwidth\u200djoin", "soft\u00adhyphen", "nul\x00byte\x07bell", "\u180emongolian",
    # Words and prompts as people write them.
    "a", "I", "the", "zzzz", "ab" * 40, "floccinaucinihilipilification", "pneumonoultramicroscopicsilicovolcanoconiosis", "aAaAaA BbBb", "Photograph of a young boy's face",
    "A black and white photograph of an old man's face", "A photograph of an owl sitting on a tree branch", "Skyline of New York City", "trending on artstation, sharp focus, studio photo, intricate details, highly detailed, by greg rutkowski",
    "masterpiece, best quality, (1girl:1.3), <lora:add_detail:0.7>, BREAK, solo", "https://example.org/path?x=1&y=2#z", "user@example.org", "cyberpunk cityscape at night --ar 16:9 --v 5 --q 2", "lowres, bad anatomy, bad hands, text, error, missing fingers",
    # Lengths around and above 77.
    " ".join(["cat"] * 74), " ".join(["cat"] * 75), " ".join(["cat"] * 76), " ".join(["cat"] * 200), "supercalifragilisticexpialidocious " * 12, "🦉" * 60, "日本語" * 30, "9" * 100,
]

tokenizer = SimpleTokenizer()


def encoded(text):
    assert ftfy.fix_text(text) == ftfy.fix_text(text, fix_encoding=False), text
    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    text = " ".join(text.split()).lower()
    ids = []
    for word in PATTERN.findall(text):
        if word in SPECIAL:
            ids.append(SPECIAL[word])
        else:
            spelled = "".join(tokenizer.byte_encoder[byte] for byte in word.encode())
            ids += [tokenizer.encoder[token] for token in tokenizer.bpe(spelled).split(" ")]
    return [49406] + ids + [49407]


shared = json.load(open(sys.argv[1]))
assert all(encoded(case["text"]) == case["ids"] for case in shared)
cases = [{"text": text, "ids": encoded(text)} for text in [case["text"] for case in shared] + PROMPTS]
print('{"versions": ' + json.dumps({name: version(name) for name in ("open_clip_torch", "ftfy", "regex")}) + ', "cases": [')
print(",\n".join(json.dumps(case) for case in cases))
print("]}")

"""Texts that try to be more than text: at least a hundred ways in which a headline may attack what shows it."""

from __future__ import annotations

PAYLOADS: tuple[str, ...] = (
    # links, images and their definitions
    "[click](javascript:alert(1))", "[click](http://evil.example)", "![x](http://evil.example/pixel.gif)", "![x]", "[x]", "[x][y]",
    "[y]: http://evil.example", "[y]: javascript:alert(1)\n[y]", "[^1]: note", "text[^1]", "](javascript:alert(1))", "](http://evil.example)",
    "x](http://evil.example \"t\") [y", "[a](<javascript:alert(1)>)", "[[a]](http://evil.example)", "![[a](b)](c)", "wow!", "![", "]!", "[](x)",
    "\\[x](http://evil.example)", "\\\\[x](http://evil.example)", "\\", "\\\\", "end\\", "[x]\\(http://evil.example)", "a\\]b",
    "[DATA](data:text/html;base64,PHNjcmlwdD4=)", "[V](vbscript:msgbox(1))", "[x](\x01javascript:alert(1))", "[x](&#106;avascript:alert(1))",
    # autolinks
    "<http://evil.example>", "<javascript:alert(1)>", "<a@evil.example>", "https://evil.example/a", "www.evil.example", "ftp://evil.example",
    "mailto:a@evil.example", "<https://evil.example/a_b*c>", "xmpp:a@evil.example", "http://evil.example/)[x](y",
    # headings, quotes, rules, lists
    "# Heading", "###### Heading", "#", "# ", "Heading\n===", "Heading\n---", "===", "---", "***", "___", "* * *", "> quote", ">", "- item", "+ item",
    "* item", "1. item", "1) item", "99999. item", "-", "+", "=", "- [ ] task", "    indented code", "\tindented code",
    # code
    "`code`", "``code``", "```\ncode\n```", "```js", "~~~", "~~~\nx\n~~~", "`", "``", "a`b", "`<script>alert(1)</script>`",
    # raw HTML
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=//evil.example>", "<b>bold</b>", "<!-- x -->",
    "<a href='javascript:alert(1)'>x</a>", "</p></div></body></html>", "<style>*{background:url(//evil.example)}</style>", "<form action=//evil.example>",
    "<?php echo 1 ?>", "<![CDATA[x]]>", "<!DOCTYPE html>", "\"><script>alert(1)</script>", "' onmouseover='alert(1)", "\" onmouseover=\"alert(1)",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<object data=x>", "<math><mi//xlink:href=\"data:x,\">",
    "<input autofocus onfocus=alert(1)>", "<link rel=stylesheet href=//evil.example>", "<details open ontoggle=alert(1)>", "<td background=//evil.example>",
    "</style><script>alert(1)</script>", "</title><script>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<a href=x>y", "<", ">", "a<b", "a>b",
    # entities
    "&lt;script&gt;", "&#60;script&#62;", "&#x3C;img src=x&#x3E;", "&amp;lt;b&amp;gt;", "&nbsp;", "&copy", "&#0;", "&#91;x&#93;(http://evil.example)", "AT&T",
    "&", "&;", "&#42;bold&#42;",
    # emphasis, tables, strikethrough, mathematics, templates
    "*emphasis*", "**strong**", "***both***", "_emphasis_", "__strong__", "**unclosed", "*", "**", "_", "__", "a*b*c", "a**b**c", "*a **b* c**", "~~gone~~", "~gone~",
    "| a | b |\n|---|---|\n| 1 | 2 |", "a | b", "|", "$x$", "$$x$$", ":smile:", "@everyone", "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "%s%n", "==mark==",
    # line breaks, controls, directions
    "one\rtwo", "one\ntwo", "one\r\ntwo", "one\u2028two", "one\u2029two", "one\x85two", "one\x0btwo", "one\x0ctwo", "hard  \nbreak", "hard\\\nbreak",
    "one\n\n# two", "one\n\n<script>alert(1)</script>", "one\r\rBcc: victim@evil.example", "abc\u202egpj.exe", "\u2066abc\u2069", "\u200babc\u200b", "a\u0000b", "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07", "\x07\x08\x7f", "\ud800", "\udfff\ud800", "\ufffe", "\U000e0041\U000e0042", "\ufeffabc", "\u00ad", "  ", "", "\t", "\u3000",
    "=?utf-8?q?x?=", "a" * 5000, "[" * 300, "*" * 300, "<" * 300, "(" * 300 + ")" * 300, "e\u0301" * 200, "漢" * 600, "👩‍👩‍👧‍👦" * 60,
    # Chinese and French around marks
    "**强调**（括号）", "《书名》*斜体*", "“引号”", "« citation »", "a：b；c？d！",
)  # fmt: skip

ADDRESSES: tuple[str, ...] = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "file:///etc/passwd", "about:blank", "blob:x", "//evil.example", "\\\\evil.example", "http:evil.example", "https://", "http://", "http://[", "http://a b",
    "http://user:pass@evil.example/", "http://evil.example/a) [x](javascript:alert(1)", "http://evil.example/<script>", "http://evil.example/\" onclick=\"alert(1)",
    "http://evil.example/' onclick='alert(1)", "http://evil.example/>x", "http://evil.example/a\nb", "http://evil.example/a b", "http://evil.example/(a(b)c)", "http://evil.example/a\\b",
    "http://evil.example/`x`", "http://evil.example/*x*_y_", "http://evil.example/[x]", "http://evil.example/?q=&lt;&#x27;", "http://аррӏе.example/", "http://evil.example:99999/",
    "http://evil.example/\u202egpj", "http://evil.example/\ud800", "mailto:a@evil.example", "tel:1", "ftp://evil.example", "", "x", "#", "?",
)  # fmt: skip
